package emailtest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/template"
)

// brokenLoader offers what all changes.
type brokenLoader struct {
	*emailtest.Store
	one    func(template.Template, error) (template.Template, error)
	all    func(template.Event, []template.Template) []template.Template
	ctx    bool // ignored
	source string
}

func (b brokenLoader) Template(ctx context.Context, id string) (template.Template, error) {
	if b.ctx {
		ctx = context.WithoutCancel(ctx)
	}
	t, err := b.Store.Template(ctx, id)
	if b.one != nil {
		return b.one(t, err)
	}
	return t, err
}

func (b brokenLoader) Templates(ctx context.Context, event template.Event) ([]template.Template, error) {
	list, err := b.Store.Templates(ctx, event)
	if b.all != nil {
		list = b.all(event, list)
	}
	return list, err
}

func (b brokenLoader) Source(ctx context.Context, name string) (string, error) {
	if b.source != "" {
		return b.source, nil
	}
	return b.Store.Source(ctx, name)
}

func onLoader(breakIt func() brokenLoader) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestLoader(t, emailtest.LoaderHarness{Open: func(t testing.TB, templates []template.Template) (one, other template.Loader) {
			_, other = memoryLoader.Open(t, templates)
			broken := breakIt()
			broken.Store = other.(*emailtest.Store)
			return broken, broken
		}})
	}
}

var loaderMutants = []mutant{
	{"loader-offers-everything", onLoader(func() brokenLoader {
		return brokenLoader{all: func(_ template.Event, list []template.Template) []template.Template {
			return append(list, template.Template{ID: "11", Event: template.EventOrder})
		}}
	}), []string{"Templates returns those of one event", "Templates of an event that has none"}},
	{"loader-in-any-order", onLoader(func() brokenLoader {
		return brokenLoader{all: func(_ template.Event, list []template.Template) []template.Template {
			slices.Reverse(list)
			return list
		}}
	}), []string{"Templates returns those of one event"}},
	{"loader-of-one-event", onLoader(func() brokenLoader {
		return brokenLoader{one: func(t template.Template, err error) (template.Template, error) {
			if err == nil && t.Event != template.EventCustomer {
				return template.Template{}, template.ErrNotFound
			}
			return t, err
		}}
	}), []string{"Template returns the whole template"}},
	{"loader-with-its-own-errors", onLoader(func() brokenLoader {
		return brokenLoader{one: func(t template.Template, err error) (template.Template, error) {
			if err != nil {
				err = errors.New("no such row")
			}
			return t, err
		}}
	}), []string{"Template with an unknown id", "Template and Templates end"}},
	{"loader-shares-memory", onLoader(func() brokenLoader {
		kept := map[template.Event][]template.Template{}
		return brokenLoader{all: func(event template.Event, list []template.Template) []template.Template {
			if kept[event] == nil {
				kept[event] = list
			}
			return kept[event]
		}}
	}), []string{"Templates gives results that are the caller's"}},
	{"loader-of-any-source", onLoader(func() brokenLoader { return brokenLoader{source: "root:x:0:0"} }),
		[]string{"Source of an unknown name", "Source ends with the context", "Source of an id"}},
}
