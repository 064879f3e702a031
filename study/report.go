package study

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Summary is what results.json and `fluxion run --json` say.
type Summary struct {
	Format       string          `json:"format"`
	Version      int             `json:"format_version"`
	Paper        string          `json:"paper"`
	Title        string          `json:"title"`
	Dir          string          `json:"dir"`
	Config       Config          `json:"config"`
	Digest       string          `json:"digest"`
	SeedDigests  []SeedDigest    `json:"seed_digests"`
	Status       Status          `json:"status"` // of all judged claims together
	Claims       []ClaimSummary  `json:"claims"`
	Measurements []ScalarSummary `json:"measurements"`
	Timings      []ScalarSummary `json:"timings,omitempty"`
	Figures      []string        `json:"figures,omitempty"` // relative to Dir
	Mistakes     []string        `json:"mistakes,omitempty"`
}

// SeedDigest is the digest of what one seed recorded.
type SeedDigest struct {
	Seed    uint64 `json:"seed"`
	Digest  string `json:"digest"`
	Seconds Float  `json:"seconds"`
}

// ClaimSummary is a claim with its verdict.
type ClaimSummary struct {
	Verdict
	Name      string `json:"name"`
	Statement string `json:"statement"`
	Where     string `json:"where"`
	Statistic string `json:"statistic"`
}

// ScalarSummary is one scalar over the seeds.
type ScalarSummary struct {
	ID
	Common bool   `json:"common,omitempty"` // recorded by the common part
	Median Float  `json:"median"`
	Min    Float  `json:"min"`
	Max    Float  `json:"max"`
	Values Floats `json:"values"`
}

// Status sums up the verdicts: not reproduced if any judged claim is not, else
// inconclusive if any is, else reproduced; not judged if none was judged.
func (o *Outcome) Status() Status {
	counts := o.Counts()
	switch {
	case counts[NotReproduced] > 0:
		return NotReproduced
	case counts[Inconclusive] > 0:
		return Inconclusive
	case counts[Reproduced] > 0:
		return Reproduced
	}
	return NotJudged
}

// Counts says how many claims have each status.
func (o *Outcome) Counts() map[Status]int {
	counts := map[Status]int{}
	for _, v := range o.Verdicts {
		counts[v.Status]++
	}
	return counts
}

// Summary returns the machine-readable summary.
func (o *Outcome) Summary() Summary {
	r := o.Results
	s := Summary{Format: "fluxion-results", Version: formatVersion, Paper: o.Paper.Slug, Title: o.Paper.Title,
		Dir: o.Dir, Config: r.Config, Digest: o.Digest, Status: o.Status()}
	for _, seed := range r.Seeds {
		name := strings.TrimSuffix(recordName(seed.Seed), ".json")
		s.SeedDigests = append(s.SeedDigests, SeedDigest{seed.Seed, seed.Record.Digest(), Float(o.Seconds[name])})
	}
	for i, c := range o.Paper.Claims {
		s.Claims = append(s.Claims, ClaimSummary{o.Verdicts[i], c.Name, c.Statement, c.Where, c.Statistic})
	}
	s.Measurements, s.Timings = r.summaries(scalarsOf), r.summaries(timingsOf)
	for _, path := range o.Figures {
		if relative, err := filepath.Rel(o.Dir, path); err == nil {
			s.Figures = append(s.Figures, filepath.ToSlash(relative))
		}
	}
	for _, err := range o.Mistakes {
		s.Mistakes = append(s.Mistakes, err.Error())
	}
	return s
}

func (r *Results) summaries(list func(*Record) []Scalar) []ScalarSummary {
	var all []ScalarSummary
	for _, s := range list(r.Common) {
		all = append(all, ScalarSummary{s.ID, true, s.Value, s.Value, s.Value, Floats{float64(s.Value)}})
	}
	for _, id := range r.distinct(list) {
		s := r.exact(id, list)
		all = append(all, ScalarSummary{id, false, Float(s.Median()), Float(s.Min()), Float(s.Max()), Floats(s)})
	}
	return all
}

// ClaimsTable is the table of all verdicts.
func (o *Outcome) ClaimsTable() *Table {
	t := NewTable("Claims", "claim", "", "verdict", "deciding measurement")
	for i, c := range o.Paper.Claims {
		v := o.Verdicts[i]
		t.Add(c.ID, c.Name, string(v.Status), v.Deciding())
	}
	return t
}

// Deciding describes, in one line, what decided: the first check that failed,
// or else was undecided, or else the first; or the reason why there is none.
func (v Verdict) Deciding() string {
	if v.Reason != "" && v.Status != NotReproduced {
		return v.Reason
	}
	if len(v.Checks) == 0 {
		return v.Reason
	}
	chosen, failed := v.Checks[0], 0
	for i := len(v.Checks) - 1; i >= 0; i-- {
		if v.Checks[i].Status == v.Status && v.Status != Reproduced {
			chosen = v.Checks[i]
			failed++
		}
	}
	text := chosen.brief()
	switch more := len(v.Checks) - 1; {
	case v.Status == Reproduced && more > 0:
		text += fmt.Sprintf(" (and %d more)", more)
	case failed > 1:
		text += fmt.Sprintf(" (and %d of %d checks more)", failed-1, len(v.Checks))
	}
	return text
}

// Sentence sums up the verdicts: "4 of 5 claims reproduced, 1 not judged at this scale".
func (o *Outcome) Sentence() string {
	counts, judged := o.Counts(), 0
	for _, s := range []Status{Reproduced, NotReproduced, Inconclusive} {
		judged += counts[s]
	}
	text := fmt.Sprintf("%d of %d judged claims reproduced", counts[Reproduced], judged)
	if judged == 0 {
		text = "no claim was judged"
	}
	for _, s := range []Status{NotReproduced, Inconclusive, NotJudged} {
		if n := counts[s]; n > 0 && judged > 0 {
			text += fmt.Sprintf(", %d %s", n, s)
		}
	}
	return text
}

// Line describes the configuration in one line.
func (c Config) Line() string {
	parts := []string{"scale " + string(c.Scale)}
	if c.Data != "" {
		parts = append(parts, "data "+c.Data)
	}
	if len(c.Seeds) == 1 {
		parts = append(parts, fmt.Sprintf("seed %d", c.Seeds[0]))
	} else {
		parts = append(parts, "seeds "+FormatSeeds(c.Seeds))
	}
	return strings.Join(parts, ", ")
}

// FormatDuration writes a duration for a reader: "0.4 s", "18 s", "2 min 5 s",
// "3 h 20 min".
func FormatDuration(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 59.5:
		return fmt.Sprintf("%.0f s", s)
	case d < time.Hour:
		d = d.Round(time.Second)
		if rest := int(d.Seconds()) % 60; rest > 0 {
			return fmt.Sprintf("%d min %d s", int(d.Minutes()), rest)
		}
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	d = d.Round(time.Minute)
	if rest := int(d.Minutes()) % 60; rest > 0 {
		return fmt.Sprintf("%d h %d min", int(d.Hours()), rest)
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// report writes report.md.
func (o *Outcome) report(makers []string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p, c := o.Paper, o.Results.Config
	say("# %s", p.Title)
	say("")
	say("%s (%d)%s", strings.Join(p.Authors, ", "), p.Year, map[bool]string{true: ". <" + p.Link() + ">"}[p.ArXiv != ""])
	say("")
	say("%s", p.Summary)
	say("")
	say("**%s.** %s.", capital(o.Sentence()), capital(c.Line()))
	say("")
	if len(o.Changed) > 0 {
		say("Options that differ from their defaults: %s.\n", strings.Join(o.Changed, ", "))
	}
	say("%s", o.ClaimsTable().Markdown())
	for _, err := range o.Mistakes {
		say("> Mistake in the experiment's code: %s\n", err)
	}
	o.reportClaims(say)
	o.reportFigures(say)
	for _, t := range o.Tables {
		say("## %s\n\n%s", t.Title, t.Markdown())
	}
	o.reportNotes(say)
	say("## How it was run\n")
	t := NewTable("", "", "")
	t.Add("scale", string(c.Scale))
	t.Add("seeds", FormatSeeds(c.Seeds))
	if c.Data != "" {
		t.Add("data set", c.Data)
	}
	for _, o := range p.Options {
		t.Add("option "+o.Name, c.Options[o.Name])
	}
	t.Add("fluxion", strings.Join(makers, ", "))
	t.Add("system", c.System)
	t.Add("started", c.Started)
	total := 0.0
	for _, name := range slices.Sorted(maps.Keys(o.Seconds)) {
		total += o.Seconds[name]
	}
	t.Add("time, all parts", FormatDuration(time.Duration(total*1e9)))
	t.Add("digest (SHA-256)", "`"+o.Digest+"`")
	say("%s", t.Markdown())
	if len(makers) > 1 {
		say("> The parts were made by different versions of fluxion.\n")
	}
	return b.String()
}

func (o *Outcome) reportClaims(say func(string, ...any)) {
	say("## Claims\n")
	for i, c := range o.Paper.Claims {
		v := o.Verdicts[i]
		say("### %s. %s: %s\n", c.ID, c.Name, v.Status)
		say("%s (%s. Statistic: %s.)\n", c.Statement, c.Where, c.Statistic)
		if v.Reason != "" {
			say("%s.\n", capital(v.Reason))
		}
		if len(v.Checks) == 0 {
			continue
		}
		t := NewTable("", "check", "measured", "required", "")
		for _, check := range v.Checks {
			t.Add(check.What, check.Measured.String(), check.Required, string(check.Status))
		}
		say("%s", t.Markdown())
	}
}

func (o *Outcome) reportFigures(say func(string, ...any)) {
	if len(o.Figures) > 0 {
		say("## Figures\n")
	}
	for _, f := range o.captions {
		say("![%s](figures/%s.svg)\n\n%s\n", f.Title, f.Name, f.Caption)
	}
}

func (o *Outcome) reportNotes(say func(string, ...any)) {
	t := NewTable("", "part", "note", "")
	for _, n := range o.Results.Common.Notes {
		t.Add("common", n.ID.String(), n.Text)
	}
	for _, s := range o.Results.Seeds {
		for _, n := range s.Record.Notes {
			t.Add(fmt.Sprintf("seed %d", s.Seed), n.ID.String(), n.Text)
		}
	}
	if len(t.Rows) > 0 {
		say("## Notes\n\n%s", t.Markdown())
	}
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
