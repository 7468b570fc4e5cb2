package postfixtest_test

import (
	"net/smtp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/internal/daemontest"
	"github.com/crmmail/crmmail/email/internal/postfixtest"
)

func TestStart(t *testing.T) {
	server := postfixtest.Start(t)
	mail := "Received: from elsewhere\r\n\tby here\r\nSubject: x\r\n\r\n.\r\nbody\r\n"
	err := smtp.SendMail(server.Addr, nil, "a@example.test", []string{"c@example.test", "b@example.test"}, []byte(mail))
	require.NoError(t, err)
	got := server.Mail(t)
	require.Equal(t, []daemontest.Mail{
		{ReturnPath: "a@example.test", Recipient: "b@example.test", Raw: []byte(mail)},
		{ReturnPath: "a@example.test", Recipient: "c@example.test", Raw: []byte(mail)},
	}, got)
	server.Clear(t)
	require.Empty(t, server.Mail(t))
	require.Error(t, smtp.SendMail(server.Addr, nil, "a@example.test", []string{"x@elsewhere.test"}, []byte(mail)))
}
