package attach

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var sizeUnits = [...]struct {
	name string
	unit int64
}{{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"B", 1}, {"", 1}}

// parseSize reads "30MB", "30 mb" or "31457280".
func parseSize(text string) (int64, error) {
	number, unit := strings.ToUpper(strings.TrimSpace(text)), int64(1)
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, unit = strings.TrimSpace(rest), u.unit
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is no size; write octets, or KB, MB, GB", text)
	}
	return n * unit, nil
}
