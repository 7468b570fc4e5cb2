package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
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
	trigrams, err := rarest(ctx, tx, tenant, q.Words)
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

// How rarest judges.
const (
	sampled      = `200` // customers, evenly from all times
	tooCommon    = 40    // of these
	judged       = 24    // trigrams
	rareTrigrams = 4
)

// judgement is how many customers of a sample have a trigram.
type judgement struct {
	trigram string
	word    int // that it is from
	count   int64
}

// rarest are trigrams of words that few customers have: of each word the rarest, and then the rarest of all; one that many
// have only where there is no other. To go through the index by more of them costs more than to look at some customers in
// vain, most of all by those that many have.
func rarest(ctx context.Context, tx conn, tenant int64, words []string) ([]string, error) {
	list, err := judge(ctx, tx, tenant, words)
	if err != nil {
		return nil, err
	}
	var rare, more []string
	seen := make(map[int]bool)
	for i, j := range list {
		switch {
		case i > 0 && j.count >= tooCommon:
		case !seen[j.word]:
			seen[j.word] = true
			rare = append(rare, j.trigram)
		default:
			more = append(more, j.trigram)
		}
	}
	rare = append(rare, more...)
	return rare[:min(len(rare), rareTrigrams)], nil
}

// judge counts the trigrams of words in a sample, the rarest first; of those that are as rare, those with digits.
func judge(ctx context.Context, tx conn, tenant int64, words []string) ([]judgement, error) {
	var list []judgement
	for i, word := range words {
		numbers, others := divide(trigrams(word), hasDigit)
		for _, trigram := range spread(append(numbers, others...), max(judged/len(words), rareTrigrams)) {
			list = append(list, judgement{trigram: trigram, word: i})
		}
	}
	var sums []string
	var args, counts []any
	for i := range list {
		sums = append(sums, `SUM(instr(search, ?) > 0)`)
		args = append(args, list[i].trigram)
		counts = append(counts, &list[i].count)
	}
	_, err := collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) { return struct{}{}, rows.Scan(counts...) },
		`WITH RECURSIVE steps (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM steps WHERE k < `+sampled+`),
			bounds AS (SELECT (SELECT MIN(n) FROM crmmail_customer WHERE n >= ?) AS first,
				(SELECT MAX(n) FROM crmmail_customer WHERE n <= ? + `+ofTenant+`) AS last)
		SELECT `+strings.Join(sums, `, `)+` FROM (SELECT (SELECT search FROM crmmail_customer
			WHERE n <= first + (last - first) / `+sampled+` * k ORDER BY n DESC LIMIT 1) AS search FROM steps, bounds)`,
		append([]any{tenant, tenant}, args...)...)
	slices.SortStableFunc(list, func(a, b judgement) int { return cmp.Compare(a.count, b.count) })
	return list, err
}

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
