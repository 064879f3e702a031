package rectifiedflow

import (
	"cmp"
	"context"
	"slices"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// line rectifies once on the line, where the flow must be the monotone map, and
// measures how nearly it is.
func (e experiment) line(ctx context.Context, env *study.Env, p plan) error {
	from, to := humps()
	keys := random.Split(random.FoldIn(random.New(env.Seed), partLine), 5)
	pairs := flow.Pairs{X0: from.Sample(keys[0], fx.Float32, p.stored), X1: to.Sample(keys[1], fx.Float32, p.stored)}
	f := fitting{what: "on the line", d: 1, way: e.linear, steps: p.steps, rate: rate(env, p, nameLinear)}
	v, _, err := f.fit(ctx, env, p, keys[2], newField(keys[3], 1, p), pairs)
	if err != nil {
		return err
	}
	starts := from.Sample(keys[4], fx.Float32, 1000)
	ends, err := e.reflow(v, starts, flow.Euler(p.fine))
	if err != nil {
		return err
	}
	x, y := ends.X0.Flatten().Float32s(), ends.X1.Flatten().Float32s()
	env.Record.Scalar("spearman", study.RankCorrelation(sampleOf(x), sampleOf(y)))
	order := ascending(x)
	for i := 0; i < len(order); i += 5 {
		env.Record.Point("map", float64(x[order[i]]), float64(y[order[i]]))
	}
	return nil
}

// ascending are the indices of the values in order.
func ascending(v []float32) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(v[i], v[j]) })
	return order
}

func sampleOf(v []float32) study.Sample {
	s := make(study.Sample, len(v))
	for i, x := range v {
		s[i] = float64(x)
	}
	return s
}
