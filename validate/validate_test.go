package validate_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

// check validates c by the mandatory rules.
func check(t testing.TB, stage validate.Stage, c validate.Content) validate.Result {
	t.Helper()
	return checkWith(t, validate.Options{}, stage, c)
}

// checkWith is check with more options.
func checkWith(t testing.TB, opts validate.Options, stage validate.Stage, c validate.Content) validate.Result {
	t.Helper()
	opts.Off = adviceCodes()
	return checkAll(t, opts, stage, c)
}

// checkAll validates c by all rules.
func checkAll(t testing.TB, opts validate.Options, stage validate.Stage, c validate.Content) validate.Result {
	t.Helper()
	v, err := validate.New(opts)
	require.NoError(t, err)
	result, err := v.Check(context.Background(), stage, c)
	require.NoError(t, err)
	return result
}

// adviceCodes are the codes of what a sender also wants to know.
func adviceCodes() []string {
	var list []string
	for _, r := range validate.Rules() {
		if adviceRules[r.Name] {
			list = append(list, r.Codes...)
		}
	}
	return list
}

var adviceRules = map[string]bool{
	"placeholder": true, "link-form": true, "link-text": true, "picture": true, "document": true, "clipping": true,
	"unsubscribe": true, "image-only": true, "preheader": true,
}

// codes returns the codes of the findings in order.
func codes(r validate.Result) []string {
	list := []string{}
	for _, f := range r.Findings {
		list = append(list, f.Code)
	}
	return list
}

func TestSeverityByStageAndPart(t *testing.T) {
	const iframe, short, branded = `<iframe src="https://example.com/"></iframe>`, "https://clck.ru/3abc", "https://youtu.be/3abc"
	for _, tt := range []struct {
		name    string
		stage   validate.Stage
		content validate.Content
		want    validate.Severity
		blocked bool
	}{
		{"active while editing", validate.StageEdit, validate.Content{HTML: iframe}, validate.SeverityWarning, false},
		{"active at activation", validate.StageActivate, validate.Content{HTML: iframe, Twig: true}, validate.SeverityError, true},
		{"active at sending", validate.StageSend, validate.Content{HTML: iframe}, validate.SeverityError, true},
		{"active at an unknown stage", "later", validate.Content{HTML: iframe}, validate.SeverityError, true},
		{"active in the subject", validate.StageSend, validate.Content{Subject: iframe}, validate.SeverityWarning, false},
		{"active in the preheader", validate.StageSend, validate.Content{Preheader: iframe}, validate.SeverityWarning, false},
		{"active in the text", validate.StageSend, validate.Content{Text: iframe}, validate.SeverityWarning, false},
		{"short at activation", validate.StageActivate, validate.Content{HTML: short}, validate.SeverityWarning, false},
		{"short in a manual send", validate.StageSend, validate.Content{Subject: short}, validate.SeverityWarning, false},
		{"branded", validate.StageSend, validate.Content{Text: branded}, validate.SeverityNote, false},
		{"short through a small service", validate.StageSend, validate.Content{Text: "https://murl.kz/a"}, validate.SeverityNote, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, tt.stage, tt.content)
			require.Len(t, r.Findings, 1)
			assert.Equal(t, tt.want, r.Findings[0].Severity)
			assert.Equal(t, tt.blocked, r.Blocked())
		})
	}
}

func TestPositions(t *testing.T) {
	html := "<p>Здравствуйте,\r\nАнна!</p>\n<p>Ещё: <a class=x\n href='https://vk.cc/abc'>тут</a>"
	r := check(t, validate.StageSend, validate.Content{HTML: html})
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.Equal(t, "href='https://vk.cc/abc'", html[f.Start:f.End])
	assert.Equal(t, f.Snippet, html[f.Start:f.End])
	assert.Equal(t, 4, f.Line)
	assert.Equal(t, 2, f.Column)

	r = check(t, validate.StageSend, validate.Content{HTML: "<p>ёлка <script>"})
	require.Len(t, r.Findings, 1)
	assert.Equal(t, 9, r.Findings[0].Column, "columns count runes")
}

func TestFindingsAreOrderedByPartAndPlace(t *testing.T) {
	r := check(t, validate.StageSend, validate.Content{
		Subject: "bit.ly/s", Preheader: "bit.ly/p", Text: "bit.ly/t",
		HTML: `<a href="https://bit.ly/h">x</a><script></script>bit.ly/i`,
	})
	parts := []validate.Part{}
	for _, f := range r.Findings {
		parts = append(parts, f.Part)
	}
	assert.Equal(t, []validate.Part{"subject", "preheader", "html", "html", "html", "text"}, parts)
	assert.Equal(t, []string{"link.short", "link.short", "link.short", "active.script", "link.short", "link.short"}, codes(r))
}

func TestSnippetIsOneValidLine(t *testing.T) {
	r := check(t, validate.StageSend, validate.Content{HTML: "<script\n\tdata-a='\xff'\n\tdata-b='" + string(make([]byte, 200)) + "'>"})
	require.NotEmpty(t, r.Findings)
	for _, f := range r.Findings {
		assert.NotContains(t, f.Snippet, "\n")
		assert.LessOrEqual(t, len([]rune(f.Snippet)), 81)
	}
}

func TestFloodOfWarningsHidesNoError(t *testing.T) {
	html := ""
	for range 500 {
		html += "bit.ly/x "
	}
	r := check(t, validate.StageSend, validate.Content{HTML: html + "<script>"})
	assert.Len(t, r.Findings, 101)
	assert.True(t, r.Blocked())
}

func TestNewRefusesBadHosts(t *testing.T) {
	for _, host := range []string{"", "https://example.com/", "no host", "a..b", "localhost"} {
		_, err := validate.New(validate.Options{AllowHosts: []string{host}})
		assert.Error(t, err, "%q", host)
		_, err = validate.New(validate.Options{ExtraHosts: []string{host}})
		assert.Error(t, err, "%q", host)
	}
}

func TestContextEndsACheck(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	v, err := validate.New(validate.Options{})
	require.NoError(t, err)
	_, err = v.Check(ctx, validate.StageSend, validate.Content{HTML: "<p>x</p>"})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestConcurrentUse(t *testing.T) {
	v, err := validate.New(validate.Options{ExtraHosts: []string{"go.example.com"}})
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				r, err := v.Check(context.Background(), validate.StageActivate, validate.Content{
					HTML: `<svg><style><img onerror=1></style>{{ 'bit.ly/x' }}<a href="https://go.example.com/x">`, Twig: true,
				})
				assert.NoError(t, err)
				assert.Len(t, r.Findings, 3)
			}
		})
	}
	group.Wait()
}

func TestEmptyContent(t *testing.T) {
	assert.Empty(t, check(t, validate.StageSend, validate.Content{}).Findings)
}

func TestRulesAreDescribed(t *testing.T) {
	names, ofRules := map[string]bool{}, map[string]bool{}
	for _, r := range validate.Rules() {
		assert.NotEmpty(t, r.Doc, r.Name)
		assert.False(t, names[r.Name], r.Name)
		names[r.Name] = true
		for _, code := range r.Codes {
			ofRules[code] = true
		}
	}
	assert.Len(t, names, 7+len(adviceRules))
	assert.ElementsMatch(t, validate.MessageCodes(), keys(ofRules), "codes with texts and codes of rules")
}
