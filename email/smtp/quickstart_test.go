package smtp_test

import (
	"bytes"
	"image/png"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/internal/postfixtest"
	"github.com/crmmail/crmmail/email/message"
)

// TestQuickstartThroughPostfix sends the quickstart's letter through a real server and reads back what it delivered.
func TestQuickstartThroughPostfix(t *testing.T) {
	t.Parallel()
	server := postfixtest.Start(t)
	story, err := exec.Command("go", "run", "../../examples/quickstart", "-smtp", server.Addr,
		"-from", "irina@example.test", "-to", "anna@example.test").CombinedOutput()
	require.NoError(t, err, "%s", story)
	mails := server.Mail(t)
	require.Len(t, mails, 1, "%s", story)
	assert.Equal(t, "anna@example.test", mails[0].Recipient)
	assert.Equal(t, "irina@example.test", mails[0].ReturnPath)

	parsed, err := message.Parse(bytes.NewReader(mails[0].Raw), message.ParseOptions{})
	require.NoError(t, err)
	assert.Empty(t, parsed.Defects)
	assert.Equal(t, "Заказ № 1042 готов", parsed.Subject)
	assert.Contains(t, parsed.Text, "Торшер «Луна» & абажур: 12 490,50 ₽")
	assert.Contains(t, parsed.HTML, "Торшер «Луна» &amp; абажур: 12 490,50 ₽")
	assert.Contains(t, parsed.HTML, "Анна, заберите его до пятницы</div>")
	require.Len(t, parsed.Attachments, 2)
	assert.Equal(t, "Счёт № 1042.pdf", parsed.Attachments[0].Name)
	assert.True(t, bytes.HasPrefix(parsed.Attachments[0].Content, []byte("%PDF-1.4")))
	assert.Equal(t, "маршрут.png", parsed.Attachments[1].Name)
	_, err = png.Decode(bytes.NewReader(parsed.Attachments[1].Content))
	assert.NoError(t, err)
}
