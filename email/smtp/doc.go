// Package smtp hands messages over to an SMTP server: a relay, a submission service, a test server on loopback. Its
// Transport is an email.Transport.
//
//	transport, err := smtp.New(smtp.Config{
//		Addr:     "smtp.example.com:587",
//		Username: "crm",
//		Password: os.Getenv("SMTP_PASSWORD"),
//	})
//	if err != nil {
//		return err
//	}
//	defer transport.Close()
//	receipt, err := transport.Deliver(ctx, envelope, wire)
//
// The zero value of every setting is the safe one. TLS is required and the server's certificate is verified;
// credentials never go over a connection without TLS to another machine unless the host says so.
//
// # What becomes of a message
//
// One Deliver is one SMTP transaction (RFC 5321 §3.3) on a connection of a small pool. MAIL, every RCPT and DATA go out
// in one flight where the server pipelines (RFC 2920), so that a message costs two round trips on a connection that is
// already open. The message is asked for its bytes once the server has said 354, never before, and not at all where the
// server refused every recipient.
//
//   - The server accepts: a nil error, and one result for each recipient, refused ones among them.
//   - A reply refuses: a *email.TransportError with its code; 4xx is temporary, 5xx permanent. What a server says before
//     the transaction (greeting, EHLO, STARTTLS, AUTH) concerns the host and not the message, and so is always temporary.
//   - The connection fails before the final dot was written: temporary; SMTP delivers nothing without that dot.
//   - It fails afterwards, before the reply: uncertain. Nobody can know whether the message was accepted.
//   - The message's WriteTo fails: the connection is cut without the final dot, and that error is returned as it is.
//
// A pooled connection that the server has closed meanwhile is replaced once, where not even MAIL was answered. Failover
// puts another transport behind one, for what that one cannot have delivered.
//
// Three refusals are of this package's own, for good and before anything is sent, in the words of the RFCs:
//
//	552 5.3.4  the message tells more octets than the server's SIZE (RFC 1870 §6.1)
//	553 5.6.7  a local part or the header is outside ASCII, and the server has no SMTPUTF8 (RFC 6531 §3.5)
//	554 5.6.3  the message tells of octets outside ASCII, and the server has no 8BITMIME (RFC 6152 §3)
//
// # Going easy on a server
//
// Config.Rate and DomainRates spread messages over time, MaxConns, MaxMessages, MaxAge and IdleTimeout bound connections.
// They hold for one Transport in one process.
//
// # Extensions
//
// PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), STARTTLS (RFC 3207), AUTH (RFC 4954)
// with SCRAM-SHA-256, PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER, DSN (RFC 3461), ENHANCEDSTATUSCODES (RFC 2034).
//
// A message may tell more of itself by optional methods: Size() int64, the exact number of octets of its wire form, which
// is declared and compared with the server's limit; SMTPUTF8() bool, for header fields outside ASCII; EightBit() bool, for
// any octet outside ASCII; EnvelopeID() string, which comes back in reports of what became of it, where Config.DSN asks for
// some.
package smtp
