package message_test

import (
	"os"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReports reads testdata/reports.txt, which says how it is written.
func TestReports(t *testing.T) {
	table, err := os.ReadFile("testdata/reports.txt")
	require.NoError(t, err)
	records := strings.Split("\n"+string(table), "\n=== ")[1:]
	for _, record := range records {
		name, rest, _ := strings.Cut(record, "\n")
		t.Run(name, func(t *testing.T) {
			want, raw, ok := strings.Cut(rest, "\n\n")
			require.True(t, ok)
			p := parse(t, strings.ReplaceAll(raw, "\n", "\r\n"), message.ParseOptions{})
			assert.Equal(t, want, told(p))
			assert.False(t, p.Answerable())
			assert.Equal(t, p.Kind, parse(t, raw, message.ParseOptions{}).Kind, "with LF alone")
		})
	}
	assert.GreaterOrEqual(t, len(records), 30)
}

// told is what a parsed report says, as the table writes it.
func told(p *message.Parsed) string {
	lines := []string{"kind: " + p.Kind}
	switch {
	case p.Bounce != nil:
		lines = append(lines, "id: "+p.Bounce.OriginalID)
		for _, r := range p.Bounce.Recipients {
			lines = append(lines, strings.TrimSpace(r.Address+" "+r.Action+" "+r.Status))
		}
	case p.Complaint != nil:
		lines = append(lines, "id: "+p.Complaint.OriginalID)
	}
	return strings.Join(lines, "\n")
}
