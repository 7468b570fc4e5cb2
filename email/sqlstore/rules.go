package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Rule implements email.Rules.
func (s *Store) Rule(ctx context.Context, id string) (rule email.Rule, err error) {
	err = s.read(ctx, func(tx conn) (err error) {
		rule, err = s.rule(ctx, tx, id)
		return err
	})
	return rule, wrap("rule", err)
}

// Rules implements email.Rules.
func (s *Store) Rules(ctx context.Context, q email.RuleQuery) (page []email.Rule, err error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	var where condition
	where.equal("event", string(q.Event))
	where.equal("template_id", q.TemplateID)
	if q.Active {
		where.and += ` AND active = 1`
	}
	where.and += ` AND id > ? ORDER BY id LIMIT ?`
	where.args = append(where.args, q.After, q.Limit)
	err = s.look(ctx, func(db conn) (err error) {
		page, err = s.rules(ctx, db, where.and, where.args...)
		return err
	})
	return page, wrap("rules", err)
}

// SaveRule implements email.Rules. Times come back as they are kept.
func (s *Store) SaveRule(ctx context.Context, rule email.Rule, events ...email.RuleEvent) (kept email.Rule, err error) {
	if rule.ID == "" {
		return email.Rule{}, wrap("save rule", errors.New("a rule without an id"))
	}
	err = s.write(ctx, func(tx conn) (err error) {
		if rule.Version == 0 {
			err = s.insertRule(ctx, tx, rule)
		} else {
			err = s.updateRule(ctx, tx, rule)
		}
		if err != nil {
			return err
		}
		if err := s.insertRuleEvents(ctx, tx, rule.ID, events); err != nil {
			return err
		}
		kept, err = s.rule(ctx, tx, rule.ID)
		return err
	})
	return kept, wrap("save rule", err)
}

func (s *Store) insertRule(ctx context.Context, tx conn, rule email.Rule) error {
	values, err := ruleValues(rule)
	if err != nil {
		return err
	}
	n, err := exec(ctx, tx, `INSERT INTO crmmail_rule (name, event, template_id, sender_choice, actor_id, purpose, active, hash, uses,
		acknowledged, updated_at, tenant, id, version, created_at) VALUES (`+parameters(15)+`) ON CONFLICT DO NOTHING`,
		append(values, s.tenant, rule.ID, 1, micros(rule.CreatedAt))...)
	if err == nil && n == 0 {
		err = email.ErrDuplicate
	}
	return err
}

// updateRule compares the version and sets everything else, at once.
func (s *Store) updateRule(ctx context.Context, tx conn, rule email.Rule) error {
	values, err := ruleValues(rule)
	if err != nil {
		return err
	}
	n, err := exec(ctx, tx, `UPDATE crmmail_rule SET name = ?, event = ?, template_id = ?, sender_choice = ?, actor_id = ?, purpose = ?,
		active = ?, hash = ?, uses = ?, acknowledged = ?, updated_at = ?, version = version + 1
		WHERE tenant = ? AND id = ? AND version = ?`, append(values, s.tenant, rule.ID, rule.Version)...)
	if err != nil || n > 0 {
		return err
	}
	return missed(ctx, tx, email.ErrConflict, email.ErrNotFound, `SELECT id FROM crmmail_rule WHERE tenant = ? AND id = ?`, s.tenant, rule.ID)
}

// ruleValues are what a rule's person and its checks decide, in the order of the statements.
func ruleValues(rule email.Rule) ([]any, error) {
	choice, err := rule.From.MarshalText()
	if err != nil {
		return nil, err
	}
	var lists lists
	values := []any{rule.Name, rule.Event, rule.TemplateID, string(choice), rule.ActorID, rule.Purpose, rule.Active, rule.Hash,
		listText(&lists, rule.Uses), listText(&lists, rule.Acknowledged), micros(rule.UpdatedAt)}
	return values, lists.err
}

func (s *Store) insertRuleEvents(ctx context.Context, tx conn, ruleID string, events []email.RuleEvent) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{s.tenant, ruleID, micros(e.At), e.Kind, e.ActorID, e.Hash, e.Detail}
	}
	return insert(ctx, tx, `crmmail_rule_event (tenant, rule_id, at, kind, actor_id, hash, detail)`, rows)
}

// rule reads one rule with its events.
func (s *Store) rule(ctx context.Context, tx conn, id string) (email.Rule, error) {
	list, err := s.rules(ctx, tx, ` AND id = ?`, id)
	if err != nil {
		return email.Rule{}, err
	}
	if len(list) == 0 {
		return email.Rule{}, email.ErrNotFound
	}
	list[0].Events, err = collect(ctx, tx, scanRuleEvent, `SELECT at, kind, actor_id, hash, detail FROM crmmail_rule_event
		WHERE tenant = ? AND rule_id = ? ORDER BY n`, s.tenant, id)
	return list[0], err
}

// rules reads rules without their events.
func (s *Store) rules(ctx context.Context, tx conn, and string, args ...any) ([]email.Rule, error) {
	return collect(ctx, tx, scanRule, `SELECT id, name, event, template_id, sender_choice, actor_id, purpose, active, hash, uses,
		acknowledged, version, created_at, updated_at FROM crmmail_rule WHERE tenant = ?`+and, append([]any{s.tenant}, args...)...)
}

func scanRule(rows *sql.Rows) (r email.Rule, err error) {
	var choice string
	err = rows.Scan(&r.ID, &r.Name, &r.Event, &r.TemplateID, &choice, &r.ActorID, &r.Purpose, &r.Active, &r.Hash, column(&r.Uses),
		column(&r.Acknowledged), &r.Version, timeColumn{&r.CreatedAt}, timeColumn{&r.UpdatedAt})
	if err != nil {
		return r, err
	}
	for i := range r.Acknowledged {
		r.Acknowledged[i].At = r.Acknowledged[i].At.UTC().Truncate(time.Microsecond)
	}
	return r, r.From.UnmarshalText([]byte(choice))
}

func scanRuleEvent(rows *sql.Rows) (e email.RuleEvent, err error) {
	err = rows.Scan(timeColumn{&e.At}, &e.Kind, &e.ActorID, &e.Hash, &e.Detail)
	return e, err
}
