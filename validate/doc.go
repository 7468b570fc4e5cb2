// Package validate checks letters.
package validate
