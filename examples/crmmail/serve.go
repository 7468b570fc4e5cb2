package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// handler answers one request, given as JSON; the answer is an object without its id.
type handler func(ctx context.Context, line []byte) any

// failure is the answer to what cannot be served.
type failure struct {
	Error problem `json:"error"`
}

type problem struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

func failed(kind string, err error) failure {
	return failure{problem{Kind: kind, Message: err.Error()}}
}

// handle makes a handler of a function on a request's own type.
func handle[Request any](answer func(context.Context, Request) any) handler {
	return func(ctx context.Context, line []byte) any {
		var request Request
		if err := json.Unmarshal(line, &request); err != nil {
			return failed("request", err)
		}
		return answer(ctx, request)
	}
}

// serve answers every line of in until it ends.
func serve(ctx context.Context, in io.Reader, out io.Writer, command handler, pretty bool) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	answers := bufio.NewWriter(out)
	defer answers.Flush()
	for ctx.Err() == nil {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := write(answers, line, answerSafely(ctx, command, line), pretty); err != nil {
				return err
			}
			if lines.Buffered() == 0 { // somebody waits for the answer
				if err := answers.Flush(); err != nil {
					return err
				}
			}
		}
		if err == io.EOF {
			return answers.Flush()
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// answerSafely keeps one request from ending the process.
func answerSafely(ctx context.Context, command handler, line []byte) (answer any) {
	defer func() {
		if p := recover(); p != nil {
			answer = failed("internal", fmt.Errorf("%v", p))
		}
	}()
	return command(ctx, line)
}

// write puts the request's id in front of the answer's members.
func write(out io.Writer, request []byte, answer any, pretty bool) error {
	var named struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(request, &named) != nil || named.ID == nil {
		named.ID = json.RawMessage("null")
	}
	var members bytes.Buffer
	encoder := json.NewEncoder(&members)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return err
	}
	var line bytes.Buffer
	line.WriteString(`{"id":`)
	line.Write(named.ID)
	if rest := bytes.TrimSpace(members.Bytes()[1:]); !bytes.Equal(rest, []byte("}")) {
		line.WriteByte(',')
		line.Write(rest)
	} else {
		line.WriteByte('}')
	}
	if pretty {
		var indented bytes.Buffer
		if err := json.Indent(&indented, line.Bytes(), "", "  "); err != nil {
			return err
		}
		line = indented
	}
	line.WriteByte('\n')
	_, err := out.Write(line.Bytes())
	return err
}
