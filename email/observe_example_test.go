package email_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/crmmail/crmmail/email"
)

// Metrics for any collector: counters by what happened, and a sum for how long letters have waited. With Prometheus the
// map is a CounterVec and the sum a Histogram.
func ExampleObserver() {
	var mu sync.Mutex
	counts, waited := map[string]int{}, 0.0
	observer := email.ObserverFunc(func(_ context.Context, o email.Observation) {
		mu.Lock()
		defer mu.Unlock()
		counts[fmt.Sprintf("mail_%s_total{state=%q,code=\"%d\"}", o.Kind, o.State, o.Code)]++
		waited += o.Waited.Seconds()
	})
	config := email.Config{Observer: observer} // and everything else

	config.Observer.Observe(context.Background(), email.Observation{Kind: email.ObservedAttempt, State: email.StateSent, Code: 250})
	for name, n := range counts {
		fmt.Println(name, n)
	}
	// Output: mail_attempt_total{state="sent",code="250"} 1
}
