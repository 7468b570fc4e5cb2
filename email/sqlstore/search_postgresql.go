package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// How a trigram becomes a number, see migrations/postgresql/0002_search.sql.
const (
	epochMicros = 2_629_800_000_000 // a month
	firstEpoch  = 360
	lastEpoch   = 1920
	epochFactor = 2_654_435_761
	numberBias  = 1 << 31
)

// indexedByNumbers gives a customer the numbers of his trigrams, and his tenant the epoch.
func (s *Store) indexedByNumbers(c email.Customer, search string) indexed {
	epoch := min(max(micros(c.CreatedAt)/epochMicros, firstEpoch), lastEpoch)
	numbers := s.numbers(trigrams(search))
	for i, number := range numbers {
		numbers[i] = (number+epoch*epochFactor)&(1<<32-1) - numberBias
	}
	return indexed{
		column:    `trigrams`,
		value:     `CAST(CAST(? AS TEXT) AS INTEGER[])`,
		args:      []any{array(numbers)},
		update:    `trigrams = excluded.trigrams`,
		after:     `INSERT INTO crmmail_customer_epoch (tenant, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		afterArgs: []any{s.tenant, epoch},
	}
}

// byNumbers asks the index for one epoch after the other until there are enough. The tenant is compared in a way that lets
// no other index be thought better.
func (s *Store) byNumbers(ctx context.Context, tx conn, q email.Query) ([]string, error) {
	if s.host == nil { // compiling what is expected to take long takes longer than all of it; a host's settings are the host's
		if _, err := exec(ctx, tx, `SET LOCAL jit = off`); err != nil {
			return nil, err
		}
	}
	trigrams, err := s.rarest(ctx, tx, q.Words, newestSample, s.tenant)
	if err != nil {
		return nil, err
	}
	matching, args := s.dialect.matching("search", q.Words)
	args = append([]any{array(s.numbers(trigrams)), s.tenant, s.tenant}, args...)
	return collect(ctx, tx, scanOne[string], `SELECT c.id FROM (
			SELECT epoch, ARRAY(SELECT CAST((number + epoch * `+strconv.Itoa(epochFactor)+` & 4294967295) - `+strconv.Itoa(numberBias)+` AS INTEGER)
				FROM unnest(CAST(CAST(? AS TEXT) AS BIGINT[])) AS number) AS trigrams
			FROM crmmail_customer_epoch WHERE tenant = ? ORDER BY epoch DESC) AS e
		CROSS JOIN LATERAL (SELECT id, created_at FROM crmmail_customer
			WHERE trigrams @> e.trigrams AND (tenant = ?) IS TRUE AND `+matching+` OFFSET 0) AS c
		ORDER BY e.epoch DESC, c.created_at DESC, c.id DESC LIMIT ?`, append(args, q.Limit)...)
}

// newestSample are the newest customers of a tenant.
const newestSample = `SELECT search FROM crmmail_customer WHERE tenant = ? ORDER BY created_at DESC, id DESC LIMIT ` + sampled

// numbers are those of trigrams before the epoch is added to them.
func (s *Store) numbers(trigrams []string) []int64 {
	tenant, numbers := text(s.tenant), make([]int64, len(trigrams))
	for i, trigram := range trigrams {
		sum := sha256.Sum256([]byte(trigram + tenant))
		numbers[i] = int64(binary.BigEndian.Uint32(sum[:]))
	}
	return numbers
}

// array is list as PostgreSQL writes arrays.
func array(list []int64) string {
	var b strings.Builder
	for i, n := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	return "{" + b.String() + "}"
}
