package inducedmetric

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// hunt is how much of part A a run does.
type hunt struct {
	landscapes []string
	methods    []string
	momenta    []float64
	seconds    []float64 // decay rates of the second moment
	starts     int       // random ones, for each seed
}

var (
	planeRates = []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10}
	planeXis   = []float64{0.01, 0.1, 1, 10}
)

// searcher is a method of part A.
type searcher struct {
	name           string
	rule           func(setting) optim.Rule
	metric, second bool // has xi, has a second moment
}

func (l lineup) searchers() []searcher {
	return []searcher{
		{nameSGD, classical, false, false}, {nameAdam, adam, false, true},
		{namePlain, l.plain, true, false}, {nameLog, l.log, true, false}, {nameRMS, l.rms, true, true},
	}
}

// settings are those of the grid but for the rate.
func (s searcher) settings(h hunt) []setting {
	xis, seconds := []float64{0}, []float64{0}
	if s.metric {
		xis = planeXis
	}
	if s.second {
		seconds = h.seconds
	}
	var all []setting
	for _, momentum := range h.momenta {
		for _, xi := range xis {
			for _, second := range seconds {
				all = append(all, setting{momentum: momentum, xi: xi, second: second})
			}
		}
	}
	return all
}

func (s searcher) at(c setting) func(optim.Schedule) optim.Rule {
	return func(lr optim.Schedule) optim.Rule {
		c.rate = lr
		return s.rule(c)
	}
}

// from starts as many searches as there are rates at one place.
func (l landscape) from(rates []float64) searches {
	return searches{fx.New(rates), fx.New(l.start[:]).ExpandDims(0).BroadcastTo(len(rates), 2)}
}

// explore searches with every method at every setting of its grid, and records for
// each function and method the fewest steps, and the setting that took them.
func (e experiment) explore(ctx context.Context, env *study.Env, h hunt) error {
	for _, l := range landscapes {
		if !slices.Contains(h.landscapes, l.name) {
			continue
		}
		for _, s := range e.methods.searchers() {
			if !slices.Contains(h.methods, s.name) {
				continue
			}
			all := s.settings(h)
			fewest, best, rate, arrived := math.Inf(1), setting{}, 0.0, 0
			for i := range env.Steps(l.name+", "+s.name, len(all)) {
				out := steps(l.search(s.at(all[i]))(l.from(planeRates)))
				for k, n := range out {
					if !math.IsInf(n, 1) {
						arrived++
					}
					if n < fewest {
						fewest, best, rate = n, all[i], planeRates[k]
					}
				}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r := env.Record.With("function", l.name, "method", s.name)
			r.Scalar("fewest", fewest)
			r.Scalar("arrived", float64(arrived)/float64(len(all)*len(planeRates)))
			r.Scalar("best_rate", rate)
			r.Scalar("best_momentum", best.momentum)
			r.Scalar("best_xi", best.xi)
			r.Scalar("best_second", best.second)
		}
	}
	return e.known(env)
}

// known are settings of which the specification of the experiment gives the number
// of steps, from the paper's code.
var knownSettings = []struct {
	landscape, method  string
	rate, momentum, xi float64
	steps              float64
}{
	{nameBeale, nameLog, 0.1, 0.5, 0.01, 55},
	{nameBeale, namePlain, 0.1, 0.5, 0.01, 186},
	{nameRosenbrock, namePlain, 0.01, 0.99, 0.1, 203},
	{nameHimmelblau, nameLog, 10, 0.1, 10, 13},
}

// known searches at these settings.
func (e experiment) known(env *study.Env) error {
	for i := range env.Steps("known settings", len(knownSettings)) {
		k := knownSettings[i]
		l, s := landscapeOf(k.landscape), e.methods.searcherOf(k.method)
		out := steps(l.search(s.at(setting{momentum: k.momentum, xi: k.xi}))(l.from([]float64{k.rate})))
		env.Record.With("function", k.landscape, "method", k.method).Scalar("known", out[0])
	}
	return nil
}

func landscapeOf(name string) landscape {
	return landscapes[slices.IndexFunc(landscapes, func(l landscape) bool { return l.name == name })]
}

func (l lineup) searcherOf(name string) searcher {
	all := l.searchers()
	return all[slices.IndexFunc(all, func(s searcher) bool { return s.name == name })]
}

// scatter searches from random places with the settings that were best from the
// fixed one.
func (e experiment) scatter(env *study.Env, h hunt) error {
	if h.starts == 0 {
		return nil
	}
	key := random.FoldIn(random.New(env.Seed), partStarts)
	for i := range env.Steps("random starts", len(h.landscapes)) {
		l := landscapeOf(h.landscapes[i])
		start := random.Uniform(random.FoldIn(key, i), fx.Float64, -l.window, l.window, h.starts, 2)
		for _, name := range h.methods {
			of := func(what string) float64 {
				return env.Common.Scalar(what, "function", l.name, "method", name)
			}
			if math.IsInf(of("fewest"), 1) {
				continue
			}
			best := setting{momentum: of("best_momentum"), xi: of("best_xi"), second: of("best_second")}
			run, err := study.Once(env, fmt.Sprintf("%s, %s", l.name, name), func() (func(searches) *fx.Array, error) {
				return l.search(e.methods.searcherOf(name).at(best)), nil
			})
			if err != nil {
				return err
			}
			out := study.Sample(steps(run(searches{fx.Full(fx.Float64, of("best_rate"), h.starts), start})))
			r := env.Record.With("function", l.name, "method", name)
			r.Scalar("scatter_arrived", float64(out.Count(func(n float64) bool { return !math.IsInf(n, 1) }))/float64(h.starts))
			r.Scalar("scatter_steps", out.OrElse(mostSteps).Median())
		}
	}
	return nil
}
