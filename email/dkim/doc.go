// Package dkim signs messages (RFC 6376) with an RSA key or an Ed25519 key (RFC 8463). Its Signer is a message.Signer.
//
//	key, err := dkim.ParseKey(pem)
//	if err != nil {
//		return err
//	}
//	signer, err := dkim.New(dkim.Config{Domain: "shop.example", Selector: "crm", Key: key})
//	if err != nil {
//		return err
//	}
//	fmt.Println(signer.Record()) // what the domain's DNS has to say
//	service, err := email.New(email.Config{Signers: []message.Signer{signer} /* … */})
//
// Two signers make two signatures, each with a selector of its own: Ed25519, which not every receiver knows yet, and RSA
// for the others. One comes in front of the other, and neither covers the other.
//
// A host that sends from several domains has a signer for each, with OwnOnly.
//
// # What is signed
//
// Header and body are canonicalised as "relaxed", the whole body is signed (no l= tag), and the fields that people see
// or programs act on are signed once more than they occur, so that nobody can add another From, Subject or
// List-Unsubscribe to a message and have it pass. The content is read once for each signature and never held in memory.
//
// The package is written anew rather than over a library so that a signature reads 30 MB as fast as it can be hashed, in
// a fixed amount of memory, and has its time from the caller. Its tests verify with two others' implementations. It does
// not verify signatures, and asks the DNS nothing: sender.Domains tells whether a key is published.
package dkim
