package bench

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// workload is something to time. The peers have the same names
// (peers/torch_peer.py).
type workload struct {
	name  string
	about string
	goal  float64 // our time is to be at most this many times the peer's; 0: no peer
	train bool    // a training step: memory and allocations count too
	// single: it is timed with one thread as well.
	single bool
	setup  func() *task
}

// task is a workload that is ready to run.
type task struct {
	step    func()
	cost    func() fx.Cost
	profile func(runs int) fx.Profile
}

// calling is the task to call a compiled function again and again. A result is let
// go of before the next, as PyTorch does.
func calling[X, Y any](f func(X) Y, x X) *task {
	run := fx.Jit(f)
	return &task{
		step:    func() { fx.Delete(run(x)) },
		cost:    func() fx.Cost { return fx.CostOf(f, x) },
		profile: func(runs int) fx.Profile { return fx.ProfileOf(f, x, runs) },
	}
}

// training is the task to update a state in place from the same input.
func training[S, X any](f func(S, X) S, s S, x X) *task {
	type input struct {
		State S
		X     X
	}
	step := func(in input) S { return f(in.State, in.X) }
	donate := fx.Donate("State")
	run := fx.Jit(step, donate)
	return &task{
		step:    func() { s = run(input{s, x}) },
		cost:    func() fx.Cost { return fx.CostOf(step, input{s, x}, donate) },
		profile: func(runs int) fx.Profile { return fx.ProfileOf(step, input{s, x}, runs, donate) },
	}
}

// workloads lists everything, in the order of the table.
func workloads() (all []workload) {
	for _, group := range [][]workload{squares(), products(), elementwise(), reductions(), convolutions(), steps(), derivatives()} {
		all = append(all, group...)
	}
	return all
}

// find is the workload of a name.
func find(name string) (workload, error) {
	for _, w := range workloads() {
		if w.name == name {
			return w, nil
		}
	}
	return workload{}, fmt.Errorf("no workload %q; see fluxion bench --list", name)
}

// normal is numbers to compute with; i tells them apart.
func normal(i int, d fx.DType, shape ...int) *fx.Array {
	return random.Normal(random.New(uint64(i)), d, shape...)
}

// short is a dtype's name in a workload's.
func short(d fx.DType) string {
	if d == fx.Float64 {
		return "f64"
	}
	return "f32"
}
