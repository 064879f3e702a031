package optim

import (
	"errors"
	"fmt"
	"maps"

	"github.com/fluxion-go/fluxion/fx"
)

// Chain applies rules one after the other: the updates of one are the
// gradients of the next. Its state is a []State, one of each rule. An empty
// chain leaves gradients as they are.
func Chain(rules ...Rule) Rule { return chain(rules) }

type chain []Rule

func (c chain) Validate() error {
	var errs []error
	for i, r := range c {
		if r == nil {
			errs = append(errs, fmt.Errorf("rule %d of the chain is nil", i))
		} else {
			errs = append(errs, Validate(r))
		}
	}
	return errors.Join(errs...)
}

func (c chain) Bind(paths []string) Rule {
	out := make(chain, len(c))
	for i, r := range c {
		out[i] = Bind(r, paths)
	}
	return out
}

func (c chain) Init(p []*fx.Array) State {
	mustBeValid("Chain", c)
	s := make([]State, len(c))
	for i, r := range c {
		s[i] = r.Init(p)
	}
	return s
}

func (c chain) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return c.UpdateExtra(g, s, p, Extra{})
}

func (c chain) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	states := c.states(s)
	next := make([]State, len(c))
	for i, r := range c {
		g, next[i] = Update(r, g, states[i], p, x)
	}
	return g, next
}

func (c chain) states(s State) []State {
	states, ok := s.([]State)
	if !ok || len(states) != len(c) {
		fail("Chain", "the state is a %T of %d parts and must be that of a chain of %d rules", s, len(states), len(c))
	}
	return states
}

// Report gathers what the rules report. Where two use a name, the later wins.
func (c chain) Report(s State) map[string]*fx.Array {
	out := map[string]*fx.Array{}
	for i, r := range c {
		if rep, ok := r.(Reporter); ok {
			maps.Copy(out, rep.Report(c.states(s)[i]))
		}
	}
	return out
}
