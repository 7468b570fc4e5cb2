package emailtest

import (
	"context"
	"testing"

	"github.com/crmmail/crmmail/template"
)

// LoaderHarness is how TestLoader gets at an implementation.
type LoaderHarness struct {
	// Open makes a storage that holds just these templates, offered in this order, and returns two handles on it, as
	// StoreHarness.Open does. Their ids are small decimal numbers.
	// An implementation that is no template.Source is not asked for sources.
	Open func(t testing.TB, templates []template.Template) (one, other template.Loader)
}

// TestLoader holds an implementation of template.Loader, and of template.Source where it is one, to every promise of
// their contracts, each as a subtest with a storage of its own.
func TestLoader(t *testing.T, h LoaderHarness) {
	open := func(t testing.TB) loaderFixture {
		kept := suiteTemplates()
		one, other := h.Open(t, kept)
		return loaderFixture{one, other, kept}
	}
	hold(t, open, loaderPromises)
	if one, _ := h.Open(t, nil); is[template.Source](one) {
		hold(t, open, sourcePromises)
	}
}

type loaderFixture struct {
	one, other template.Loader
	kept       []template.Template
}

func suiteTemplates() []template.Template {
	return []template.Template{
		{ID: "12", Name: "Приветствие", Event: template.EventCustomer, UpdatedAt: suiteTime, Letter: template.Letter{
			Subject: "Здравствуйте, {{ customer.firstName }}", Preheader: "{{ 'a' ~ \"b\" }}",
			HTML: "<p>{{ customer.name }}</p>\r\n", Text: "{{ customer.name }}\n"}},
		{ID: "11", Name: "Заказ", Event: template.EventOrder, UpdatedAt: suiteTime, Letter: template.Letter{Subject: "{{ order.number }}"}},
		{ID: "10", Name: "10", Event: template.EventCustomer, UpdatedAt: suiteTime, Letter: template.Letter{HTML: "%_\\"}},
		{ID: "9", Name: "Своё", Event: "birthday", UpdatedAt: suiteTime, Letter: template.Letter{Text: "Ура"}},
	}
}

var loaderPromises = []promise[loaderFixture]{
	{"Template returns the whole template, whatever its event", func(t *testing.T, f loaderFixture) {
		for _, want := range f.kept {
			got, err := f.other.Template(context.Background(), want.ID)
			noError(t, err)
			same(t, "template "+want.ID, want, got)
		}
	}},
	{"Template with an unknown id is ErrNotFound", func(t *testing.T, f loaderFixture) {
		for _, id := range []string{"999", "", "nobody", "../12", "12 OR 1=1"} {
			_, err := f.one.Template(context.Background(), id)
			isError(t, err, template.ErrNotFound)
		}
	}},
	{"Templates returns those of one event, in the order they are offered", func(t *testing.T, f loaderFixture) {
		for event, want := range map[template.Event][]template.Template{
			template.EventCustomer: {f.kept[0], f.kept[2]},
			template.EventOrder:    {f.kept[1]},
			"birthday":             {f.kept[3]},
		} {
			got, err := f.other.Templates(context.Background(), event)
			noError(t, err)
			same(t, "templates of "+string(event), want, got)
		}
	}},
	{"Templates of an event that has none are none", func(t *testing.T, f loaderFixture) {
		for _, event := range []template.Event{"nothing", "", "Customer", "%"} {
			got, err := f.one.Templates(context.Background(), event)
			noError(t, err)
			equal(t, "templates", 0, len(got))
		}
	}},
	{"Templates gives results that are the caller's", func(t *testing.T, f loaderFixture) {
		mine, err := f.one.Templates(context.Background(), template.EventCustomer)
		noError(t, err)
		equal(t, "templates", 2, len(mine))
		mine[0] = template.Template{}
		again, err := f.one.Templates(context.Background(), template.EventCustomer)
		noError(t, err)
		same(t, "templates", []template.Template{f.kept[0], f.kept[2]}, again)
	}},
	{"Template and Templates end with the context", func(t *testing.T, f loaderFixture) {
		_, err := f.one.Template(ended(), "12")
		isError(t, err, context.Canceled)
		_, err = f.one.Templates(ended(), template.EventCustomer)
		isError(t, err, context.Canceled)
	}},
}

var sourcePromises = []promise[loaderFixture]{
	{"Source of an unknown name is ErrNotFound", func(t *testing.T, f loaderFixture) {
		for _, name := range []string{"nobody", "", "/etc/passwd", "../12"} {
			_, err := f.one.(template.Source).Source(context.Background(), name)
			isError(t, err, template.ErrNotFound)
		}
	}},
	{"Source of an id that is the name too is the HTML part", func(t *testing.T, f loaderFixture) {
		got, err := f.other.(template.Source).Source(context.Background(), "10")
		noError(t, err)
		equal(t, "source", f.kept[2].Letter.HTML, got)
	}},
	{"Source ends with the context", func(t *testing.T, f loaderFixture) {
		_, err := f.one.(template.Source).Source(ended(), "12")
		isError(t, err, context.Canceled)
	}},
}
