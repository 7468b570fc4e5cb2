// Command crmmail puts the library on a command line, for shell users and for programs in other languages.
//
//	crmmail [-pretty] render|validate|attach|parse|build
//
// Each subcommand reads one JSON object a line from standard input and writes one JSON object a line to standard
// output, in the same order, each with the id of its request. A line that cannot be understood gets an answer
// {"id":…,"error":{"kind":"request","message":…}}, and the next one is still served. With -pretty the answers are indented.
//
//	echo '{"id": 1, "html": "<iframe src=map>"}' | go run ./examples/crmmail -pretty validate
//
// A request for each:
//
//	render    {"templates": {"index.twig": "Hello {{ name }}!"}, "context": {"name": "Anna"}}
//	validate  {"subject": "Hello", "html": "<p>See <a href=https://bit.ly/1>this</a></p>", "lang": "ru"}
//	build     {"from": {"address": "irina@shop.example"}, "to": [{"address": "anna@example.org"}], "text": "Hello", "out": "hello.eml"}
//	parse     {"path": "hello.eml"}
//	attach    {"files": [{"name": "invoice.pdf", "path": "hello.eml"}], "lang": "ru"}
//
// What else can be asked, and all that is answered, are the types at the top of the file of each.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

// commands are the subcommands by name.
var commands = map[string]handler{
	"render":   handle(render),
	"validate": handle(check),
	"attach":   handle(judge),
	"parse":    handle(parse),
	"build":    handle(build),
}

func main() {
	pretty := flag.Bool("pretty", false, "indent the answers, for people")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: crmmail [-pretty] render|validate|attach|parse|build <requests.jsonl")
		flag.PrintDefaults()
	}
	flag.Parse()
	command, ok := commands[flag.Arg(0)]
	if !ok || flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := serve(context.Background(), os.Stdin, os.Stdout, command, *pretty); err != nil {
		fmt.Fprintln(os.Stderr, "crmmail:", err)
		os.Exit(1)
	}
}
