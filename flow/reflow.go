package flow

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/ode"
)

// Solver says how flows are simulated. Make one with Euler or RK45, or take
// another scheme of package ode.
type Solver struct {
	Scheme ode.Scheme
	Steps  int // at which a Path is known, and which a fixed scheme takes
}

// Euler takes n equal steps of Euler's method: z + v(z, i/n)/n.
func Euler(n int) Solver { return Solver{ode.Fixed{Method: ode.Euler}, n} }

// RK45 controls its error: absolute and relative tolerance. The authors take
// 1e-5 for images.
func RK45(tolerance float64) Solver { return Solver{ode.Adaptive{RTol: tolerance, ATol: tolerance}, 1} }

func (s Solver) validate() error {
	if s.Steps < 1 {
		return fmt.Errorf("flow: a solver of %d steps: at least 1 is needed", s.Steps)
	}
	if s.Scheme == nil {
		return fmt.Errorf("flow: a solver without a scheme")
	}
	return nil
}

// grid is the times of the steps.
func (s Solver) grid(op string, d fx.DType, from, to float64) *fx.Array {
	if err := s.validate(); err != nil {
		fail(op, "%v", err)
	}
	return fx.Linspace(d, from, to, s.Steps+1)
}

// Path is the states at times 0, 1/Steps, ..., 1 of the flow from z0, [n, ...]:
// [Steps+1, n, ...]. It may be used inside fx.Jit.
func Path(v Model, z0 *fx.Array, s Solver) (*fx.Array, ode.Report) {
	return ode.Solve(field(v), z0, s.grid("Path", z0.DType(), 0, 1), s.Scheme)
}

// Forward is where the flow from z0 ends at time 1. It may be used inside
// fx.Jit; the report holds the number of evaluations.
func Forward(v Model, z0 *fx.Array, s Solver) (*fx.Array, ode.Report) {
	return ode.Final(field(v), z0, s.grid("Forward", z0.DType(), 0, 1), s.Scheme)
}

// Backward is where the flow that ends at z1 at time 1 was at time 0.
func Backward(v Model, z1 *fx.Array, s Solver) (*fx.Array, ode.Report) {
	return ode.Final(field(v), z1, s.grid("Backward", z1.DType(), 1, 0), s.Scheme)
}

func field(v Model) func(t, x *fx.Array) *fx.Array {
	return func(t, x *fx.Array) *fx.Array { return v.Apply(x, t) }
}

// Reflow simulates the flow of a model from starts z0 and gives the pairs of
// its starts and ends (algorithm 1). Take a fine solver: its error becomes part
// of what the next round learns. A solver that gives up is an error, and so is
// a state that is not finite, which is named by its step.
func Reflow[M Model](model M, z0 *fx.Array, s Solver) (Pairs, ode.Report, error) {
	none := Pairs{}
	if err := s.validate(); err != nil {
		return none, ode.Report{}, err
	}
	if err := (Pairs{z0, z0}).Validate(); err != nil {
		return none, ode.Report{}, err
	}
	type start struct {
		Model M
		Z     *fx.Array
	}
	type end struct {
		Z      *fx.Array
		Report ode.Report
	}
	run := fx.Jit(func(in start) end {
		z, report := Forward(in.Model, in.Z, s)
		return end{z, report}
	})
	e := run(start{model, z0})
	if err := e.Report.Err(); err != nil {
		return none, e.Report, err
	}
	if e.Z.IsFinite().All().Item() == 0 {
		return none, e.Report, fmt.Errorf("flow: a simulated state is not finite after step %d of %d", firstBad(model, z0, s), s.Steps)
	}
	return Pairs{z0, e.Z}, e.Report, nil
}

// firstBad is the first step after which a state is not finite.
func firstBad(model Model, z0 *fx.Array, s Solver) int {
	path, _ := Path(model, z0, s)
	good := path.Reshape(s.Steps+1, -1).IsFinite().All(1).Bools()
	for i, ok := range good {
		if !ok {
			return i
		}
	}
	return s.Steps
}
