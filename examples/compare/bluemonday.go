//go:build !alone || bluemonday

package main

import (
	"bytes"

	"github.com/microcosm-cc/bluemonday"
)

func init() { peers["bluemonday"] = works{"validate": validateBluemonday} }

func validateBluemonday(t Task) (Work, error) {
	policy := bluemonday.UGCPolicy()
	return judged(t, func(mail []byte) (bool, error) {
		left := policy.SanitizeBytes(mail)
		return bytes.Contains(mail, []byte("<script")) && !bytes.Contains(left, []byte("<script")), nil
	})
}
