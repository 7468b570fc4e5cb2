//go:build unix

package validate_test

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

//go:embed testdata/chromium/driver.js
var driver string

// running are payloads that Chromium must run; they show that the test would see it.
var running = []string{
	`<script>go()</script>`,
	`<img src=x onerror=go()>`,
	`<a href="javascript:go()">x</a>`,
	"<a href='\x01 ja\tva\nscript:go()'>x</a>",
	`<a href="javascript&colon;go&lpar;&rpar;">x</a>`,
	`<svg><style><img src=x onerror=go()></style></svg>`,
	`<svg><a xlink:href="javascript:go()"><text y=20>x</text></a></svg>`,
	`<math><mtext><img src=x onerror=go()></mtext></math>`,
	`<div><template shadowrootmode=open><img src=x onerror=go()></template></div>`,
	`<form action="javascript:go()"><input></form>`,
	`<form><button formaction="javascript:go()">x</button></form>`,
	`<map name=m><area href="javascript:go()"></map>`,
	`<iframe src="javascript:parent.go()"></iframe>`,
	`<iframe srcdoc="<script>parent.go()</script>"></iframe>`,
	`<iframe srcdoc="&lt;img src=x onerror=parent.go()&gt;"></iframe>`,
	`<table><td><script>go()</script>`,
	`<select><option><script>go()</script></select>`,
	`<!--><script>go()</script>-->`,
	`<!-- --!><script>go()</script>-->`,
	`<title></title/><script>go()</script>`,
	`<textarea></textarea ><script>go()</script>`,
	`<noscript><p title="</noscript><script>go()</script>">`,
	`<script><!--<script></script>--></script><img src=x onerror=go()>`,
	`<a title='>' href="javascript:go()">x</a>`,
	`<svg><a><animate attributeName=href values="javascript:go()" fill=freeze /><text y=20>x</text></a></svg>`,
	`<svg><set attributeName=href to=x onbegin=go() /></svg>`,
	`<details open ontoggle=go()>x</details>`,
	`<body onload=go()>`,
	`<frameset onload=go()>`,
	`<input autofocus onfocus=go()>`,
	`<image src=x onerror=go()>`,
	`<svg><foreignObject><iframe src="javascript:parent.go()"></iframe></foreignObject></svg>`,
}

// browserCases are all payloads and all innocents of this package's tables.
func browserCases() (payloads, innocent []string) {
	payloads = append(payloads, running...)
	for _, p := range activePayloads {
		payloads = append(payloads, p.payload)
		innocent = append(innocent, p.twin)
	}
	for _, a := range advised {
		innocent = append(innocent, a.html, a.twin)
	}
	return payloads, append(innocent, letter)
}

// TestWhatChromiumRunsIsFound shows our own payloads to a real browser.
func TestWhatChromiumRunsIsFound(t *testing.T) {
	payloads, innocent := browserCases()
	ran := runInChromium(t, append(append([]string{}, payloads...), innocent...))
	for i := range running {
		assert.True(t, ran[i], "Chromium does not run %s", payloads[i])
	}
	for i, payload := range payloads {
		if ran[i] {
			r := check(t, validate.StageSend, validate.Content{HTML: payload})
			assert.True(t, r.Blocked(), "runs and is not found: %s", payload)
		}
	}
	for i, html := range innocent {
		assert.False(t, ran[len(payloads)+i], "runs and is held for innocent: %s", html)
	}
	t.Logf("%d of %d payloads ran, and none of %d innocents", len(ran), len(payloads), len(innocent))
}

// runInChromium loads each document in a frame of its own and returns which of them ran code.
func runInChromium(t *testing.T, documents []string) map[int]bool {
	t.Helper()
	browser := findChromium(t)
	var (
		mutex sync.Mutex
		ran   = map[int]bool{}
		used  = map[int]bool{}
		done  = make(chan struct{})
	)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		for i := range documents {
			fmt.Fprintf(w, "<iframe src=/case/%d></iframe>", i)
		}
	})
	mux.HandleFunc("GET /case/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id >= len(documents) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!DOCTYPE html><script>%s</script>%s", driver, documents[id])
	})
	mux.HandleFunc("POST /{what}/{id}", func(_ http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.PathValue("id"))
		mutex.Lock()
		defer mutex.Unlock()
		if r.PathValue("what") == "ran" {
			ran[id] = true
		} else if used[id] = true; len(used) == len(documents) {
			close(done)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	stop := startChromium(ctx, t, browser, server.URL)
	defer stop()
	select {
	case <-done:
	case <-ctx.Done():
		mutex.Lock()
		defer mutex.Unlock()
		require.Fail(t, "Chromium took too long", "%d of %d documents were used; not %v", len(used), len(documents), missing(used, documents))
	}
	time.Sleep(time.Second) // for what was clicked
	stop()
	mutex.Lock()
	defer mutex.Unlock()
	return ran
}

// findChromium returns the path of a Chromium, or skips the test.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium here: on Debian, .ci/install or apt-get install chromium brings it")
	return ""
}

// startChromium opens url without a window, and without a network beyond this machine. What it returns ends it.
func startChromium(ctx context.Context, t *testing.T, browser, url string) (stop func()) {
	t.Helper()
	profile, err := os.MkdirTemp("", "chromium")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--user-data-dir="+profile, url)
	var output strings.Builder
	command.Stdout, command.Stderr = io.Discard, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts processes of its own
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = 5 * time.Second
	require.NoError(t, command.Start())
	var once sync.Once
	return func() {
		once.Do(func() {
			cancel()
			_ = command.Wait() // it was killed
			_ = os.RemoveAll(profile)
			if t.Failed() {
				t.Log(output.String())
			}
		})
	}
}

// missing returns the documents whose index is not in used.
func missing(used map[int]bool, documents []string) (list []string) {
	for i, document := range documents {
		if !used[i] {
			list = append(list, document)
		}
	}
	return list
}
