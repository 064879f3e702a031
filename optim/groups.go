package optim

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/fluxion-go/fluxion/fx"
)

// Group gives the leaves at a path of the parameters, and all below it, a rule:
// "" is all of them, "Layers[0]" that layer (paths are those of fx.Paths).
type Group struct {
	Path string
	Rule Rule
}

// ByPath applies a rule to each group of leaves. The longest path that fits a
// leaf wins. It is an error of Init if a leaf fits none, or a path no leaf:
// give the others Freeze, if they are to stay. What looks at all gradients
// together, such as a global norm, sees those of its group.
func ByPath(groups ...Group) Rule { return byPath{groups: groups} }

type byPath struct {
	groups []Group
	member [][]int // the leaves of each group; nil until bound
	leaves int
}

func (b byPath) Validate() error {
	var errs []error
	seen := map[string]bool{}
	for _, g := range b.groups {
		switch {
		case g.Rule == nil:
			errs = append(errs, fmt.Errorf("the rule for %q is nil", g.Path))
		case seen[g.Path]:
			errs = append(errs, fmt.Errorf("there are two rules for %q", g.Path))
		default:
			errs = append(errs, Validate(g.Rule))
		}
		seen[g.Path] = true
	}
	return errors.Join(errs...)
}

func (b byPath) Bind(paths []string) Rule {
	mustBeValid("ByPath", b)
	bound := byPath{make([]Group, len(b.groups)), make([][]int, len(b.groups)), len(paths)}
	for i, path := range paths {
		best := -1
		for k, g := range b.groups {
			if under(path, g.Path) && (best < 0 || len(g.Path) > len(b.groups[best].Path)) {
				best = k
			}
		}
		if best < 0 {
			fail("ByPath", "no group has the parameter %s", path)
		}
		bound.member[best] = append(bound.member[best], i)
	}
	for k, g := range b.groups {
		var own []string
		for _, i := range bound.member[k] {
			own = append(own, paths[i])
		}
		if len(own) == 0 {
			fail("ByPath", "no parameter belongs to the group %q", g.Path)
		}
		bound.groups[k] = Group{g.Path, Bind(g.Rule, own)}
	}
	return bound
}

// under reports whether path is prefix or lies below it.
func under(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (prefix == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

func (b byPath) Init(p []*fx.Array) State {
	b.check(p)
	s := make([]State, len(b.groups))
	for k, g := range b.groups {
		s[k] = g.Rule.Init(pick(p, b.member[k]))
	}
	return s
}

func (b byPath) check(p []*fx.Array) {
	if b.member == nil || len(p) != b.leaves {
		fail("ByPath", "the rule does not know its leaves' paths; use it through FromRule, or call Bind")
	}
}

func pick[T any](a []T, indices []int) []T {
	out := make([]T, len(indices))
	for i, k := range indices {
		out[i] = a[k]
	}
	return out
}

func (b byPath) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return b.UpdateExtra(g, s, p, Extra{})
}

func (b byPath) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	b.check(p)
	states := stateOf[[]State]("ByPath", g, s, p)
	if len(states) != len(b.groups) {
		fail("ByPath", "the state has %d parts and there are %d groups", len(states), len(b.groups))
	}
	out, next := make([]*fx.Array, len(g)), make([]State, len(b.groups))
	for k, group := range b.groups {
		var u []*fx.Array
		u, next[k] = Update(group.Rule, pick(g, b.member[k]), states[k], pick(p, b.member[k]), x)
		for i, leaf := range b.member[k] {
			out[leaf] = u[i]
		}
	}
	return out, next
}

// Report gathers what the groups' rules report, under "path/name".
func (b byPath) Report(s State) map[string]*fx.Array {
	out := map[string]*fx.Array{}
	for k, g := range b.groups {
		if rep, ok := g.Rule.(Reporter); ok {
			prefix := ""
			if g.Path != "" {
				prefix = g.Path + "/"
			}
			own := map[string]*fx.Array{}
			for name, v := range rep.Report(s.([]State)[k]) {
				own[prefix+name] = v
			}
			maps.Copy(out, own)
		}
	}
	return out
}
