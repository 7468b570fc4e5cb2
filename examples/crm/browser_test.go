package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// tab is a window of its own on a CRM that delivers.
type tab struct {
	*world
	t   *testing.T
	ctx context.Context

	noScript bool // the page's script does not run

	mu       sync.Mutex
	troubles []string                     // what the browser complained of
	abroad   map[network.RequestID]string // requests that left this machine
}

// chromium is one process for all tests of this package.
var chromium = sync.OnceValues(func() (context.Context, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("lang", "ru"),
			chromedp.Env("LC_ALL=C.UTF-8")) // it opens no file with a Russian name otherwise, as in a container without LANG
		if os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox) // it refuses to run as root otherwise
		}
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		atEnd(stop)
		ctx, stop := chromedp.NewContext(allocator)
		atEnd(stop)
		return ctx, chromedp.Do(ctx)
	}
	return nil, exec.ErrNotFound
})

// stops are called when all tests have ended, the last first.
var stops struct {
	sync.Mutex
	list []func()
}

func atEnd(stop func()) {
	stops.Lock()
	defer stops.Unlock()
	stops.list = append(stops.list, stop)
}

func TestMain(m *testing.M) {
	status := m.Run()
	for _, stop := range slices.Backward(stops.list) {
		stop()
	}
	os.Exit(status)
}

// manner is how a window is opened.
type manner struct {
	noScript bool
	phone    bool
	dark     bool
	undo     time.Duration
}

func newTab(t *testing.T, how manner) *tab {
	t.Helper()
	shared, err := chromium()
	if err != nil {
		t.Skip("no Chromium on this machine: install the package chromium")
	}
	t.Parallel()
	b := &tab{world: newWorld(t, func(o *options) { o.undo = how.undo }), t: t, noScript: how.noScript, abroad: map[network.RequestID]string{}}
	delivering, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.mail.Run(delivering) }()
	ctx, closeTab := chromedp.NewContext(shared, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	b.ctx = ctx
	t.Cleanup(func() {
		cancel()
		closeTab()
		stop()
		<-done
	})
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	width, height := int64(1200), int64(900)
	if how.phone {
		width, height = 375, 800
	}
	scheme := "light"
	if how.dark {
		scheme = "dark"
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // each window is the one in front
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: how.noScript})
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: how.phone})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	return b
}

func (b *tab) listen(event any) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		trouble = e.ExceptionDetails.Text + fmt.Sprint(e.ExceptionDetails.LineNumber)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			trouble = e.Entry.Text
		}
	case *network.EventRequestWillBeSent:
		if to, err := url.Parse(e.Request.URL); err != nil || strings.HasPrefix(to.Scheme, "http") && "http://"+to.Host != b.base {
			b.mu.Lock()
			b.abroad[e.RequestID] = e.Request.URL
			b.mu.Unlock()
		}
	case *network.EventLoadingFailed:
		if e.BlockedReason == network.BlockedReasonCsp { // it was not sent
			b.mu.Lock()
			delete(b.abroad, e.RequestID)
			b.mu.Unlock()
		}
	case *devtools.EventJavascriptDialogOpening:
		trouble = "a dialog: " + e.Message
		go func() {
			_, _ = chromedp.Call(b.ctx, devtools.HandleJavaScriptDialog, devtools.HandleJavaScriptDialogParams{Accept: true})
		}()
	}
	if trouble != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.troubles = append(b.troubles, trouble)
	}
}

// noTrouble holds that the browser had nothing to complain of: no error of our script, nothing against the pages' policy,
// no request to anywhere else.
func (b *tab) noTrouble() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.troubles)
	require.Empty(b.t, b.abroad)
}

func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

// call sends a command of the protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
	return result
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base + path))
}

// is evaluates an expression in the page.
func is[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return value
}

// until waits for an expression to be true.
func (b *tab) until(expression string) {
	b.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// Between two pages there is nothing to ask: that is not yet.
		if value, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && value {
			return
		}
	}
	require.Fail(b.t, "never: "+expression, "at %s", is[string](b, "location.href+' '+document.body.innerText.slice(0,600)"))
}

// css is how an element is found by its test id.
func css(testid string) chromedp.CSS { return chromedp.CSS(fmt.Sprintf("[data-testid=%q]", testid)) }

// asked makes $ and $$ in an expression the first and all elements with a test id.
func asked(expression string) string {
	return "(()=>{const $$=(id)=>[...document.querySelectorAll(`[data-testid=\"${id}\"]`)],$=(id)=>$$(id)[0];return (" + expression + ") ?? null})()"
}

func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	return is[T](b, asked(expression))
}

func (b *tab) wait(expression string) {
	b.t.Helper()
	b.until(asked(expression))
}

func (b *tab) see(testid string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("$(%q)", testid))
}

// click presses the mouse where an element is.
func (b *tab) click(testid string) {
	b.t.Helper()
	b.see(testid)
	b.run(chromedp.Click(css(testid)))
}

// follow clicks what leads to another page, and waits for that.
func (b *tab) follow(testid string) {
	b.t.Helper()
	b.see(testid)
	_, err := chromedp.RunResponse(b.ctx, chromedp.Click(css(testid)))
	require.NoError(b.t, err)
}

// write puts text into a field as a person does: what was there goes.
func (b *tab) write(testid, value string) {
	b.t.Helper()
	b.see(testid)
	b.run(chromedp.Focus(css(testid)))
	ask[any](b, fmt.Sprintf("$(%q).select()", testid))
	b.run(chromedp.KeyEvent("\b"))
	call(b, input.InsertText, input.InsertTextParams{Text: value})
}

// choose picks files in the file dialog.
func (b *tab) choose(testid string, paths ...string) {
	b.t.Helper()
	b.run(chromedp.SetUploadFiles(css(testid), paths, chromedp.NodeReady))
}

// pick selects an option, as a person does.
func (b *tab) pick(testid, value string) {
	b.t.Helper()
	b.see(testid)
	ask[any](b, fmt.Sprintf("(s=>{s.value=%q;for(const e of ['input','change'])s.dispatchEvent(new Event(e,{bubbles:true}))})($(%q))", value, testid))
}

// act has somebody else act.
func (b *tab) act(actor string) {
	b.t.Helper()
	to, err := url.Parse(b.base)
	require.NoError(b.t, err)
	call(b, network.SetCookie, network.SetCookieParams{Name: "actor", Value: actor, Domain: to.Hostname(), Path: "/"})
}

// says is the text of an element on one line.
func (b *tab) says(testid string) string {
	b.t.Helper()
	b.see(testid)
	return strings.Join(strings.Fields(ask[string](b, fmt.Sprintf("$(%q).textContent", testid))), " ")
}
