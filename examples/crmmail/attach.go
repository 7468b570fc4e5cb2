package main

import (
	"context"
	"time"

	"github.com/crmmail/crmmail/attach"
)

type judgeRequest struct {
	Files []struct {
		Name       string    `json:"name"`
		Path       string    `json:"path"`
		AttachedAt time.Time `json:"attached_at"`
	} `json:"files"`
	Policy    attach.Policy `json:"policy"`
	RelaySize int64         `json:"relay_size"`
	Lang      string        `json:"lang"`
}

type judgeAnswer struct {
	Files       []verdict          `json:"files"`
	Issues      []attach.Localized `json:"issues"`
	Total       int64              `json:"total"`
	Wire        int64              `json:"wire"`
	SendAllowed bool               `json:"send_allowed"`
	Accept      string             `json:"accept"`
}

type verdict struct {
	Name      string             `json:"name"`
	CleanName string             `json:"clean_name"`
	Format    string             `json:"format"`
	MediaType string             `json:"media_type"`
	Size      int64              `json:"size"`
	Issues    []attach.Localized `json:"issues"`
}

// judge answers the subcommand attach.
func judge(ctx context.Context, r judgeRequest) any {
	files := make([]attach.File, len(r.Files))
	for i, f := range r.Files {
		files[i] = attach.Path(f.Name, f.Path, f.AttachedAt)
	}
	report, err := r.Policy.Check(ctx, files, attach.Options{RelaySize: r.RelaySize})
	if err != nil {
		return failed("request", err)
	}
	answer := judgeAnswer{
		Files:       make([]verdict, len(report.Files)),
		Issues:      localized(report.Issues, r.Lang),
		Total:       report.Total,
		Wire:        report.Wire,
		SendAllowed: report.SendAllowed(),
		Accept:      r.Policy.Accept(),
	}
	for i, v := range report.Files {
		answer.Files[i] = verdict{
			Name: v.Name, CleanName: v.CleanName, Format: v.Format, MediaType: v.MediaType, Size: v.Size,
			Issues: localized(v.Issues, r.Lang),
		}
	}
	return answer
}

func localized(issues []attach.Issue, lang string) []attach.Localized {
	list := make([]attach.Localized, len(issues))
	for i, issue := range issues {
		list[i] = issue.In(lang)
	}
	return list
}
