package optim

import (
	"maps"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// Rule turns gradients into updates (optax's gradient transformation). All
// lists hold the float leaves of the parameters, in the order of fx.Leaves.
// A rule keeps nothing between calls but its State.
type Rule interface {
	// Init makes the state to begin with at parameters p.
	Init(p []*fx.Array) State
	// Update turns gradients g (or the updates of an earlier rule in a chain)
	// at parameters p into updates, which are to be added to p.
	Update(g []*fx.Array, s State, p []*fx.Array) (updates []*fx.Array, next State)
}

// Extra is what a step knows besides gradients and parameters.
type Extra struct {
	// Loss is the loss at the parameters; nil if it is not known.
	Loss *fx.Array
}

// ExtraRule is implemented by rules that need more than the gradient, and by
// wrappers that hand it on. UpdateExtra is called instead of Update.
type ExtraRule interface {
	Rule
	UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State)
}

// Binder is implemented by rules that treat leaves by their path ("Layers[0].W",
// see fx.Paths), and by wrappers of rules. Bind is called before everything
// else and returns the rule for a tree with these float leaves.
type Binder interface {
	Bind(paths []string) Rule
}

// Reporter is implemented by rules that have something to tell, such as how
// many steps were skipped; FromRule puts it into Info.Values.
type Reporter interface {
	Report(s State) map[string]*fx.Array
}

// Bind prepares a rule for a tree whose float leaves have these paths. Wrappers
// call it on what they wrap.
func Bind(r Rule, paths []string) Rule {
	if r == nil {
		fail("Bind", "the rule is nil")
	}
	if b, ok := r.(Binder); ok {
		return b.Bind(paths)
	}
	return r
}

// Update calls r.UpdateExtra if r has it and r.Update if not. Wrappers call it
// on what they wrap.
func Update(r Rule, g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	if e, ok := r.(ExtraRule); ok {
		return e.UpdateExtra(g, s, p, x)
	}
	return r.Update(g, s, p)
}

// FromRule makes an optimizer of a rule: one value and gradient at the current
// parameters, whose float leaves the rule updates. Other leaves stay.
func FromRule[P any](r Rule) Optimizer[P] { return ruled[P]{r} }

type ruled[P any] struct{ rule Rule }

// Validate checks the rule's settings.
func (o ruled[P]) Validate() error { return Validate(o.rule) }

// bound is the rule for p, and p's float leaves.
func (o ruled[P]) bound(p P) (Rule, []*fx.Array) {
	leaves, paths := Floats(p)
	return Bind(o.rule, paths), leaves
}

func (o ruled[P]) Init(p P) State {
	mustBeValid("Init", o)
	rule, leaves := o.bound(p)
	return rule.Init(leaves)
}

func (o ruled[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	value, grad := fx.ValueAndGrad(loss)(p)
	rule, leaves := o.bound(p)
	g, _ := Floats(grad)
	updates, next := Update(rule, g, s, leaves, Extra{Loss: value})
	info := Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": GlobalNorm(g), "update_norm": GlobalNorm(updates)}}
	if r, ok := rule.(Reporter); ok {
		maps.Copy(info.Values, r.Report(next))
	}
	return ApplyUpdates(p, updates), next, info
}

// Floats lists a tree's float leaves and their paths.
func Floats(tree any) (leaves []*fx.Array, paths []string) {
	all := fx.Paths(tree)
	for i, a := range fx.Leaves(tree) {
		if isFloat(a) {
			leaves, paths = append(leaves, a), append(paths, all[i])
		}
	}
	return leaves, paths
}

func isFloat(a *fx.Array) bool { return a.DType() == fx.Float32 || a.DType() == fx.Float64 }

// ApplyUpdates adds updates to a tree's float leaves, of which there must be as
// many, of the same shapes and dtypes.
func ApplyUpdates[P any](p P, updates []*fx.Array) P {
	leaves, paths := Floats(p)
	sameLeaves("ApplyUpdates", "update", updates, leaves, paths)
	i := 0
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !isFloat(a) {
			return a
		}
		i++
		return a.Add(updates[i-1])
	}, p)
}

// sameLeaves checks that two lists of leaves are alike; paths may be nil.
func sameLeaves(op, what string, got, want []*fx.Array, paths []string) {
	if len(got) != len(want) {
		fail(op, "%d %ss for %d parameters", len(got), what, len(want))
	}
	for i := range got {
		if got[i].DType() != want[i].DType() || !slices.Equal(got[i].Shape(), want[i].Shape()) {
			place := ""
			if paths != nil {
				place = " " + paths[i]
			}
			fail(op, "%s %d is %v%v and its parameter%s is %v%v", what, i, got[i].DType(), got[i].Shape(), place, want[i].DType(), want[i].Shape())
		}
	}
}

// stateOf is a rule's own state, and a check of the other arguments of Update.
func stateOf[S any](op string, g []*fx.Array, s State, p []*fx.Array) S {
	own, ok := s.(S)
	if !ok {
		var want S
		fail(op, "the state is a %T and must be a %T: was it made by this rule's Init?", s, want)
	}
	sameLeaves(op, "gradient", g, p, nil)
	return own
}

// sameBuffers checks that a state's buffers belong to the parameters.
func sameBuffers(op string, buffers, p []*fx.Array) {
	sameLeaves(op, "state buffer", buffers, p, nil)
}

// each maps the leaves of a list.
func each(f func(*fx.Array) *fx.Array, a []*fx.Array) []*fx.Array {
	out := make([]*fx.Array, len(a))
	for i := range a {
		out[i] = f(a[i])
	}
	return out
}

// each2 maps the leaves of two lists.
func each2(f func(a, b *fx.Array) *fx.Array, a, b []*fx.Array) []*fx.Array {
	out := make([]*fx.Array, len(a))
	for i := range a {
		out[i] = f(a[i], b[i])
	}
	return out
}

// GlobalNorm is the Euclidean norm of all elements of all leaves together, a
// float64 scalar: each leaf's sum of squares has the leaf's type, their sum is
// float64. It is 0 for no leaves.
func GlobalNorm(leaves []*fx.Array) *fx.Array {
	sum := fx.Scalar(0.0)
	for _, a := range leaves {
		sum = sum.Add(a.Square().Sum().AsType(fx.Float64))
	}
	return sum.Sqrt()
}
