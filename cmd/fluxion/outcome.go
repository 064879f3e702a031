package main

import (
	"path/filepath"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

// maxRows is how many rows of a table are printed; the report has all.
const maxRows = 40

// printOutcome prints tables, verdicts and where to find the rest.
func printOutcome(s *screen, o *study.Outcome) {
	for _, line := range study.Wrap(o.Paper.Title, s.textWidth()) {
		s.heading(line)
	}
	s.printf("%s\n", s.style(dim, o.Results.Config.Line()))
	if changed := o.Changed; len(changed) > 0 {
		s.paragraph("", "changed options: "+strings.Join(changed, ", "))
	}
	s.printf("\n")
	for _, t := range o.Tables {
		printTable(s, t)
	}
	s.heading("Claims")
	s.printf("%s\n", colorVerdicts(s, claimsTable(o).Text(s.width())))
	s.paragraph("", o.Sentence()+", in "+study.FormatDuration(o.Elapsed)+".")
	s.printf("\n")
	if len(o.Figures) > 0 {
		s.printf("Figures  %s\n", strings.Join(o.Figures, "\n         "))
	}
	s.printf("Report   %s\n", filepath.Join(o.Dir, "report.md"))
	s.printf("Digest   %s\n", o.Digest)
}

func printTable(s *screen, t *study.Table) {
	shown := *t
	if len(shown.Rows) > maxRows {
		shown.Rows = shown.Rows[:maxRows]
	}
	s.heading(t.Title)
	s.printf("%s", shown.Text(s.width()))
	if more := len(t.Rows) - len(shown.Rows); more > 0 {
		s.printf("... and %s in the report\n", plural(more, "more row"))
	}
	s.printf("\n")
}

// claimsTable has the verdict first, where colorVerdicts finds it.
func claimsTable(o *study.Outcome) *study.Table {
	t := study.NewTable("", "verdict", "claim", "deciding measurement")
	for i, c := range o.Paper.Claims {
		v := o.Verdicts[i]
		t.Add(string(v.Status), c.ID+" "+c.Name, v.Deciding())
	}
	return t
}

func colorVerdicts(s *screen, table string) string {
	lines := strings.Split(table, "\n")
	for i, line := range lines {
		for _, status := range []study.Status{study.Reproduced, study.NotReproduced, study.Inconclusive, study.NotJudged} {
			if rest, ok := strings.CutPrefix(line, string(status)); ok {
				lines[i] = s.style(statusColor(status), string(status)) + rest
			}
		}
	}
	return strings.Join(lines, "\n")
}
