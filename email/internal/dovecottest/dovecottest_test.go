package dovecottest_test

import (
	"bytes"
	"net/textproto"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/internal/dovecottest"
)

func TestStart(t *testing.T) {
	server := dovecottest.Start(t)
	require.Empty(t, server.Mail(t, "anna"))
	mail := "Subject: x\r\n\r\n..dot\r\nтекст\r\n"
	conn, err := textproto.Dial("tcp", server.LMTP)
	require.NoError(t, err)
	defer conn.Close()
	for _, step := range []struct {
		say  string
		want int
	}{
		{"", 220}, {"LHLO test", 250}, {"MAIL FROM:<ivan@example.test>", 250}, {"RCPT TO:<anna@example.test>", 250},
		{"DATA", 354}, {mail + ".", 250},
	} {
		if step.say != "" {
			require.NoError(t, conn.PrintfLine("%s", step.say))
		}
		_, _, err := conn.ReadResponse(step.want)
		require.NoError(t, err, step.say)
	}
	got := server.Mail(t, "anna")
	require.Len(t, got, 1)
	assert.True(t, bytes.HasSuffix(got[0], []byte("\r\nSubject: x\r\n\r\n.dot\r\nтекст\r\n")), "%q", got[0])
	assert.Empty(t, server.Mail(t, "olga"))
}
