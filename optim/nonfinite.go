package optim

import (
	"errors"
	"fmt"
	"maps"

	"github.com/fluxion-go/fluxion/fx"
)

// ZeroNaNs replaces every NaN by 0 and reports "zeroed_nans", how many elements
// that was so far (it stops counting right after 2^31).
func ZeroNaNs() Rule { return zeroNaNs{} }

type zeroNaNs struct{}

// CountState is the state of rules that count something.
type CountState struct {
	Count *fx.Array // an int32 scalar
}

func (zeroNaNs) Init([]*fx.Array) State { return CountState{fx.Scalar(int32(0))} }

func (zeroNaNs) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	next := stateOf[CountState]("ZeroNaNs", g, s, p)
	out := each(func(a *fx.Array) *fx.Array {
		nan := a.IsNaN()
		next.Count = next.Count.Add(nan.AsType(fx.Int32).Sum())
		return fx.Where(nan, fx.ZerosLike(a), a)
	}, g)
	return out, next
}

func (zeroNaNs) Report(s State) map[string]*fx.Array {
	return map[string]*fx.Array{"zeroed_nans": s.(CountState).Count}
}

// SkipNonFinite leaves out steps whose gradients have a NaN or an infinity: the
// updates are 0 and the rule's state stays as it was. After limit such steps in
// a row it lets them through, so that a run that is lost shows it (optax's
// apply_if_finite); 0 never does. It reports "skipped", how many steps were
// left out in all, and "skipped_in_a_row".
func SkipNonFinite(r Rule, limit int) Rule { return skip{r, limit} }

type skip struct {
	inner Rule
	limit int
}

// SkipState is the state of SkipNonFinite.
type SkipState struct {
	Inner          State
	Skipped, InRow *fx.Array // int32 scalars
}

func (r skip) Validate() error {
	if r.inner == nil {
		return errors.New("the rule that skips is nil")
	}
	if r.limit < 0 {
		return fmt.Errorf("the limit of steps skipped in a row is %d; it must not be negative", r.limit)
	}
	return Validate(r.inner)
}

func (r skip) Bind(paths []string) Rule { return skip{Bind(r.inner, paths), r.limit} }

func (r skip) Init(p []*fx.Array) State {
	mustBeValid("SkipNonFinite", r)
	return SkipState{r.inner.Init(p), fx.Scalar(int32(0)), fx.Scalar(int32(0))}
}

func (r skip) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	return r.UpdateExtra(g, s, p, Extra{})
}

func (r skip) UpdateExtra(g []*fx.Array, s State, p []*fx.Array, x Extra) ([]*fx.Array, State) {
	own := stateOf[SkipState]("SkipNonFinite", g, s, p)
	good := fx.Scalar(true)
	for _, a := range g {
		good = good.And(a.IsFinite().All())
	}
	one := fx.Scalar(int32(1))
	inRow := fx.Where(good, fx.ZerosLike(own.InRow), own.InRow.Add(one))
	take := good
	if r.limit > 0 {
		take = take.Or(inRow.Greater(fx.Const(float64(r.limit))))
	}
	updates, inner := Update(r.inner, g, own.Inner, p, x)
	updates = each(func(u *fx.Array) *fx.Array { return fx.Where(take, u, fx.ZerosLike(u)) }, updates)
	next := fx.Map2(func(new, old *fx.Array) *fx.Array { return fx.Where(take, new, old) }, SkipState{Inner: inner}, SkipState{Inner: own.Inner})
	next.Skipped, next.InRow = own.Skipped.Add(fx.Where(take, fx.ZerosLike(one), one)), inRow
	return updates, next
}

func (r skip) Report(s State) map[string]*fx.Array {
	own := s.(SkipState)
	out := map[string]*fx.Array{"skipped": own.Skipped, "skipped_in_a_row": own.InRow}
	if rep, ok := r.inner.(Reporter); ok {
		maps.Copy(out, rep.Report(own.Inner))
	}
	return out
}

// ShrinkNonFinite stands in front of a chain. Where the Euclidean norm of all
// gradients together is not finite or above the limit, it replaces them by decay
// times the parameters that the mask chooses (nil: all) and 0 for the others: a
// step that shrinks what makes the gradient explode. The code of Pascanu et al.
// (2013) does so to the recurrent matrix, with limit 1e10 and decay 0.02. It
// reports "shrunk", how many such steps there were.
func ShrinkNonFinite(limit, decay float64, mask Mask) Rule {
	return shrinkNonFinite{limit: limit, decay: decay, mask: mask}
}

type shrinkNonFinite struct {
	limit, decay float64
	mask         Mask
	paths        []string
}

func (r shrinkNonFinite) Validate() error {
	return errors.Join(checkPositive("the limit of the norm", r.limit), checkSize("the decay", r.decay))
}

func (r shrinkNonFinite) Bind(paths []string) Rule {
	r.paths = paths
	return r
}

func (r shrinkNonFinite) Init([]*fx.Array) State {
	mustBeValid("ShrinkNonFinite", r)
	return CountState{fx.Scalar(int32(0))}
}

func (r shrinkNonFinite) Update(g []*fx.Array, s State, p []*fx.Array) ([]*fx.Array, State) {
	const op = "ShrinkNonFinite"
	own := stateOf[CountState](op, g, s, p)
	chosen := chosenLeaves(op, r.mask, r.paths, p)
	good := GlobalNorm(g).LessEqual(fx.Const(r.limit)) // false for NaN
	out := make([]*fx.Array, len(g))
	for i := range g {
		instead := fx.ZerosLike(g[i])
		if chosen[i] {
			instead = p[i].MulScalar(r.decay)
		}
		out[i] = fx.Where(good, g[i], instead)
	}
	return out, CountState{own.Count.Add(good.Not().AsType(fx.Int32))}
}

func (r shrinkNonFinite) Report(s State) map[string]*fx.Array {
	return map[string]*fx.Array{"shrunk": s.(CountState).Count}
}
