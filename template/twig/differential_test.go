package twig_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
)

// differentialTime is the environment variable that says how long TestDifferential runs: CRMMAIL_DIFFERENTIAL=10m. A
// seed for its templates may follow: CRMMAIL_DIFFERENTIAL=10m,42.
const differentialTime = "CRMMAIL_DIFFERENTIAL"

const differentialData = `{"name":"Анна","html":"<b>\"x\" & 'y'</b>","n":7,"neg":-3,"f":2.5,"big":9007199254740993,"num":"12","text":"Hello wide World",
	"empty":"","zero":0,"yes":true,"no":false,"nothing":null,"nums":[3,1,2],"words":["b","a","Ж"],"map":{"a":1,"b":"x","5":"five"},"list":[],
	"rows":[{"sku":"A-1","qty":2,"price":9.99,"tags":["new"]},{"sku":"B","qty":0,"price":100,"tags":[]},{"sku":"C","price":"7.50"}],
	"at":{"$date":"2026-03-08T21:45:10+03:00"},"then":{"$date":"2025-12-31T23:59:59Z"}}`

// TestDifferential compares with the real Twig what templates made by a grammar print, or how they fail.
func TestDifferential(t *testing.T) {
	setting, seedText, _ := strings.Cut(os.Getenv(differentialTime), ",")
	seed := uint64(time.Now().UnixNano())
	if setting == "" { // one batch, the same each time
		setting, seedText = "1ms", "1"
	}
	duration, err := time.ParseDuration(setting)
	require.NoError(t, err)
	realTwig(t)
	if seedText != "" {
		_, err := fmt.Sscan(seedText, &seed)
		require.NoError(t, err)
	}
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	causes := map[string][]string{}
	count, failing := 0, 0
	for end := time.Now().Add(duration); time.Now().Before(end); {
		batch := make([]*testCase, 200)
		for i := range batch {
			batch[i] = generate(rng)
		}
		answers := askAll(t, batch)
		for i, c := range batch {
			count++
			output, fault := c.render(t)
			if answers[i].fault == fatal || strings.HasPrefix(fault, string(template.KindLimit)) {
				continue
			}
			if fault != "" {
				failing++
			}
			if cause := difference(c, answers[i], output, fault); cause != "" {
				causes[cause] = append(causes[cause], fmt.Sprintf("%s\n   want %q %q\n   got  %q %q", c.templates["index.twig"], answers[i].output, answers[i].fault, output, fault))
			}
		}
	}
	t.Logf("%d templates, %d of them with errors, %d causes of differences", count, failing, len(causes))
	reportCauses(t, causes)
}

func reportCauses(t *testing.T, causes map[string][]string) {
	var order []string
	for cause := range causes {
		order = append(order, cause)
	}
	sort.Strings(order)
	for _, cause := range order {
		examples := causes[cause]
		sort.Slice(examples, func(i, j int) bool { return len(examples[i]) < len(examples[j]) })
		t.Errorf("%s (%d times)\n%s", cause, len(examples), strings.Join(examples[:min(10, len(examples))], "\n"))
	}
}

// clock is the time of now, which goes on between one engine and the other.
var clock = regexp.MustCompile(`\d\d(:|%3A|\\3A |&#x3A;|\\u003A)\d\d(:|%3A|\\3A |&#x3A;|\\u003A)\d\d`)

var line = regexp.MustCompile(`^(\w+) \d+:`)

// broken is what stands for bytes that are no UTF-8, one or more of them.
var broken = regexp.MustCompile("(\ufffd|\\\\uFFFD|%EF%BF%BD)+")

type answer struct{ output, fault string }

// fatal is the answer to what ended the process of the real Twig, such as too large a range.
const fatal = "fatal"

// askAll puts cases to the real Twig, in a new process after one that it ended.
func askAll(t *testing.T, cases []*testCase) []answer {
	var answers []answer
	for len(answers) < len(cases) {
		answers = append(answers, askSome(t, cases[len(answers):])...)
		if len(answers) < len(cases) {
			answers = append(answers, answer{fault: fatal})
		}
	}
	return answers
}

func askSome(t *testing.T, cases []*testCase) (answers []answer) {
	cmd := exec.Command("php", "-d", "memory_limit=256M", "testdata/oracle.php")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Wait() }()
	go func() {
		defer in.Close()
		for _, c := range cases {
			line, _ := json.Marshal(map[string]any{"templates": c.templates, "data": json.RawMessage(c.data), "options": c.options})
			if _, err := in.Write(append(line, '\n')); err != nil {
				return
			}
		}
	}()
	lines := bufio.NewReader(out)
	for range cases {
		raw, err := lines.ReadBytes('\n')
		var a struct {
			Output        *string
			Kind, Message string
			Line          int
		}
		if err != nil || json.Unmarshal(raw, &a) != nil {
			_, _ = io.Copy(io.Discard, lines)
			return answers
		}
		if a.Output != nil {
			answers = append(answers, answer{output: *a.Output})
		} else {
			answers = append(answers, answer{fault: fmt.Sprintf("%s %d: %s", a.Kind, a.Line, a.Message)})
		}
	}
	return answers
}

// difference names the cause of a difference, "" where there is none. The wording of PHP's own errors is not compared,
// and not their line where Twig only guesses it: in a macro it names the line of the call, in an elseif that of the if.
func difference(c *testCase, want answer, output, fault string) string {
	if source := c.templates["index.twig"]; strings.Contains(source, "elseif") || strings.Contains(source, "lib.m") {
		fault, want.fault = line.ReplaceAllString(fault, "$1 ?:"), line.ReplaceAllString(want.fault, "$1 ?:")
	}
	output, want.output = clock.ReplaceAllString(output, "?"), clock.ReplaceAllString(want.output, "?")
	fault, want.fault = clock.ReplaceAllString(fault, "?"), clock.ReplaceAllString(want.fault, "?")
	output, want.output = broken.ReplaceAllString(strings.ToValidUTF8(output, "\ufffd"), "?"), broken.ReplaceAllString(want.output, "?")
	fault = broken.ReplaceAllString(strings.ToValidUTF8(fault, "\ufffd"), "?")
	want.fault = broken.ReplaceAllString(want.fault, "?")
	thrown := func(s string) (string, bool) {
		place, _, ok := strings.Cut(s, ": An exception has been thrown")
		return place, ok
	}
	switch {
	case strings.Contains(want.fault, "LoaderInterface@anonymous"), strings.Contains(want.fault, "getTemplateClass()"): // PHP's types of names
		return ""
	case want.fault == fault && output == want.output:
		return ""
	case want.fault == "" && fault == "":
		return "output"
	case want.fault == "":
		return "refused: " + classOf(fault)
	case fault == "":
		return "accepted: " + classOf(want.fault)
	}
	wantPlace, wantThrown := thrown(want.fault)
	place, ok := thrown(fault)
	if ok && wantThrown && place == wantPlace {
		return ""
	}
	return "other error: " + classOf(want.fault) + " / " + classOf(fault)
}

// classOf is an error without what is particular to a template.
func classOf(fault string) string {
	var b strings.Builder
	quoted := false
	for _, r := range fault {
		if r == '"' {
			quoted = !quoted
		}
		if (!quoted || strings.Contains(fault, "exception has been thrown")) && (r < '0' || r > '9') {
			b.WriteRune(r)
		}
	}
	return b.String()
}
