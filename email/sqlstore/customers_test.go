package sqlstore_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestSaveCustomerReplaces(t *testing.T) { onEach(t, testSaveCustomerReplaces) }

func testSaveCustomerReplaces(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "1", ExternalID: "old-1", FirstName: "Анна",
		Emails: []string{"old@mail.example", "second@mail.example"}, Handles: []email.Handle{{Network: "telegram", Username: "@old"}},
		Fields: map[string]any{"x": 1}}))
	want := email.Customer{ID: "1", FirstName: "Ольга", Emails: []string{"new@mail.example"}, Phones: []string{"8 900 111 22 33"},
		CreatedAt: noon}
	require.NoError(t, store.SaveCustomer(ctx, want))
	got, err := store.Customer(ctx, "1")
	require.NoError(t, err)
	assert.Equal(t, want, got)
	for _, text := range []string{"old-1", "old@mail.example", "@old", "second", "анна"} {
		matches, err := store.SearchCustomers(ctx, email.ParseQuery(text, 9))
		require.NoError(t, err)
		assert.Empty(t, matches, text)
	}
	assert.Error(t, store.SaveCustomer(ctx, email.Customer{}))
}

func TestCreateCustomerOnce(t *testing.T) { onEach(t, testCreateCustomerOnce) }

func testCreateCustomerOnce(t *testing.T) {
	path := newFile(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for i := range 6 {
		store := storeOn(t, openDB(t, path), sqlstore.Options{})
		group.Go(func() {
			_, err := store.CreateCustomer(context.Background(), email.Customer{ID: "1", FirstName: fmt.Sprint(i), Emails: []string{"a@b.example"}})
			if err != nil {
				assert.ErrorIs(t, err, email.ErrDuplicate)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			made++
		})
	}
	group.Wait()
	assert.Equal(t, 1, made)
	c, err := storeOn(t, openDB(t, path), sqlstore.Options{}).Customer(context.Background(), "1")
	require.NoError(t, err)
	assert.Equal(t, []string{"a@b.example"}, c.Emails)
}

func TestCreateCustomerMakesIDs(t *testing.T) { onEach(t, testCreateCustomerMakesIDs) }

func testCreateCustomerMakesIDs(t *testing.T) {
	store := newStore(t)
	one, err := store.CreateCustomer(context.Background(), email.Customer{FirstName: "Анна"})
	require.NoError(t, err)
	other, err := store.CreateCustomer(context.Background(), email.Customer{FirstName: "Анна"})
	require.NoError(t, err)
	assert.NotEmpty(t, one.ID)
	assert.NotEqual(t, one.ID, other.ID)
}

type named string

func TestFieldsKeepTheirTypes(t *testing.T) { onEach(t, testFieldsKeepTheirTypes) }

func testFieldsKeepTheirTypes(t *testing.T) {
	moscow := time.FixedZone("", 3*3600)
	given := map[string]any{
		"nil": nil, "true": true, "int": 7, "big": int64(math.MinInt64), "unsigned": uint64(math.MaxUint64),
		"float": 7.0, "small": 1e-300, "large": 1e300, "inf": math.Inf(-1), "nan": math.NaN(), "single": float32(0.5),
		"text": "ё\u2028<\"", "time": time.Date(2026, 3, 2, 12, 0, 0, 123456789, moscow), "empty": "",
		"list": []any{1, 2.0, []string{"a"}}, "strings": []string{"a", "b"}, "none": []any(nil), "zero": []any{},
		"map": map[string]any{"a": map[string]int{"b": 1}}, "$time": "no time", "$": map[string]any{"$time": "2026", "$$x": 1},
		"bytes": []byte{1}, "named": named("n"), "nested": []map[string]any{{"a": 1.5}},
	}
	want := map[string]any{
		"nil": nil, "true": true, "int": int64(7), "big": int64(math.MinInt64), "unsigned": uint64(math.MaxUint64),
		"float": 7.0, "small": 1e-300, "large": 1e300, "inf": math.Inf(-1), "single": 0.5,
		"text": "ё\u2028<\"", "empty": "",
		"list": []any{int64(1), 2.0, []any{"a"}}, "strings": []any{"a", "b"}, "none": nil, "zero": []any{},
		"map": map[string]any{"a": map[string]any{"b": int64(1)}}, "$time": "no time", "$": map[string]any{"$time": "2026", "$$x": int64(1)},
		"bytes": []any{int64(1)}, "named": "n", "nested": []any{map[string]any{"a": 1.5}},
	}
	store := newStore(t)
	require.NoError(t, store.SaveCustomer(context.Background(), email.Customer{ID: "1", Fields: given}))
	c, err := store.Customer(context.Background(), "1")
	require.NoError(t, err)
	at := c.Fields["time"].(time.Time)
	assert.True(t, at.Equal(given["time"].(time.Time)))
	assert.Equal(t, "15", at.UTC().Add(6*time.Hour).Format("15"))
	assert.Equal(t, given["time"].(time.Time).Format(time.RFC3339Nano), at.Format(time.RFC3339Nano))
	assert.True(t, math.IsNaN(c.Fields["nan"].(float64)))
	delete(c.Fields, "time")
	delete(c.Fields, "nan")
	assert.Equal(t, want, c.Fields)
}

func TestFieldsThatAreNoPlainData(t *testing.T) { onEach(t, testFieldsThatAreNoPlainData) }

func testFieldsThatAreNoPlainData(t *testing.T) {
	loop := map[string]any{}
	loop["loop"] = loop
	store := newStore(t)
	for name, value := range map[string]any{
		"struct": struct{ A int }{1}, "pointer": new(int), "func": func() {}, "chan": make(chan int),
		"map by int": map[int]string{1: "a"}, "complex": 1i, "in a list": []any{struct{}{}}, "loop": loop,
	} {
		err := store.SaveCustomer(context.Background(), email.Customer{ID: "1", Fields: map[string]any{"x": value}})
		assert.Error(t, err, name)
		_, err = store.Customer(context.Background(), "1")
		assert.ErrorIs(t, err, email.ErrNotFound, name)
	}
}
