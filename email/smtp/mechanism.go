package smtp

import (
	"context"
	"net"
	"slices"
	"strconv"

	"github.com/emersion/go-sasl"
)

const xoauth2 = "XOAUTH2"

// mechanisms are those for the credentials that there are, the best first.
func (c *Config) mechanisms() []string {
	if c.Token != nil {
		return []string{xoauth2, sasl.OAuthBearer}
	}
	return []string{scramSHA256, sasl.Plain, sasl.Login}
}

// choose is the mechanism asked for, else the best that the server offers, else the best.
func (c *Config) choose(offered []string) string {
	if c.Mechanism != "" {
		return c.Mechanism
	}
	known := c.mechanisms()
	for _, name := range known {
		if slices.Contains(offered, name) {
			return name
		}
	}
	return known[0]
}

// client is Config.Auth for Username with Password or Token.
func (c *Config) client(ctx context.Context, offered []string) (sasl.Client, error) {
	var token string
	if c.Token != nil {
		var err error
		if token, err = c.Token(ctx); err != nil {
			return nil, err
		}
	}
	switch c.choose(offered) {
	case sasl.Plain:
		return sasl.NewPlainClient("", c.Username, c.Password), nil
	case sasl.Login:
		return &login{answers: []string{c.Username, c.Password}}, nil
	case xoauth2:
		return bearer{c.Username, token}, nil
	case sasl.OAuthBearer:
		host, number, _ := net.SplitHostPort(c.Addr)
		port, _ := strconv.Atoi(number) // 0, for the name of a port, is left out
		return sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
			Username: saslName(c.Username), Token: token, Host: host, Port: port,
		}), nil
	}
	return newSCRAM(c.Username, c.Password), nil
}

// bearer is XOAUTH2, as Google and Microsoft wrote it down. After an error of theirs an empty answer brings the reply.
type bearer struct{ user, token string }

func (b bearer) Start() (string, []byte, error) {
	return xoauth2, []byte("user=" + b.user + "\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

func (bearer) Next([]byte) ([]byte, error) { return nil, nil }

// login is LOGIN as servers agree on it: no initial response, which some refuse, and whatever the challenge says, the
// first answer is the user name and the second the password.
type login struct{ answers []string }

func (l *login) Start() (string, []byte, error) { return sasl.Login, nil, nil }

func (l *login) Next([]byte) ([]byte, error) {
	if len(l.answers) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	answer := l.answers[0]
	l.answers = l.answers[1:]
	return []byte(answer), nil
}
