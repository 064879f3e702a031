package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/train"
)

// Save writes results.json, report.md, the figures as SVG and PNG, and for each
// ranked run that diverged its last good parameters as
// diverged-METHOD-seed-N.safetensors. It returns the paths of the PNG files.
func (r *Result) Save(folder study.Folder) (figures []string, err error) {
	if err := folder.WriteJSON("results.json", r); err != nil {
		return nil, err
	}
	list := r.Figures()
	for _, f := range list {
		path, err := folder.WriteFigure(f)
		if err != nil {
			return nil, err
		}
		figures = append(figures, path)
	}
	if err := r.saveDiverged(folder); err != nil {
		return nil, err
	}
	return figures, folder.Write("report.md", []byte(r.report(list)))
}

func (r *Result) saveDiverged(folder study.Folder) error {
	for _, s := range r.Standings {
		for _, run := range s.Runs {
			if run.Divergence == nil || run.Divergence.LastGood == nil {
				continue
			}
			path := folder.Join(divergedFile(s.Method, run.Seed))
			if err := train.Save(path, run.Divergence.LastGood, train.Meta{Step: run.Divergence.Step - 1}); err != nil {
				return fmt.Errorf("the last good parameters of %s: %w", s.Method, err)
			}
		}
	}
	return nil
}

// divergedFile is where a run's last good parameters are kept.
func divergedFile(method string, seed uint64) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|,=`, r) {
			return '_'
		}
		return r
	}, method)
	return fmt.Sprintf("diverged-%s-seed-%d.safetensors", clean, seed)
}

func (r *Result) report(figures []*study.Figure) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n\n", args...) }
	say("# A comparison on task %s", r.Task)
	say("%s.", strings.ToUpper(r.Line()[:1])+r.Line()[1:])
	for _, t := range r.Tables() {
		say("## %s\n\n%s", t.Title, t.Markdown())
	}
	for _, note := range r.Notes() {
		say("%s", strings.TrimPrefix(note, "* "))
	}
	for _, f := range figures {
		say("## %s\n\n![%s](figures/%s.svg)\n\n%s", f.Title, f.Title, f.Name, f.Caption)
	}
	settings := study.NewTable("", "setting", "value")
	for _, name := range slices.Sorted(maps.Keys(r.Options)) {
		settings.Add(name, r.Options[name])
	}
	settings.Add("learning rates of each method", fmt.Sprint(len(r.Standings[0].Rates)))
	settings.Add("tuning seeds", study.FormatSeeds(r.TuningSeeds))
	settings.Add("digest (SHA-256)", "`"+r.Digest+"`")
	say("## How it was run\n\n%s", settings.Markdown())
	return b.String()
}
