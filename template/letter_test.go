package template_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
)

// toy is an engine with three things: {name} prints a variable, {cancel:reason} cancels, and {!} and {?} are faults of
// the source and of the rendering.
type toy struct{ plainErrors bool }

type toyRenderer struct {
	toy
	name, source string
	escape       template.Escape
}

func (e toy) Parse(_ context.Context, name, source string, escape template.Escape) (template.Renderer, error) {
	if at := strings.Index(source, "{!}"); at >= 0 {
		return nil, e.fault(&template.Error{Kind: template.KindSyntax, Message: "bad", Name: name, Line: 1, Column: at + 1})
	}
	return toyRenderer{e, name, source, escape}, nil
}

func (e toy) fault(err *template.Error) error {
	if e.plainErrors {
		return errors.New(err.Message)
	}
	return fmt.Errorf("toy: %w", err)
}

func (r toyRenderer) Render(ctx context.Context, vars template.Vars) (template.Output, error) {
	if err := ctx.Err(); err != nil {
		return template.Output{}, &template.Error{Kind: template.KindLimit, Message: "late", Err: err}
	}
	if strings.Contains(r.source, "{?}") {
		return template.Output{}, r.fault(&template.Error{Kind: template.KindRuntime, Message: "bad", Line: 1})
	}
	if _, reason, found := strings.Cut(r.source, "{cancel:"); found {
		return template.Output{Canceled: true, Reason: strings.TrimSuffix(reason, "}")}, nil
	}
	text := r.source
	for name, value := range vars {
		printed := fmt.Sprint(value)
		if r.escape == template.EscapeHTML {
			printed = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&#34;", "'", "&#39;").Replace(printed)
		}
		text = strings.ReplaceAll(text, "{"+name+"}", printed)
	}
	return template.Output{Text: text}, nil
}

func compile(t *testing.T, letter template.Letter) *template.Compiled {
	t.Helper()
	compiled, err := template.Compile(context.Background(), toy{}, "welcome", letter)
	require.NoError(t, err)
	return compiled
}

func TestRender(t *testing.T) {
	for name, c := range map[string]struct {
		letter, want template.Letter
		name         string
	}{
		"empty": {},
		"a name full of trouble": {
			letter: template.Letter{Subject: "Hi, {name}!", Preheader: "For {name}", HTML: "<p>{name}</p>", Text: "Hi, {name}"},
			want: template.Letter{
				Subject:   `Hi, O'Neil <b> & "Co" !`,
				Preheader: `For O'Neil <b> & "Co"`,
				HTML:      "<p>O&#39;Neil &lt;b> &amp; &#34;Co&#34;\r\n</p>",
				Text:      "Hi, O'Neil <b> & \"Co\"\r\n",
			},
			name: "O'Neil <b> & \"Co\"\r\n",
		},
		"text made of the HTML": {
			letter: template.Letter{Preheader: "Sale", HTML: "<h1>Hi, {name}</h1><p>Bye</p>"},
			want:   template.Letter{Preheader: "Sale", HTML: "<h1>Hi, A &amp; B</h1><p>Bye</p>", Text: "Hi, A & B\n\nBye"},
			name:   "A & B",
		},
		"text alone": {
			letter: template.Letter{Text: "<{name}>\n"},
			want:   template.Letter{Text: "<A>\n"},
			name:   "A",
		},
		"injection into the subject": {
			letter: template.Letter{Subject: " {name}"},
			want:   template.Letter{Subject: "Анна Bcc: x@y.z"},
			name:   "Анна\n\x00 Bcc:\u2028x@y.z\r\n",
		},
		"direction marks stay in a subject": {
			letter: template.Letter{Subject: "{name}", Preheader: "{name}"},
			want:   template.Letter{Subject: "\u200Fא", Preheader: "א"},
			name:   "\u200Fא",
		},
	} {
		t.Run(name, func(t *testing.T) {
			vars := template.Vars{"name": c.name}
			r, err := compile(t, c.letter).Render(context.Background(), vars)
			require.NoError(t, err)
			assert.Equal(t, template.Rendering{Letter: c.want}, r)
			assert.Equal(t, template.Vars{"name": c.name}, vars)
		})
	}
}

func TestRenderTellsOfALongPreheader(t *testing.T) {
	r, err := compile(t, template.Letter{Preheader: strings.Repeat("я", 200)}).Render(context.Background(), nil)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("я", 150), r.Letter.Preheader)
	assert.Equal(t, []template.Note{{Code: template.CodePreheaderLong, Severity: template.SeverityWarning, Length: 200}}, r.Notes)
}

func TestCancelInAnyPart(t *testing.T) {
	for name, letter := range map[string]template.Letter{
		"subject":   {Subject: "{cancel:no stock}", HTML: "A"},
		"preheader": {Preheader: "{cancel:no stock}", HTML: "A"},
		"html":      {Subject: "A", HTML: "A{cancel:no stock}"},
		"text":      {HTML: "A", Text: "{cancel:no stock}"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := compile(t, letter).Render(context.Background(), nil)
			require.NoError(t, err)
			assert.Equal(t, template.Rendering{Canceled: true, Reason: "no stock"}, r)
		})
	}
}

func TestCompileReturnsAllFaultsTogether(t *testing.T) {
	bad := template.Letter{Subject: "{!}", Preheader: "A", HTML: "<p>{!}", Text: "{!}"}
	for _, engine := range []toy{{}, {plainErrors: true}} {
		compiled, err := template.Compile(context.Background(), engine, "welcome", bad)
		assert.Nil(t, compiled)
		joined, ok := err.(interface{ Unwrap() []error })
		require.True(t, ok)
		var names []string
		for _, err := range joined.Unwrap() {
			var e *template.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, template.KindSyntax, e.Kind)
			names = append(names, e.Name)
		}
		assert.Equal(t, []string{"welcome/subject", "welcome/html", "welcome/text"}, names)
	}
}

func TestRenderErrors(t *testing.T) {
	for _, engine := range []toy{{}, {plainErrors: true}} {
		compiled, err := template.Compile(context.Background(), engine, "welcome", template.Letter{Subject: "A", HTML: "{?}"})
		require.NoError(t, err)
		r, err := compiled.Render(context.Background(), nil)
		assert.Empty(t, r)
		var e *template.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "welcome/html", e.Name, "the part is named though the engine did not")
		assert.Equal(t, template.KindRuntime, e.Kind)
		assert.Contains(t, err.Error(), "welcome/html")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := compile(t, template.Letter{Subject: "A"}).Render(ctx, nil)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestCompiledIsForConcurrentUse(t *testing.T) {
	compiled := compile(t, template.Letter{Subject: "{name}", HTML: "<p>{name}"})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			r, err := compiled.Render(context.Background(), template.Vars{"name": i})
			assert.NoError(t, err)
			assert.Equal(t, fmt.Sprint(i), r.Letter.Text)
		})
	}
	group.Wait()
}

func TestErrorText(t *testing.T) {
	cause := errors.New("cause")
	for want, e := range map[string]*template.Error{
		"template: bad":            {Message: "bad"},
		"template: a/html: bad":    {Name: "a/html", Message: "bad"},
		"template: a:3: bad":       {Name: "a", Line: 3, Message: "bad"},
		"template: a:3:14: bad":    {Name: "a", Line: 3, Column: 14, Message: "bad", Err: cause},
		"template: 3: bad":         {Line: 3, Message: "bad"},
		"template: a: bad, really": {Name: "a", Column: 4, Message: "bad, really"},
	} {
		assert.Equal(t, want, e.Error())
		assert.Equal(t, e.Err, errors.Unwrap(e))
	}
}

func TestHash(t *testing.T) {
	base := template.Template{ID: "1", Name: "A", Event: template.EventCustomer, Letter: template.Letter{Subject: "a", HTML: "bc"}}
	assert.Len(t, base.Hash(), 64)

	same := base
	same.ID, same.Name, same.UpdatedAt = "2", "B", time.Unix(1, 0)
	assert.Equal(t, base.Hash(), same.Hash())

	hashes := map[string]bool{base.Hash(): true}
	for _, change := range []func(*template.Template){
		func(t *template.Template) { t.Event = template.EventOrder },
		func(t *template.Template) { t.Letter.Subject = "b" },
		func(t *template.Template) { t.Letter.Preheader = "a" },
		func(t *template.Template) { t.Letter.HTML = "bd" },
		func(t *template.Template) { t.Letter.Text = "a" },
		func(t *template.Template) { t.Letter.Subject, t.Letter.Preheader, t.Letter.HTML = "ab", "", "c" },
		func(t *template.Template) { t.Letter.Subject, t.Letter.Preheader = "", "a" },
	} {
		changed := base
		change(&changed)
		hashes[changed.Hash()] = true
	}
	assert.Len(t, hashes, 8, "each change is seen")
}

func TestVariables(t *testing.T) {
	names := func(variables []template.Variable) (names []string) {
		for _, v := range variables {
			names = append(names, v.Name)
		}
		return names
	}
	assert.Equal(t, []string{"customer", "manager", "store", "unsubscribe_url"}, names(template.EventCustomer.Variables()))
	assert.Equal(t, []string{"customer", "manager", "store", "unsubscribe_url", "order"}, names(template.EventOrder.Variables()))
	assert.Empty(t, template.Event("host's own").Variables())
	assert.Contains(t, names(template.EventCustomer.Variables()[0].Fields), "firstName")

	var check func(path string, variables []template.Variable)
	check = func(path string, variables []template.Variable) {
		seen := map[string]bool{}
		for _, v := range variables {
			assert.NotEmpty(t, v.Name, path)
			assert.NotEmpty(t, v.Type, path+v.Name)
			assert.False(t, seen[v.Name], "%s%s is there twice", path, v.Name)
			seen[v.Name] = true
			if len(v.Fields) > 0 {
				assert.Contains(t, []template.Type{template.TypeMap, template.TypeList}, v.Type)
			}
			check(path+v.Name+".", v.Fields)
		}
	}
	check("", template.EventOrder.Variables())

	template.EventCustomer.Variables()[0].Name = "changed"
	assert.Equal(t, "customer", template.EventCustomer.Variables()[0].Name, "the slice is the caller's")
}
