package study

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Paper is one entry of the catalogue. One without Run is planned: it is listed
// but cannot be run.
type Paper struct {
	Number  int      // in the catalogue, from 1
	Slug    string   // name on the command line: lower case letters, digits, hyphens
	Title   string   // as published
	Authors []string // as published, in order
	Year    int      // of the first version
	ArXiv   string   // identifier such as 2002.04839, "" if there is none
	Family  string   // group in the catalogue, such as "Update rules"

	// Summary says in two to four sentences what the paper proposes and why.
	Summary string
	// Explanation is the longer text of `fluxion show`: the problem, the idea,
	// how it works with formulas in plain text, what the experiment does, what
	// to look at. Paragraphs are separated by empty lines; indented lines are
	// kept as they are.
	Explanation string

	Claims  []Claim
	Options []Option
	// DataSets are the data sets the experiment can use, by name, the default
	// first. Empty: the experiment needs none.
	DataSets []string
	// Seeds says how many seeds each scale uses, unless the user says
	// otherwise. A scale with none is not offered.
	Seeds PerScale[int]
	// Takes is the expected time on a laptop with two free cores; zero if unknown.
	Takes PerScale[time.Duration]
	// Serial asks for one seed at a time because the experiment measures time.
	Serial bool

	// Common records what does not depend on the seed: deterministic parts, or
	// the learning rates tuned for the method and its baselines. It runs once,
	// before the seeds, with Env.Seed 0. Optional.
	Common func(ctx context.Context, env *Env) error
	// Run does the experiment for env.Seed and records what it measures. It is
	// called from several goroutines at once, one for each seed. What it records
	// may depend only on the seed, the scale, the settings, the data set and
	// what Common recorded: never on time, threads or other seeds. Loops should
	// run over env.Steps, or look at ctx, so that Ctrl-C is answered at once.
	Run func(ctx context.Context, env *Env) error
	// Tables returns the tables that a reader should see, in order. Without it,
	// every scalar is listed with its median and range. Optional.
	Tables func(r *Results) []*Table
	// Figures returns the figures, in order. Optional.
	Figures func(r *Results) []*Figure
}

// Ready reports whether the paper can be run.
func (p *Paper) Ready() bool { return p.Run != nil }

// Scales lists the scales that the paper offers.
func (p *Paper) Scales() []Scale {
	var scales []Scale
	for _, s := range Scales() {
		if p.Ready() && p.Seeds.At(s) > 0 {
			scales = append(scales, s)
		}
	}
	return scales
}

// Link returns the paper's address, "" if it is not on arXiv.
func (p *Paper) Link() string {
	if p.ArXiv == "" {
		return ""
	}
	return "https://arxiv.org/abs/" + p.ArXiv
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Validate checks that the declaration is complete and consistent.
func (p *Paper) Validate() error {
	if err := p.validate(); err != nil {
		return fmt.Errorf("paper %d %s: %w", p.Number, p.Slug, err)
	}
	return nil
}

func (p *Paper) validate() error {
	switch {
	case p.Number < 1:
		return fmt.Errorf("the number must be positive")
	case !slugPattern.MatchString(p.Slug):
		return fmt.Errorf("the slug must be lower case words joined by hyphens")
	case p.Title == "" || p.Family == "" || p.Year == 0 || len(p.Authors) == 0:
		return fmt.Errorf("title, authors, year and family are required")
	}
	if !p.Ready() {
		return nil
	}
	switch {
	case p.Summary == "" || p.Explanation == "":
		return fmt.Errorf("summary and explanation are required")
	case len(p.Claims) == 0:
		return fmt.Errorf("no claims")
	case p.Seeds.Default < 1:
		return fmt.Errorf("the default scale needs at least one seed")
	}
	return p.validateParts()
}

func (p *Paper) validateParts() error {
	ids := map[string]bool{}
	for _, c := range p.Claims {
		if err := c.validate(p); err != nil {
			return fmt.Errorf("claim %s: %w", c.ID, err)
		}
		if ids[c.ID] {
			return fmt.Errorf("claim %s is declared twice", c.ID)
		}
		ids[c.ID] = true
	}
	names := map[string]bool{}
	for _, o := range p.Options {
		if err := o.validate(); err != nil {
			return err
		}
		if names[o.Name] {
			return fmt.Errorf("option %s is declared twice", o.Name)
		}
		names[o.Name] = true
	}
	for i, d := range p.DataSets {
		if d == "" || slices.Contains(p.DataSets[:i], d) {
			return fmt.Errorf("data set %q is empty or declared twice", d)
		}
	}
	return nil
}

// Claim is one statement of a paper together with the measurement that decides
// whether it was reproduced.
type Claim struct {
	ID        string // short, unique in the paper: "1", "2a"
	Name      string // two to five words for tables, such as "Mismatch stability"
	Statement string // the whole claim in one or two sentences, with its numbers
	Where     string // the place in the paper, such as "Section 4.2, Figure 3"
	Statistic string // what is computed over the seeds, such as "worst of 5 seeds"

	// Scales at which the claim is judged; empty: at all of them. At any other
	// scale the verdict is "not judged".
	Scales []Scale
	// DataSets on which the claim is judged; empty: on all of them.
	DataSets []string
	// MinSeeds is the least number of seeds that can decide; with fewer the
	// verdict is "inconclusive". Zero counts as one.
	MinSeeds int

	// Timed says that the claim is judged from wall-clock measurements, so that
	// two runs of the same bits can come to different verdicts. Such a verdict is
	// left out of what is published and compared.
	Timed bool

	// Judge reads the results of all seeds and decides, by means of a
	// [Judgement]. It must be a pure function of the results.
	Judge func(r *Results, j *Judgement)
}

func (c Claim) validate(p *Paper) error {
	switch {
	case c.ID == "":
		return fmt.Errorf("no id")
	case c.Name == "" || c.Statement == "" || c.Where == "" || c.Statistic == "":
		return fmt.Errorf("name, statement, where and statistic are required")
	case c.Judge == nil:
		return fmt.Errorf("no judge")
	}
	for _, s := range c.Scales {
		if _, err := ParseScale(string(s)); err != nil {
			return err
		}
		if have := p.Seeds.At(s); have == 0 {
			return fmt.Errorf("is judged at scale %s, which the paper does not offer", s)
		} else if have < c.MinSeeds {
			return fmt.Errorf("needs %d seeds, but scale %s uses %d", c.MinSeeds, s, have)
		}
	}
	for _, d := range c.DataSets {
		if !slices.Contains(p.DataSets, d) {
			return fmt.Errorf("is judged on data set %q, which the paper does not use", d)
		}
	}
	return nil
}

// JudgedAt reports whether the claim is judged at the scale and on the data
// set; if not, the reason says why.
func (c Claim) JudgedAt(scale Scale, data string) (ok bool, reason string) {
	if len(c.Scales) > 0 && !slices.Contains(c.Scales, scale) {
		return false, fmt.Sprintf("judged only at scale %s", joinScales(c.Scales, ", ", " or "))
	}
	if len(c.DataSets) > 0 && !slices.Contains(c.DataSets, data) {
		return false, fmt.Sprintf("judged only on data set %s", joinWords(c.DataSets, ", ", " or "))
	}
	return true, ""
}
