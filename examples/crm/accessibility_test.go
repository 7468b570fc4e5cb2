//go:build full

package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAccessibility asks axe-core, which .ci/axe fetches, about every screen.
func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile(os.Getenv("CRMMAIL_AXE"))
	require.NoError(t, err, "CRMMAIL_AXE names axe.min.js: CRMMAIL_AXE=$(.ci/axe)")
	for name, how := range map[string]manner{"light": {}, "dark": {dark: true}, "phone": {phone: true}} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t, how)
			b.post("/customers/1001/compose", b.letter("1001", "template", "order-ready", "bcc", "archive@shop.example"))
			mail := b.delivered("Проверка")
			for _, path := range append([]string{"/_mail/", "/_mail/mails/" + mail.ID + "/"}, screens...) {
				b.open(path)
				ask[any](b, "document.querySelectorAll('details').forEach(d=>d.open=true)")
				is[any](b, string(axe)+";null")
				found := is[[]string](b, `axe.run(document,{iframes:false}).then(r=>r.violations.flatMap(v=>v.nodes.map(n=>v.impact+" "+v.id+": "+n.html.slice(0,160)+" "+n.failureSummary.slice(0,200))))`)
				assert.Empty(t, found, path)
			}
		})
	}
}
