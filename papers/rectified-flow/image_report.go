package rectifiedflow

import (
	"fmt"
	"slices"

	"github.com/fluxion-go/fluxion/study"
)

// imageTables are the Frechet distances by Euler steps.
func imageTables(r *study.Results) []*study.Table {
	if !r.Has("frechet", "task", "generation") && len(r.Values("frechet", "task")) == 0 {
		return nil
	}
	var list []*study.Table
	for _, task := range r.Values("frechet", "task") {
		steps := r.Values("frechet", "euler", "task", task)
		columns := []string{"method"}
		for _, n := range steps {
			columns = append(columns, n+" steps")
		}
		t := study.NewTable("Images, "+task+": Frechet distance of features from the test images", columns...)
		for _, m := range r.Values("frechet", "method", "task", task) {
			row := []any{m}
			for _, n := range steps {
				at := []any{"task", task, "method", m, "euler", n}
				if !r.Has("frechet", at...) {
					row = append(row, "")
					continue
				}
				row = append(row, r.Sample("frechet", at...).Median())
			}
			t.Add(row...)
		}
		list = append(list, t)
	}
	return list
}

// imageFigures show images of the first seed.
func imageFigures(r *study.Results) []*study.Figure {
	if len(r.Values("frechet", "task")) == 0 {
		return nil
	}
	first := r.First()
	made := &study.Figure{Name: "images", Columns: 2, Title: "Images from noise: one Euler step against many",
		Caption: "The same noise in every panel. FD is the Frechet distance of a small classifier's features from the test images'."}
	for _, m := range r.Values("frechet", "method", "task", "generation") {
		for _, n := range ends(r, "generation", m) {
			at := []any{"task", "generation", "method", m, "euler", n}
			made.Panels = append(made.Panels, &study.ImageGrid{
				Title:  fmt.Sprintf("%s, %s: FD %s", m, plural(n), study.FormatNumber(first.Scalar("frechet", at...))),
				Images: first.ImageSet("images", at...), Columns: 8})
		}
	}
	sent := &study.Figure{Name: "transfer", Columns: 1, Title: "Images carried to another domain, turned and negated, without pairs to learn from",
		Caption: "Nothing asks a flow to turn a digit: it carries each image to a near one of the other domain."}
	sent.Panels = append(sent.Panels, &study.ImageGrid{Title: "source", Images: first.ImageSet("images", "task", "transfer", "method", "source"), Columns: 16})
	for _, m := range []string{"round 1", "round 2"} {
		for _, n := range ends(r, "transfer", m) {
			at := []any{"task", "transfer", "method", m, "euler", n}
			sent.Panels = append(sent.Panels, &study.ImageGrid{
				Title:  fmt.Sprintf("%s, %s: FD %s", m, plural(n), study.FormatNumber(first.Scalar("frechet", at...))),
				Images: first.ImageSet("images", at...), Columns: 16})
		}
	}
	return []*study.Figure{made, sent}
}

// ends are the fewest and the most Euler steps that were judged.
func ends(r *study.Results, task, method string) []string {
	steps := r.Values("frechet", "euler", "task", task, "method", method)
	return slices.Compact([]string{steps[0], steps[len(steps)-1]})
}

func plural(steps string) string {
	if steps == "1" {
		return "1 step"
	}
	return steps + " steps"
}
