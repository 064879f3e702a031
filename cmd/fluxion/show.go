package main

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
)

// claimJSON is a claim as --json shows it.
type claimJSON struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Statement string        `json:"statement"`
	Where     string        `json:"where"`
	Statistic string        `json:"statistic"`
	Scales    []study.Scale `json:"scales"`
	MinSeeds  int           `json:"min_seeds"`
}

func (a *app) showCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "show SLUG",
		Short:             "Explain a paper, its claims and its experiment",
		Args:              exactly(1, "the slug of a paper"),
		ValidArgsFunction: a.completeSlug(false),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.find(args[0])
			if err != nil {
				return err
			}
			s := newScreen(a.out)
			if asJSON {
				return s.json(detailsOf(p))
			}
			show(s, p)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func detailsOf(p *study.Paper) any {
	claims := make([]claimJSON, len(p.Claims))
	for i, c := range p.Claims {
		claims[i] = claimJSON{c.ID, c.Name, c.Statement, c.Where, c.Statistic, judgedScales(p, c), max(1, c.MinSeeds)}
	}
	return struct {
		paperJSON
		Explanation string         `json:"explanation,omitempty"`
		Claims      []claimJSON    `json:"claims"`
		Options     []study.Option `json:"options,omitempty"`
	}{toJSON(p), p.Explanation, claims, p.Options}
}

func judgedScales(p *study.Paper, c study.Claim) []study.Scale {
	if len(c.Scales) > 0 {
		return c.Scales
	}
	return p.Scales()
}

func show(s *screen, p *study.Paper) {
	for _, line := range study.Wrap(p.Title, s.textWidth()) {
		s.heading(line)
	}
	s.paragraph("", fmt.Sprintf("%s (%d)", strings.Join(p.Authors, ", "), p.Year))
	if link := p.Link(); link != "" {
		s.printf("%s\n", link)
	}
	s.printf("%s\n\n", s.style(dim, fmt.Sprintf("No. %d, %s, %s", p.Number, p.Family, statusOf(p))))
	s.paragraph("", p.Summary)
	s.printf("\n")
	if !p.Ready() {
		s.paragraph("", "This paper is planned: its experiment is not there yet.")
		return
	}
	s.prose(p.Explanation)
	s.printf("\n")
	showClaims(s, p)
	showOptions(s, p)
	showScales(s, p)
	s.heading("Run it")
	s.printf("  fluxion run %s\n", p.Slug)
}

func showClaims(s *screen, p *study.Paper) {
	s.heading("Claims")
	for _, c := range p.Claims {
		s.printf("  %s  %s\n", c.ID, s.style(bold, c.Name))
		s.paragraph("     ", c.Statement)
		seeds := ""
		if c.MinSeeds > 1 {
			seeds = fmt.Sprintf(", with at least %d seeds", c.MinSeeds)
		}
		scales := make([]string, 0, 3)
		for _, scale := range judgedScales(p, c) {
			scales = append(scales, string(scale))
		}
		detail := fmt.Sprintf("%s. Statistic: %s. Judged at scale %s%s.", c.Where, c.Statistic, strings.Join(scales, ", "), seeds)
		for _, line := range study.Wrap(detail, s.textWidth()-5) {
			s.printf("     %s\n", s.style(dim, line))
		}
	}
	s.printf("\n")
}

func showOptions(s *screen, p *study.Paper) {
	if len(p.Options) > 0 {
		s.heading("Options (--set name=value)")
		t := study.NewTable("", "name", "default", "values", "meaning")
		for _, o := range p.Options {
			values := o.Kind
			if limits := o.Range(); limits != "" && o.Kind == "choice" {
				values = limits
			} else if limits != "" {
				values += ", " + limits
			}
			t.Add(o.Name, o.Default, values, o.Help)
		}
		s.indented(t.Text(s.textWidth() - 2))
	}
	if len(p.DataSets) > 0 {
		s.heading("Data sets (--data name)")
		s.printf("  %s (default)%s\n\n", p.DataSets[0], strings.Join(append([]string{""}, p.DataSets[1:]...), ", "))
	}
}

func showScales(s *screen, p *study.Paper) {
	s.heading("Scales (--scale name)")
	t := study.NewTable("", "name", "seeds", "time")
	for _, scale := range p.Scales() {
		takes := "unknown"
		if d := p.Takes.At(scale); d > 0 {
			takes = "about " + study.FormatDuration(d)
		}
		t.Add(string(scale), p.Seeds.At(scale), takes)
	}
	s.indented(t.Text(s.textWidth() - 2))
}

// indented prints a block of lines two characters to the right, and an empty
// line.
func (s *screen) indented(block string) {
	for _, line := range strings.Split(strings.TrimRight(block, "\n"), "\n") {
		s.printf("  %s\n", line)
	}
	s.printf("\n")
}
