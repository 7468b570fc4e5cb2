package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/crmmail/crmmail/template"
)

// orderVars are the variables of the order letter: ten lines of an order.
func orderVars() template.Vars {
	lines := make([]any, 10)
	total := 0.0
	for i := range lines {
		price, count, off := 790.5+float64(i*i)*131.25, i%3+1, 0
		if i%4 == 1 {
			off = 5 * i
		}
		lines[i] = map[string]any{
			"title": fmt.Sprintf("Чайник «Семь ветров» № %d & крышка", i+1),
			"link":  fmt.Sprintf("https://chai.example/p/%d?from=mail&n=%d", 1700+i, i),
			"count": count, "price": price, "off": off,
		}
		total += price * float64(count)
	}
	return template.Vars{
		"client": map[string]any{"name": "Мария"},
		"order": map[string]any{
			"id": "Ч-2041", "at": orderedAt, "lines": lines, "total": total, "remark": "Позвоните <заранее>, пожалуйста", "payment": "картой",
		},
		"leave":     "https://chai.example/leave?c=77&t=abcdef",
		"preheader": "Семь ветров в каждой чашке: когда ждать посылку и что в ней",
	}
}

var orderedAt = time.Date(2026, 5, 9, 18, 45, 0, 0, time.UTC)

// orderJSON is the same as JSON; the time is {"$date": "…"}, as [twig.DecodeJSON] and the worker for PHP read it.
func orderJSON() ([]byte, error) {
	vars := orderVars()
	vars["order"].(map[string]any)["at"] = map[string]string{"$date": orderedAt.Format(time.RFC3339)}
	return json.Marshal(vars)
}
