package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email"
)

// How the number of a customer's row is made, see migrations/sqlite/0002_search.sql.
const (
	dayMicros   = int64(24 * time.Hour / time.Microsecond)
	lastDay     = 1<<17 - 1
	dayShift    = `28`
	ofDay       = `268435455` // all bits below the day
	tenantShift = `45`
	ofTenant    = `35184372088831`
)

// indexedByFullText gives a customer the next number of the day and tenant, unless he has one already. Triggers keep the
// index.
func (s *Store) indexedByFullText(c email.Customer) indexed {
	day := min(max(micros(c.CreatedAt)/dayMicros, 0), lastDay)
	return indexed{
		column: `n`,
		value: `(SELECT COALESCE((SELECT n + 1 FROM crmmail_customer WHERE n BETWEEN first AND first + ` + ofDay + ` ORDER BY n DESC LIMIT 1), first)
			FROM (SELECT (COALESCE((SELECT n >> ` + tenantShift + ` FROM crmmail_customer WHERE tenant = ? LIMIT 1),
				(SELECT MAX(n) >> ` + tenantShift + ` FROM crmmail_customer) + 1, 1) << ` + tenantShift + `) + (? << ` + dayShift + `) AS first))`,
		args:   []any{s.tenant, day},
		update: `n = CASE WHEN n >> ` + dayShift + ` = excluded.n >> ` + dayShift + ` THEN n ELSE excluded.n END`,
	}
}

// dated is a customer found on a day.
type dated struct {
	id             string
	day, createdAt int64
}

// byFullText reads the index from the newest day on, each day to its end, and leaves the rest unread.
func (s *Store) byFullText(ctx context.Context, tx conn, q email.Query) ([]string, error) {
	bounds, err := collect(ctx, tx, scanOne[int64], `SELECT n >> `+tenantShift+` << `+tenantShift+` FROM crmmail_customer WHERE tenant = ? LIMIT 1`, s.tenant)
	if err != nil || len(bounds) == 0 {
		return nil, err
	}
	tenant := bounds[0]
	trigrams, err := s.rarest(ctx, tx, q.Words, evenSample, tenant, tenant)
	if err != nil {
		return nil, err
	}
	matching, args := s.dialect.matching("c.search", q.Words)
	query := `SELECT c.id, c.n >> ` + dayShift + `, c.created_at FROM crmmail_customer_trigram t CROSS JOIN crmmail_customer c ON c.n = t.rowid
		WHERE t.crmmail_customer_trigram MATCH ? AND t.rowid BETWEEN ? AND ? + ` + ofTenant + `
		AND +c.tenant = ? AND ` + matching + ` ORDER BY t.rowid DESC`
	args = append([]any{fullText(trigrams), tenant, tenant, s.tenant}, args...)
	rows, err := tx.to.QueryContext(ctx, tx.wording.of(query), arguments(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []dated
	for rows.Next() {
		var one dated
		if err := rows.Scan(&one.id, &one.day, &one.createdAt); err != nil {
			return nil, err
		}
		if len(found) >= q.Limit && one.day < found[len(found)-1].day {
			break
		}
		found = append(found, one)
	}
	return newestFirst(found, q.Limit), rows.Err()
}

// evenSample are customers of a tenant, evenly from all times.
const evenSample = `WITH RECURSIVE steps (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM steps WHERE k < ` + sampled + `),
		bounds AS (SELECT (SELECT MIN(n) FROM crmmail_customer WHERE n >= ?) AS first,
			(SELECT MAX(n) FROM crmmail_customer WHERE n <= ? + ` + ofTenant + `) AS last)
	SELECT (SELECT search FROM crmmail_customer
		WHERE n <= first + (last - first) / ` + sampled + ` * k ORDER BY n DESC LIMIT 1) AS search FROM steps, bounds`

func newestFirst(found []dated, limit int) []string {
	slices.SortFunc(found, func(a, b dated) int {
		return cmp.Or(cmp.Compare(b.createdAt, a.createdAt), cmp.Compare(b.id, a.id))
	})
	ids := make([]string, min(len(found), limit))
	for i := range ids {
		ids[i] = found[i].id
	}
	return ids
}

// fullText asks for all of trigrams in FTS5's language, as strings in which a quotation mark is written twice.
func fullText(trigrams []string) string {
	quoted := make([]string, len(trigrams))
	for i, trigram := range trigrams {
		quoted[i] = `"` + strings.ReplaceAll(trigram, `"`, `""`) + `"`
	}
	return strings.Join(quoted, " AND ")
}
