package main

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
)

// paperJSON is a paper as --json shows it.
type paperJSON struct {
	Number   int           `json:"number"`
	Slug     string        `json:"slug"`
	Title    string        `json:"title"`
	Authors  []string      `json:"authors"`
	Year     int           `json:"year"`
	ArXiv    string        `json:"arxiv,omitempty"`
	Family   string        `json:"family"`
	Status   string        `json:"status"` // ready or planned
	Summary  string        `json:"summary,omitempty"`
	Scales   []study.Scale `json:"scales,omitempty"`
	DataSets []string      `json:"data_sets,omitempty"`
}

func toJSON(p *study.Paper) paperJSON {
	return paperJSON{p.Number, p.Slug, p.Title, p.Authors, p.Year, p.ArXiv, p.Family, statusOf(p), p.Summary,
		p.Scales(), p.DataSets}
}

func statusOf(p *study.Paper) string {
	if p.Ready() {
		return "ready"
	}
	return "planned"
}

func (a *app) listCommand() *cobra.Command {
	var f filter
	var asJSON bool
	c := &cobra.Command{
		Use:   "list [WORDS...]",
		Short: "List the papers of the catalogue",
		Long: "List the papers of the catalogue, by family. Words narrow the list to papers\n" +
			"that contain them all, in slug, title, authors or summary.",
		Example: "  fluxion list --ready\n" +
			"  fluxion list --family flows straight\n" +
			"  fluxion list bengio saddle",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(_ *cobra.Command, args []string) error {
			f.words = args
			chosen, err := a.choose(f)
			if err != nil {
				return err
			}
			s := newScreen(a.out)
			if asJSON {
				list := make([]paperJSON, len(chosen))
				for i, p := range chosen {
					list[i] = toJSON(p)
				}
				return s.json(list)
			}
			a.list(s, chosen)
			return nil
		},
	}
	c.Flags().StringVar(&f.family, "family", "", "only families whose `name` contains this text")
	c.Flags().BoolVar(&f.ready, "ready", false, "only papers that can be run")
	c.Flags().BoolVar(&f.planned, "planned", false, "only papers whose experiment is not there yet")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// familyNames are the families in the order of the catalogue, and any that the
// order forgets.
func (a *app) familyNames() []string {
	names := append([]string(nil), a.families...)
	for _, p := range a.catalogue {
		known := false
		for _, n := range names {
			known = known || n == p.Family
		}
		if !known {
			names = append(names, p.Family)
		}
	}
	return names
}

func (a *app) list(s *screen, chosen []*study.Paper) {
	slug, count := 4, 0
	for _, p := range chosen {
		slug = max(slug, len(p.Slug))
		if p.Ready() {
			count++
		}
	}
	for _, family := range a.familyNames() {
		heading := false
		for _, p := range chosen {
			if p.Family != family {
				continue
			}
			if !heading {
				s.heading(family)
				heading = true
			}
			status := fmt.Sprintf("%-7s", statusOf(p))
			if p.Ready() {
				status = s.style(green, status)
			} else {
				status = s.style(dim, status)
			}
			title := shorten(p.Title, s.width()-(3+2+slug+2+7+2))
			s.printf("%3d  %-*s  %s  %s\n", p.Number, slug, p.Slug, status, title)
		}
		if heading {
			s.printf("\n")
		}
	}
	s.printf("%s, %d ready. More about one: fluxion show SLUG\n", plural(len(chosen), "paper"), count)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
