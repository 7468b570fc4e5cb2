package clamd_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/clamd"
)

// threat is what the signature of our own tests looks for.
const threat = "crmmail-test-content-that-stands-for-a-virus"

// daemon starts a real clamd with one signature and further settings, and gives its socket and its TCP address.
func daemon(t *testing.T, settings ...string) (socket, tcp string) {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program = "/usr/sbin/clamd"
		if _, err := os.Stat(program); err != nil {
			t.Skip("no clamd here; on Debian it is in clamav-daemon")
		}
	}
	dir := shortDir(t)
	database := filepath.Join(dir, "db")
	require.NoError(t, os.Mkdir(database, 0o755))
	signature := "Crmmail.Test.Virus:0:*:" + hex.EncodeToString([]byte(threat)) + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(database, "test.ndb"), []byte(signature), 0o644))
	socket, port := filepath.Join(dir, "s"), freePort(t)
	config := filepath.Join(dir, "clamd.conf")
	lines := append([]string{"Foreground yes", "LocalSocket " + socket, fmt.Sprintf("TCPSocket %d", port), "TCPAddr 127.0.0.1",
		"DatabaseDirectory " + database, "TemporaryDirectory " + dir, "DisableCache yes", "SelfCheck 86400"}, settings...)
	require.NoError(t, os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o644))

	var log bytes.Buffer
	command := exec.Command(program, "-c", config)
	command.Stdout, command.Stderr = &log, &log
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	client := clamd.New("unix", socket, clamd.Options{})
	require.Eventually(t, func() bool { return client.Ping(t.Context()) == nil }, time.Minute, 50*time.Millisecond)
	return socket, fmt.Sprintf("127.0.0.1:%d", port)
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func TestDaemon(t *testing.T) {
	socket, tcp := daemon(t, "StreamMaxLength 2M", "ExtendedDetectionInfo yes")
	for network, address := range map[string]string{"unix": socket, "tcp": tcp} {
		t.Run(network, func(t *testing.T) {
			client := clamd.New(network, address, clamd.Options{Timeout: 30 * time.Second})
			require.NoError(t, client.Ping(t.Context()))

			clean := "%PDF-1.4\n" + strings.Repeat("nothing to see ", 10_000)
			got, err := client.Scan(t.Context(), strings.NewReader(clean))
			require.NoError(t, err)
			assert.Empty(t, got)
			got, err = client.Scan(t.Context(), strings.NewReader(""))
			require.NoError(t, err)
			assert.Empty(t, got)

			for _, before := range []int{0, 64<<10 - 20, 1 << 20} { // also across two pieces
				got, err = client.Scan(t.Context(), strings.NewReader(strings.Repeat("x", before)+threat))
				require.NoError(t, err)
				assert.Equal(t, "Crmmail.Test.Virus.UNOFFICIAL", got)
			}

			_, err = client.Scan(t.Context(), io.LimitReader(zeros{}, 2<<20))
			require.NoError(t, err, "StreamMaxLength itself")
			for range 5 {
				_, err = client.Scan(t.Context(), io.LimitReader(zeros{}, 40<<20))
				require.ErrorIs(t, err, attach.ErrScanLimit)
			}
		})
	}
	t.Run("a check", func(t *testing.T) {
		opts := attach.Options{Hash: true, Scanner: clamd.New("unix", socket, clamd.Options{})}
		report, err := attach.Default().Check(t.Context(), []attach.File{
			attach.Bytes("good.rtf", []byte(`{\rtf1 good}`), time.Time{}),
			attach.Bytes("bad.rtf", []byte(`{\rtf1 `+threat+`}`), time.Time{}),
			attach.Bytes("long.bmp", bytes.Repeat([]byte(`{\rtf1 long}`), 1<<18), time.Time{}),
		}, opts)
		require.NoError(t, err)
		said := map[string]string{}
		for _, v := range report.Files {
			assert.Len(t, v.SHA256, 64)
			if len(v.Issues) > 0 {
				said[v.Name] = v.Issues[0].Code
			}
		}
		assert.Equal(t, map[string]string{"bad.rtf": attach.CodeInfected, "long.bmp": attach.CodeNotScanned}, said)
		assert.False(t, report.SendAllowed())
	})
}

// TestDaemonLooksAway holds what the package comment says of MaxFileSize: a longer file passes, unless AlertExceedsMax is on.
func TestDaemonLooksAway(t *testing.T) {
	long := strings.Repeat("x", 2<<20) + threat
	for _, test := range []struct {
		name     string
		settings []string
		want     string
	}{
		{"by default", []string{"MaxFileSize 1M"}, ""},
		{"told to alert", []string{"MaxFileSize 1M", "AlertExceedsMax yes"}, "Heuristics.Limits.Exceeded.MaxFileSize"},
	} {
		t.Run(test.name, func(t *testing.T) {
			socket, _ := daemon(t, test.settings...)
			got, err := clamd.New("unix", socket, clamd.Options{}).Scan(t.Context(), strings.NewReader(long))
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
