package optim

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// TestByMask: each leaf's steps are those that its rule makes alone.
func TestByMask(t *testing.T) {
	key := random.New(1)
	type net struct{ A, B, C *fx.Array }
	p := net{random.Normal(key, fx.Float64, 3, 2), fx.New([]float64{1, 2}), random.Normal(random.New(2), fx.Float64, 2, 2)}
	loss := func(n net) *fx.Array { return n.A.MatMul(n.C).Add(n.B).Square().Sum() }
	muon, adam := NewMuon(Constant(0.1)), NewAdam(Constant(0.01))
	o := FromRule[net](ByMask(Matrices, muon, adam))
	next, s, info := o.Step(loss, p, o.Init(p))
	wantMuon, _, _ := FromRule[net](muon).Step(loss, p, FromRule[net](muon).Init(p))
	wantAdam, _, _ := FromRule[net](adam).Step(loss, p, FromRule[net](adam).Init(p))
	if !slices.Equal(next.A.Float64s(), wantMuon.A.Float64s()) || !slices.Equal(next.C.Float64s(), wantMuon.C.Float64s()) {
		t.Error("the matrices' steps are not Muon's")
	}
	if !slices.Equal(next.B.Float64s(), wantAdam.B.Float64s()) {
		t.Error("the vector's step is not Adam's")
	}
	if zero, ok := info.Values["chosen/zero_leaves"]; !ok || zero.Item() != 0 {
		t.Errorf("the rules' reports are %v", info.Values)
	}
	if _, _, info = o.Step(loss, next, s); info.Loss == nil {
		t.Error("no second step")
	}
	none := FromRule[net](ByMask(func(string, *fx.Array) bool { return false }, muon, adam))
	if got, _, _ := none.Step(loss, p, none.Init(p)); !slices.Equal(got.A.Float64s(), wantAdam.A.Float64s()) {
		t.Error("with an empty choice the steps are not Adam's")
	}
	for want, f := range map[string]func(){
		"there is no mask":                func() { ByMask(nil, muon, adam).Init(nil) },
		`the rule for "rest" is nil`:      func() { ByMask(Matrices, muon, nil).Init(nil) },
		"does not know its leaves' paths": func() { ByMask(Matrices, muon, adam).Init([]*fx.Array{p.A}) },
	} {
		if got := fxtest.Failure(t, f); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
