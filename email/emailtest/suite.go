package emailtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"
)

// suiteTime is the time in the suites' data. It lies ahead, so that a store that looks at a clock of its own is found
// out, and has whole milliseconds, which every database keeps.
var suiteTime = time.Date(2041, time.May, 6, 12, 0, 0, 123e6, time.UTC)

// promise is one sentence of an interface's contract and the test that holds an implementation to it.
type promise[F any] struct {
	name string
	test func(t *testing.T, fixture F)
}

// hold runs each promise as a subtest on a fixture of its own.
func hold[F any](t *testing.T, open func(testing.TB) F, promises ...[]promise[F]) {
	for _, list := range promises {
		for _, p := range list {
			t.Run(p.name, func(t *testing.T) { p.test(t, open(t)) })
		}
	}
}

// is tells of a part whether it implements an optional interface, too.
func is[T any](part any) bool {
	_, ok := part.(T)
	return ok
}

// ended is a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func isError(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("the error is %v, and not %v", err, target)
	}
}

func equal[T comparable](t testing.TB, what string, want, got T) {
	t.Helper()
	if want != got {
		t.Fatalf("%s: want %s, got %s", what, shown(want, got), shown(got, want))
	}
}

// shown is a value for the reader of a failure; of a long text, what is around its first difference from other.
func shown[T any](value, other T) string {
	a, b := fmt.Sprint(value), fmt.Sprint(other)
	if len(a) <= 200 && len(b) <= 200 {
		return fmt.Sprintf("%#v", value)
	}
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("%d octets, at %d: %q", len(a), i, a[max(0, i-40):min(len(a), i+40)])
}

// same compares values as they are kept: times by the moment they name, nil and empty lists alike.
func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if list := differences(what, reflect.ValueOf(want), reflect.ValueOf(got)); len(list) > 0 {
		for _, one := range list {
			t.Error(one)
		}
		t.FailNow()
	}
}

func differences(path string, want, got reflect.Value) []string {
	if !want.IsValid() || !got.IsValid() || want.Type() != got.Type() {
		if want.IsValid() == got.IsValid() && !want.IsValid() {
			return nil
		}
		return []string{fmt.Sprintf("%s: want %v, got %v", path, want, got)}
	}
	if moment, ok := want.Interface().(time.Time); ok {
		if other := got.Interface().(time.Time); !moment.Equal(other) {
			return []string{fmt.Sprintf("%s: want %v, got %v", path, moment, other)}
		}
		return nil
	}
	switch want.Kind() {
	case reflect.Struct:
		return structDifferences(path, want, got)
	case reflect.Slice:
		return listDifferences(path, want, got)
	case reflect.Pointer, reflect.Interface:
		return differences(path, want.Elem(), got.Elem())
	}
	if !reflect.DeepEqual(want.Interface(), got.Interface()) {
		return []string{fmt.Sprintf("%s: want %#v, got %#v", path, want, got)}
	}
	return nil
}

func structDifferences(path string, want, got reflect.Value) (list []string) {
	for i := range want.NumField() {
		name := path + "." + want.Type().Field(i).Name
		list = append(list, differences(name, want.Field(i), got.Field(i))...)
	}
	return list
}

func listDifferences(path string, want, got reflect.Value) (list []string) {
	if want.Len() != got.Len() {
		return []string{fmt.Sprintf("%s: want %d entries, got %d: %v", path, want.Len(), got.Len(), got)}
	}
	for i := range want.Len() {
		list = append(list, differences(fmt.Sprintf("%s[%d]", path, i), want.Index(i), got.Index(i))...)
	}
	return list
}

// race calls f n times at once, with 0 to n-1, and returns when all calls have ended.
func race(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-start
			f(i)
		}()
	}
	ready.Wait()
	close(start)
	done.Wait()
}
