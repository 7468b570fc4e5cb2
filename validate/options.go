package validate

import (
	"fmt"
	"maps"
	"slices"
)

// configure takes over what opts says about codes.
func (v *Validator) configure(opts Options) error {
	for _, code := range opts.Off {
		if !isCode(code) {
			return fmt.Errorf("validate: Off has no code of this package: %q", code)
		}
		v.off[code] = true
	}
	for stage, ranks := range opts.Severities {
		if !slices.Contains(stages[:], stage) {
			return fmt.Errorf("validate: Severities has an unknown stage: %q", stage)
		}
		for code, severity := range ranks {
			if !isCode(code) {
				return fmt.Errorf("validate: Severities has no code of this package: %q", code)
			}
			if severity != SeverityError && severity != SeverityWarning && severity != SeverityNote {
				return fmt.Errorf("validate: Severities has an unknown severity of %s: %q", code, severity)
			}
		}
		v.severities[stage] = maps.Clone(ranks)
	}
	return nil
}

// isCode reports whether code is one of the package comment's table.
func isCode(code string) bool {
	_, ok := messages[code]
	return ok
}
