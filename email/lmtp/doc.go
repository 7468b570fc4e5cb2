// Package lmtp receives mail from a mail server and files it.
//
// A mail server that takes the mail of a domain hands it on by LMTP (RFC 2033), over TCP or a Unix socket:
//
//	server, err := lmtp.New(lmtp.Config{Receiver: service}) // an *email.Service
//	if err != nil {
//		return err
//	}
//	listener, err := net.Listen("tcp", "127.0.0.1:2424")
//	if err != nil {
//		return err
//	}
//	return server.Serve(ctx, listener)
//
// Postfix then needs one line in main.cf:
//
//	virtual_transport = lmtp:inet:127.0.0.1:2424
//
// Where a server knows no LMTP, Config.SMTP makes this one speak SMTP (RFC 5321). It belongs behind a mail server in both
// cases: it knows neither authentication nor spam, and it relays nothing.
//
// Mail is never lost on the way: a message that could not be filed is refused for the time being (451), so that the sender
// keeps it and tries again; one that is filed already is accepted. LMTP tells so for each recipient. In SMTP a message is
// accepted once it is filed for all its recipients; the next try files the rest.
//
// The content is handed over octet for octet, without dot-stuffing, whatever its line ends are; no trace field is added:
// the envelope is in email.Inbound. Of the extensions it knows SIZE, 8BITMIME, SMTPUTF8, PIPELINING, ENHANCEDSTATUSCODES
// and STARTTLS.
//
// # Replies
//
// A client gets these besides the usual 220, 250, 354 and 221:
//
//	252 2.5.0  VRFY olga@crm.example
//	421 4.3.0  the host's code panics over a recipient
//	421 4.3.2  one connection more than Config.MaxConns, or Serve is told to stop
//	421 4.4.2  silence for Config.CommandTimeout, or a message longer on its way than Config.DataTimeout
//	421 4.7.0  20 wrong commands, or 1,000 commands without a message
//	451 4.3.0  Config.Mailboxes or the Receiver fails, or takes longer than Config.ReceiveTimeout
//	452 4.3.1  the message cannot be kept in Config.TempDir until it is filed
//	452 4.5.3  one recipient more than Config.MaxRecipients
//	500 5.5.1  EXPN all
//	500 5.5.2  a command of more than 4,096 octets
//	501 5.1.3  RCPT TO:<olga>
//	501 5.1.7  MAIL FROM:<olga@customer.example
//	501 5.5.4  MAIL FROM:<olga@customer.example> SIZE=large
//	503 5.5.1  DATA
//	550 5.1.1  Config.Mailboxes says email.ErrNotFound
//	552 5.3.4  MAIL FROM:<olga@customer.example> SIZE=99999999999
//	555 5.5.4  RCPT TO:<olga@crm.example> NOTIFY=NEVER
//
// It speaks the protocol by itself, because the server of github.com/emersion/go-smtp v0.25.1 does not see the end of a
// message whose last line ends in CR CR LF, and files what has come of a message where the connection ends within BDAT.
package lmtp
