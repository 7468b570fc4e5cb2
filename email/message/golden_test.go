package message_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata/*.eml")

func TestGolden(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			got := write(t, s.msg, message.BuildOptions{InlineLimit: 1000})
			path := filepath.Join("testdata", s.name+".eml")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got, "run with -update if the change is meant; a Wire kept in an outbox stays as it is")
			checkLines(t, got)
		})
	}
}
