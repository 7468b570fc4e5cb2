package reply_test

import (
	"os"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message/internal/reply"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAnswers reads testdata/answers.txt, which says how it is written.
func TestAnswers(t *testing.T) {
	table, err := os.ReadFile("testdata/answers.txt")
	require.NoError(t, err)
	records := strings.Split("\n"+string(table), "\n=== ")[1:]
	languages := map[string]bool{}
	for _, record := range records {
		name, text, _ := strings.Cut(record, "\n")
		languages[name[:2]] = true
		t.Run(name, func(t *testing.T) {
			parts := strings.SplitN("\n"+text+"\n", "\n~~~\n", 3)
			parts[0] = strings.TrimPrefix(parts[0], "\n")
			want := parts[0]
			if len(parts) == 3 {
				want += parts[2]
			}
			whole := strings.Join(parts, "\n")
			assert.Equal(t, strings.TrimSpace(want), reply.Text(whole))
			assert.Equal(t, strings.TrimSpace(want), reply.Text(strings.ReplaceAll(whole, "\n", "\r\n")))
		})
	}
	assert.GreaterOrEqual(t, len(records), 60)
	assert.GreaterOrEqual(t, len(languages), 8)
}
