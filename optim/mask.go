package optim

import (
	"errors"

	"github.com/fluxion-go/fluxion/fx"
)

// ByMask applies one rule to the leaves that the mask chooses and another to the
// rest: Muon to matrices and Adam to all else, say. Either may get no leaf at all.
// What they report stands under "chosen/" and "rest/". [ByPath] divides by path
// alone, into any number of groups.
func ByMask(mask Mask, chosen, rest Rule) Rule { return byMask{mask: mask, chosen: chosen, rest: rest} }

type byMask struct {
	mask         Mask
	chosen, rest Rule
	paths        []string // nil until bound
}

func (r byMask) groups() byPath {
	return byPath{groups: []Group{{"chosen", r.chosen}, {"rest", r.rest}}}
}

func (r byMask) Validate() error {
	var err error
	if r.mask == nil {
		err = errors.New("there is no mask")
	}
	return errors.Join(err, r.groups().Validate())
}

func (r byMask) Bind(paths []string) Rule {
	r.paths = paths
	return r
}

// divided is the two rules with their leaves.
func (r byMask) divided(p []*fx.Array) byPath {
	mustBeValid("ByMask", r)
	if len(r.paths) != len(p) {
		fail("ByMask", "the rule does not know its leaves' paths; use it through FromRule, or call Bind")
	}
	b := r.groups()
	b.member, b.leaves = make([][]int, 2), len(p)
	own := make([][]string, 2)
	for i := range p {
		k := 1
		if r.mask(r.paths[i], p[i]) {
			k = 0
		}
		b.member[k], own[k] = append(b.member[k], i), append(own[k], r.paths[i])
	}
	for k := range b.groups {
		b.groups[k].Rule = Bind(b.groups[k].Rule, own[k])
	}
	return b
}

func (r byMask) Init(p []*fx.Array) State { return r.divided(p).Init(p) }

func (r byMask) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.divided(p).Update(g, s, p)
}

func (r byMask) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	return r.divided(p).UpdateExtra(g, s, p, x)
}

func (r byMask) Report(s State) map[string]*fx.Array { return r.groups().Report(s) }
