//go:build !linux

package postgrestest

import (
	"errors"
	"os/exec"
)

// There is no server here, see binaries.

func (s *Server) kill() error { return errors.ErrUnsupported }

func own(*exec.Cmd) {}
