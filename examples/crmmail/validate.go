package main

import (
	"context"

	"github.com/crmmail/crmmail/validate"
)

type checkRequest struct {
	Stage      validate.Stage `json:"stage"`
	Subject    string         `json:"subject"`
	Preheader  string         `json:"preheader"`
	HTML       string         `json:"html"`
	Text       string         `json:"text"`
	Twig       bool           `json:"twig"`
	Bulk       bool           `json:"bulk"`
	AllowHosts []string       `json:"allow_hosts"`
	ExtraHosts []string       `json:"extra_hosts"`
	Lang       string         `json:"lang"`
}

type checkAnswer struct {
	Blocked  bool      `json:"blocked"`
	Findings []finding `json:"findings"`
}

type finding struct {
	Code     string            `json:"code"`
	Severity validate.Severity `json:"severity"`
	Part     validate.Part     `json:"part"`
	Start    int               `json:"start"`
	End      int               `json:"end"`
	Line     int               `json:"line"`
	Column   int               `json:"column"`
	Snippet  string            `json:"snippet"`
	Message  string            `json:"message"`
	Host     string            `json:"host,omitempty"`
}

// check answers the subcommand validate.
func check(ctx context.Context, r checkRequest) any {
	validator, err := validate.New(validate.Options{AllowHosts: r.AllowHosts, ExtraHosts: r.ExtraHosts})
	if err != nil {
		return failed("request", err)
	}
	if r.Stage == "" {
		r.Stage = validate.StageSend
	}
	result, err := validator.Check(ctx, r.Stage, validate.Content{
		Subject: r.Subject, Preheader: r.Preheader, HTML: r.HTML, Text: r.Text, Twig: r.Twig, Bulk: r.Bulk,
	})
	if err != nil {
		return failed("request", err)
	}
	answer := checkAnswer{Blocked: result.Blocked(), Findings: []finding{}}
	for _, f := range result.Findings {
		answer.Findings = append(answer.Findings, finding{
			Code: f.Code, Severity: f.Severity, Part: f.Part, Start: f.Start, End: f.End, Line: f.Line, Column: f.Column,
			Snippet: f.Snippet, Message: f.Text(r.Lang), Host: f.Host,
		})
	}
	return answer
}
