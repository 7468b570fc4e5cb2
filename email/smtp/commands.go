package smtp

import (
	"fmt"
	"io"
	"strconv"

	"github.com/crmmail/crmmail/email"
)

// prepare writes the commands, as far as the server's extensions let it.
func (x *transaction) prepare() error {
	path, rcpts, utf8, err := wirePaths(x.env)
	if err != nil {
		return err
	}
	utf8 = utf8 || needsUTF8(x.msg)
	if err := x.conn.ext.refuse(x.msg, utf8); err != nil {
		return err
	}
	if dsn := x.conn.config.DSN; dsn != nil && x.conn.ext.dsn && path != "" { // nobody is told where there is no return path
		x.dsn = dsn
	}
	x.mail, x.rcpts = "MAIL FROM:<"+path+">"+x.parameters(utf8), rcpts
	return nil
}

// refuse says in the words of the RFCs what the server cannot take; the package comment lists them.
func (ext extensions) refuse(msg io.WriterTo, utf8 bool) error {
	size := sizeOf(msg)
	eightBit, told := isEightBit(msg)
	switch {
	case utf8 && !ext.utf8:
		return &email.TransportError{Code: 553, Enhanced: "5.6.7", // RFC 6531 §3.5
			Text: "the message needs SMTPUTF8, which the server does not support"}
	case ext.size > 0 && size > ext.size:
		return &email.TransportError{Code: 552, Enhanced: "5.3.4", // RFC 1870 §6.1
			Text: fmt.Sprintf("the message has %d octets, the server takes %d", size, ext.size)}
	case told && eightBit && !ext.eightBit:
		return &email.TransportError{Code: 554, Enhanced: "5.6.3", // RFC 6152 §3
			Text: "the message has octets outside ASCII, and the server does not support 8BITMIME"}
	}
	return nil
}

// parameters are those of MAIL.
func (x *transaction) parameters(utf8 bool) (list string) {
	ext := x.conn.ext
	if size := sizeOf(x.msg); size > 0 && ext.sizeParam {
		list += " SIZE=" + strconv.FormatInt(size, 10)
	}
	if eightBit, told := isEightBit(x.msg); ext.eightBit && (eightBit || !told) {
		list += " BODY=8BITMIME"
	}
	if utf8 {
		list += " SMTPUTF8"
	}
	if x.dsn != nil {
		list += x.dsn.ofMail(x.msg)
	}
	return list
}

// command is MAIL, then each RCPT, then DATA.
func (x *transaction) command(i int) (stage, string) {
	switch {
	case i == 0:
		return stageMail, x.mail
	case i <= len(x.rcpts):
		line := "RCPT TO:<" + x.rcpts[i-1] + ">"
		if x.dsn != nil {
			line += x.dsn.ofRecipient(x.env.Recipients[i-1])
		}
		return stageRcpt, line
	}
	return stageData, "DATA"
}
