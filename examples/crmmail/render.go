package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

type renderRequest struct {
	Templates sources         `json:"templates"`
	Main      string          `json:"main"`
	Context   json.RawMessage `json:"context"`
	Config    renderConfig    `json:"config"`
}

type renderConfig struct {
	StrictVariables bool            `json:"strict_variables"`
	Autoescape      strategy        `json:"autoescape"`
	Timezone        string          `json:"timezone"`
	DateFormat      string          `json:"date_format"`
	IntervalFormat  string          `json:"interval_format"`
	NumberFormat    *numberFormat   `json:"number_format"`
	Globals         json.RawMessage `json:"globals"`
	StringLoader    bool            `json:"string_loader"`
	Sandbox         *sandbox        `json:"sandbox"`
	Limits          struct {
		Steps        int64 `json:"steps"`
		OutputBytes  int   `json:"output_bytes"`
		Depth        int   `json:"depth"`
		Milliseconds int   `json:"milliseconds"`
	} `json:"limits"`
}

// sandbox is a policy; without one the templates are trusted. global false applies it to sandboxed includes only.
type sandbox struct {
	Global     *bool                 `json:"global"`
	Tags       []string              `json:"tags"`
	Filters    []string              `json:"filters"`
	Functions  []string              `json:"functions"`
	Methods    map[string]stringList `json:"methods"`
	Properties map[string]stringList `json:"properties"`
}

type rendered struct {
	Output string `json:"output"`
}

type canceled struct {
	Cancel string `json:"cancel"`
}

// misrendered is a template's own fault, with its place.
type misrendered struct {
	Error fault `json:"error"`
}

type fault struct {
	Kind     template.Kind `json:"kind"`
	Message  string        `json:"message"`
	Template string        `json:"template"`
	Line     int           `json:"line"`
	Column   int           `json:"column"`
}

// render answers the subcommand render.
func render(ctx context.Context, r renderRequest) any {
	if milliseconds := r.Config.Limits.Milliseconds; milliseconds > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Duration(milliseconds)*time.Millisecond)
		defer stop()
	}
	output, err := r.render(ctx)
	var place *template.Error
	switch {
	case errors.As(err, &place):
		return misrendered{fault{place.Kind, place.Message, place.Name, place.Line, place.Column}}
	case err != nil:
		return failed("request", err)
	case output.Canceled:
		return canceled{output.Reason}
	}
	return rendered{output.Text}
}

func (r renderRequest) render(ctx context.Context) (template.Output, error) {
	options, err := r.Config.options()
	if err != nil {
		return template.Output{}, err
	}
	options.Source = r.Templates
	engine, err := twig.New(options)
	if err != nil {
		return template.Output{}, err
	}
	vars, err := value(r.Context)
	if err != nil {
		return template.Output{}, err
	}
	main := r.Main
	if main == "" {
		main = "index.twig"
	}
	loaded, err := engine.Load(ctx, main)
	if err != nil {
		return template.Output{}, err
	}
	return loaded.RenderValue(ctx, vars)
}

func (c renderConfig) options() (twig.Options, error) {
	options := twig.Options{
		Strict:         c.StrictVariables,
		Autoescape:     string(c.Autoescape),
		DateFormat:     c.DateFormat,
		IntervalFormat: c.IntervalFormat,
		NumberFormat:   (*twig.NumberFormat)(c.NumberFormat),
		StringLoader:   c.StringLoader,
		Trusted:        c.Sandbox == nil,
		Limits:         twig.Limits{Steps: c.Limits.Steps, OutputBytes: c.Limits.OutputBytes, Depth: c.Limits.Depth},
	}
	if c.Sandbox != nil {
		options.Policy = c.Sandbox.policy()
		options.Unsandboxed = c.Sandbox.Global != nil && !*c.Sandbox.Global
	}
	if c.Timezone != "" {
		location, err := time.LoadLocation(c.Timezone)
		if err != nil {
			return options, err
		}
		options.Location = location
	}
	globals, err := value(c.Globals)
	if err != nil {
		return options, err
	}
	options.Globals = map[string]any{}
	globals.Each(func(name string, v twig.Value) bool {
		options.Globals[name] = v
		return true
	})
	return options, nil
}

// value is the ordered value of a JSON document; null where there is none.
func value(data json.RawMessage) (twig.Value, error) {
	if len(data) == 0 {
		return twig.Null(), nil
	}
	return twig.DecodeJSON(data)
}

func (s sandbox) policy() *twig.Policy {
	return &twig.Policy{Tags: s.Tags, Filters: s.Filters, Functions: s.Functions,
		Methods: byClass(s.Methods), Properties: byClass(s.Properties)}
}

func byClass(lists map[string]stringList) map[string][]string {
	plain := make(map[string][]string, len(lists))
	for class, names := range lists {
		plain[class] = names
	}
	return plain
}

// sources are the templates of a request by name.
type sources map[string]string

func (s sources) Source(_ context.Context, name string) (string, error) {
	source, ok := s[name]
	if !ok {
		return "", fmt.Errorf("%q: %w", name, template.ErrNotFound)
	}
	return source, nil
}

// strategy is an escaping strategy; JSON's false is "none".
type strategy string

func (s *strategy) UnmarshalJSON(data []byte) error {
	if string(data) == "false" {
		*s = "none"
		return nil
	}
	return json.Unmarshal(data, (*string)(s))
}

// numberFormat is [decimals, point, thousands].
type numberFormat twig.NumberFormat

func (n *numberFormat) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&n.Decimals, &n.Point, &n.ThousandsSep})
}

// stringList is a list of strings, or one.
type stringList []string

func (l *stringList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = stringList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}
