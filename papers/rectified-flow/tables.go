package rectifiedflow

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{flowTable(r), distanceTable(r), costTable(r)}
	return append(list, imageTables(r)...)
}

// flows lists the methods with their rounds, in the order of recording.
func flows(r *study.Results, name string) (methods []string, rounds map[string][]string) {
	rounds = map[string][]string{}
	for _, m := range r.Values(name, "method") {
		methods = append(methods, m)
		rounds[m] = r.Values(name, "round", "method", m)
	}
	return methods, rounds
}

// flowTable is what each round came to.
func flowTable(r *study.Results) *study.Table {
	t := study.NewTable("Flows in the plane (equation 13 is a statement on the first linear flow)",
		"interpolation", "round", "S", "V", "saved cost", "S + V", "round trip")
	methods, rounds := flows(r, "straightness")
	for _, m := range methods {
		for _, k := range rounds[m] {
			at := []any{"method", m, "round", k}
			saved := r.Sample("cost_of_pairs", at...).Minus(r.Sample("cost", append(at, "power", 2)...))
			s, v := r.Sample("straightness", at...), r.Sample("crossing", at...)
			sum := make(study.Sample, len(s))
			for i := range s {
				sum[i] = s[i] + v[i]
			}
			t.Add(m, k, s.Median(), v.Median(), saved.Median(), sum.Median(), r.Sample("round_trip", at...).Median())
		}
	}
	return t
}

// distanceTable is the distance from the target against the number of steps.
func distanceTable(r *study.Results) *study.Table {
	steps := r.Values("w2", "euler", "method", nameLinear)
	columns := []string{"method", "round"}
	for _, n := range steps {
		columns = append(columns, n+" steps")
	}
	t := study.NewTable(fmt.Sprintf("Distance W2 from the target by Euler steps (two samples of the target: %s)",
		study.FormatNumber(r.Sample("w2_floor").Median())), columns...)
	methods, rounds := flows(r, "w2")
	for _, m := range methods {
		for _, k := range rounds[m] {
			row := []any{m, k}
			for _, n := range steps {
				if !r.Has("w2", "method", m, "round", k, "euler", n) {
					row = append(row, "")
					continue
				}
				row = append(row, r.Sample("w2", "method", m, "round", k, "euler", n).Median())
			}
			t.Add(row...)
		}
	}
	return t
}

// costTable is the transport cost of the linear flows.
func costTable(r *study.Results) *study.Table {
	rounds := r.Values("cost", "round", "method", nameLinear)
	columns := []string{"p", "independent"}
	for _, k := range rounds[1:] {
		columns = append(columns, "flow "+k)
	}
	t := study.NewTable(fmt.Sprintf("Transport cost E|Z1-Z0|^p of the rectified flows (optimal for p = 2: %s)",
		study.FormatNumber(r.Sample("optimal_cost").Median())), columns...)
	for _, p := range powers {
		row := []any{p}
		for _, k := range rounds {
			row = append(row, r.Sample("cost", "method", nameLinear, "round", k, "power", p).Median())
		}
		t.Add(row...)
	}
	return t
}
