package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

// saved are files on the disk, for a file dialog.
func (b *tab) saved(files ...attach.File) (paths []string) {
	folder := b.t.TempDir()
	for _, file := range files {
		content, err := file.Open()
		require.NoError(b.t, err)
		path := filepath.Join(folder, file.Name)
		to, err := os.Create(path)
		require.NoError(b.t, err)
		_, err = to.ReadFrom(content)
		require.NoError(b.t, err)
		require.NoError(b.t, to.Close())
		paths = append(paths, path)
	}
	return paths
}

// attach chooses files, which go up at once with the script, and by a button without.
func (b *tab) attach(files ...attach.File) {
	b.t.Helper()
	before := ask[int](b, "$$('file').length")
	b.choose("picker", b.saved(files...)...)
	if b.noScript {
		b.follow("attach")
	}
	b.wait(fmt.Sprintf("$$('file').length === %d", before+len(files)))
}

// press clicks a button of the form: a page follows without the script.
func (b *tab) press(testid string) {
	b.t.Helper()
	if b.noScript {
		b.follow(testid)
		return
	}
	b.click(testid)
}

// preview has the letter looked at: the script does so by itself.
func (b *tab) preview() {
	b.t.Helper()
	if b.noScript {
		b.follow("preview")
	}
}

// goOn presses a key that the script knows, or what it stands for.
func (b *tab) goOn(testid, key string) {
	b.t.Helper()
	if b.noScript {
		b.follow(testid)
		return
	}
	b.see(testid)
	b.until("document.readyState === 'complete'") // the script of a page that is still coming hears no key
	b.run(chromedp.KeyEvent(key))
}

// status is what the server answers to the form as it is, were its button pressed all the same.
func (b *tab) status(path string) int {
	b.t.Helper()
	return is[int](b, fmt.Sprintf("fetch(%q,{method:'POST',body:new FormData(document.getElementById('letter'))}).then(r=>r.status)", path))
}

// downloads presses “download all” of a message of each origin. Without the script several files are a page of links.
func downloads(t *testing.T, b *tab) {
	for origin, want := range map[string][]string{
		"reply": {"Re_ Анна, ваш заказ готов.zip"}, "outgoing": {"Счёт № 42.pdf", "Фасад.png"}, "inbound": {"доверенность.pdf", "замеры.png", "полка.png"},
	} {
		folder := b.downloadsTo()
		b.open("/customers/1001")
		ask[any](b, fmt.Sprintf("document.querySelector('[data-origin=%s] [data-testid=download-all]').click()", origin))
		if b.noScript && len(want) > 1 {
			b.see("each")
			for i := range want {
				ask[any](b, fmt.Sprintf("$('each').querySelectorAll('a')[%d].click()", i))
				b.downloaded(folder, i+1)
			}
		}
		assert.Equal(t, want, b.downloaded(folder, len(want)), origin)
	}
	folder := b.downloadsTo()
	_ = chromedp.Do(b.ctx, chromedp.Navigate(b.base+"/messages/"+b.messages("1001", "inbound")[0]+"/files")) // a download ends the navigation
	assert.Equal(t, []string{"стена.png"}, b.downloaded(folder, 1), "a single file comes as it is")
}

// downloadsTo has the window keep what it downloads in a new folder.
func (b *tab) downloadsTo() string {
	b.t.Helper()
	folder := b.t.TempDir()
	call(b, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder,
		BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID})
	return folder
}

// downloaded waits until a folder has n files, and tells their names.
func (b *tab) downloaded(folder string, n int) (names []string) {
	b.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end) && len(names) < n; time.Sleep(30 * time.Millisecond) {
		entries, err := os.ReadDir(folder)
		require.NoError(b.t, err)
		names = nil
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".crdownload") && !strings.HasPrefix(entry.Name(), ".") {
				names = append(names, entry.Name())
			}
		}
	}
	return names
}

func octets(t testing.TB, file attach.File) []byte {
	content, err := file.Open()
	require.NoError(t, err)
	raw, err := io.ReadAll(content)
	require.NoError(t, err)
	return raw
}
