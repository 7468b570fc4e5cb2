//go:build screenshots

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/require"
)

// TestScreenshots makes the pictures of README anew:
//
//	go test -tags screenshots -run TestScreenshots ./examples/crm
func TestScreenshots(t *testing.T) {
	b := newTab(t, manner{undo: time.Hour})
	b.open("/customers/1001/compose?template=order-ready")
	b.write("bcc", "archive@shop.example")
	b.write("body", "<p>{{ customer.firstName }}, заказ ждёт вас в магазине «{{ store.name }}».</p>\n"+
		"<p><a href=\"https://bit.ly/3xAmpLe\">Как пройти</a></p>\n<p>{{ manager.nmae }}</p>\n")
	b.attach(pdf("Счёт № 42.pdf"), photo("Фасад.png", 1))
	b.attach(bytesFile("скан.tiff", 90_000))
	b.wait("$$('finding').length === 2")
	b.picture("compose", 1440)

	b.app.undo = 9 * time.Second
	b.open("/customers/1001/compose?template=thanks")
	b.follow("send")
	b.see("undo-bar")
	b.picture("history", 900)
}

func (b *tab) picture(name string, height int64) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: height, DeviceScaleFactor: 1})
	time.Sleep(500 * time.Millisecond) // pictures and frames are drawn
	ask[any](b, "document.activeElement.blur()")
	shot := call(b, devtools.CaptureScreenshot, devtools.CaptureScreenshotParams{Format: "png"})
	require.NoError(b.t, os.WriteFile(filepath.Join("screenshots", name+".png"), shot.Data, 0o644))
}
