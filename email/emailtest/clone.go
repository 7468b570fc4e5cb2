package emailtest

import (
	"reflect"
	"slices"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

func cloneCustomer(c email.Customer) email.Customer {
	c.Emails = slices.Clone(c.Emails)
	c.Phones = slices.Clone(c.Phones)
	c.Handles = slices.Clone(c.Handles)
	if c.Fields != nil {
		c.Fields = clonePlain(reflect.ValueOf(c.Fields)).Interface().(map[string]any)
	}
	return c
}

func cloneMessage(m email.Message) email.Message {
	m.To, m.Cc, m.Bcc = slices.Clone(m.To), slices.Clone(m.Cc), slices.Clone(m.Bcc)
	m.Attachments = slices.Clone(m.Attachments)
	m.InReplyTo, m.References = slices.Clone(m.InReplyTo), slices.Clone(m.References)
	m.Recipients = slices.Clone(m.Recipients)
	m.Events = slices.Clone(m.Events)
	if m.Received != nil {
		received := *m.Received
		received.ReplyTo, received.Defects = slices.Clone(received.ReplyTo), slices.Clone(received.Defects)
		m.Received = &received
	}
	return m
}

// clonePlain copies plain data as template.Vars holds it: slices and maps, and what is in them.
func clonePlain(v reflect.Value) reflect.Value {
	switch {
	case v.Kind() == reflect.Interface && !v.IsNil():
		return clonePlain(v.Elem())
	case v.Kind() == reflect.Slice && !v.IsNil():
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			list.Index(i).Set(clonePlain(v.Index(i)))
		}
		return list
	case v.Kind() == reflect.Map && !v.IsNil():
		table := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			table.SetMapIndex(entries.Key(), clonePlain(entries.Value()))
		}
		return table
	}
	return v
}

func cloneWire(w *message.Wire) *message.Wire {
	if w == nil {
		return nil
	}
	clone := *w
	clone.Segments = slices.Clone(w.Segments)
	for i := range clone.Segments {
		clone.Segments[i].Bytes = slices.Clone(clone.Segments[i].Bytes)
	}
	return &clone
}
