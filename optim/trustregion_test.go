package optim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

var norms = map[string]Norm{"Euclidean": EuclideanNorm{}, "max": MaxNorm{}, "column": ColumnNorm{}, "spectral": SpectralNorm{}}

// TestNorms: what makes them norms with these duals: the steepest point lies on
// the unit ball and attains the dual norm, no other point of the ball is above
// it, and Rho bounds the dual norm and is attained.
func TestNorms(t *testing.T) {
	for name, n := range norms {
		for _, shape := range [][]int{{4, 4}, {5, 2}, {2, 5}, {2, 3, 4}, {6}} {
			if _, spectral := n.(SpectralNorm); spectral && len(shape) < 2 {
				continue
			}
			what := fmt.Sprint(name, shape)
			g := random.Normal(random.New(1), fx.Float64, shape...)
			dual := n.Dual(g).Item()
			top := n.Steepest(g)
			if got := n.Of(top).Item(); got < 1-1e-12 || got > 1+1e-12 {
				t.Errorf("%s: the steepest point has norm %v", what, got)
			}
			if got := top.Mul(g).Sum().Item(); got < dual*(1-1e-12) || got > dual*(1+1e-12) {
				t.Errorf("%s: <g, steepest> = %v, the dual norm is %v", what, got, dual)
			}
			for i := range 50 {
				x := random.Normal(random.New(uint64(100+i)), fx.Float64, shape...)
				if got := x.Div(n.Of(x)).Mul(g).Sum().Item(); got > dual*(1+1e-12) {
					t.Errorf("%s: a point of the unit ball has <g, x> = %v, above the dual norm %v", what, got, dual)
				}
			}
			rho := n.Rho(shape)
			if got := dual / g.Square().Sum().Sqrt().Item(); got > rho*(1+1e-12) {
				t.Errorf("%s: dual over Euclidean norm is %v, above Rho %v", what, got, rho)
			}
			if got := n.Dual(top).Item() / top.Square().Sum().Sqrt().Item(); name != "Euclidean" && (got < rho*(1-1e-9) || got > rho*(1+1e-9)) {
				t.Errorf("%s: Rho is %v, and the steepest point has %v", what, rho, got)
			}
			if m := n.Steepest(fx.ZerosLike(g)).Abs().Max().Item(); m != 0 {
				t.Errorf("%s: zeros give %v", what, m)
			}
		}
	}
}

// TestTrustRegionSpecialCases: normalised SGD, sign momentum and Muon by formula;
// and without an average both orders are the same bits.
func TestTrustRegionSpecialCases(t *testing.T) {
	const alpha, lr = 0.3, 0.01
	start := random.Normal(random.New(1), fx.Float64, 4, 3)
	gradients := make([]*fx.Array, 6)
	for i := range gradients {
		gradients[i] = random.Normal(random.New(uint64(10+i)), fx.Float64, 4, 3)
	}
	for name, n := range norms {
		rule := Bind(NewTrustRegion(Constant(lr), alpha, 0.5, Uniform(n)), []string{"W"})
		p, s := start, rule.Init([]*fx.Array{start})
		x, m := start, gradients[0]
		for i, g := range gradients {
			var u []*fx.Array
			u, s = rule.Update([]*fx.Array{g}, s, []*fx.Array{p})
			p = p.Add(u[0])
			if i > 0 {
				m = m.MulScalar(1 - alpha).Add(g.MulScalar(alpha))
			}
			x = x.MulScalar(1 - lr*0.5).Sub(n.Steepest(m).MulScalar(lr))
		}
		if d := p.Sub(x).Abs().Max().Item(); d > 1e-14 {
			t.Errorf("%s: %v from the formula", name, d)
		}
		first, last := Bind(NewTrustRegion(Constant(lr), 1, 0, Uniform(n)), []string{"W"}), Bind(NewOrthogonalMomentum(Constant(lr), 1, Uniform(n)), []string{"W"})
		s, z := first.Init([]*fx.Array{start}), last.Init([]*fx.Array{start})
		for _, g := range gradients {
			var u, v []*fx.Array
			u, s = first.Update([]*fx.Array{g}, s, []*fx.Array{start})
			v, z = last.Update([]*fx.Array{g}, z, []*fx.Array{start})
			if !slices.Equal(u[0].Float64s(), v[0].Float64s()) {
				t.Errorf("%s: with alpha 1 the two orders differ", name)
			}
		}
	}
}

// TestExtrapolation: on a quadratic the averaged gradient is the gradient at the
// parameters; with alpha 1 it is the rule.
func TestExtrapolation(t *testing.T) {
	a := fx.New([]float64{1, 0.5, 0.5, 4}, 2, 2)
	loss := func(x *fx.Array) *fx.Array { return x.Dot(a.MatMul(x)).MulScalar(0.5) }
	for _, alpha := range []float64{0.2, 1} {
		average := ConvexAverage{Alpha: alpha}
		o := WithExtrapolation[*fx.Array](Chain(average, NewSGD(Constant(0.1))), alpha)
		p := fx.New([]float64{1, -2})
		s := o.Init(p)
		want := p
		for k := range 10 {
			want = want.Sub(a.MatMul(want).MulScalar(0.1)) // plain gradient descent
			p, s, _ = o.Step(loss, p, s)
			if d := p.Sub(want).Abs().Max().Item(); d > 1e-13 {
				t.Errorf("alpha %v, step %d: %v from the gradients at the parameters", alpha, k, d)
			}
		}
	}
}

// TestRadii: a leaf with radius r moves r times as far, and the scaled norm is one
// with its dual.
func TestRadii(t *testing.T) {
	g := random.Normal(random.New(3), fx.Float64, 3, 4)
	n := ScaledNorm{SpectralNorm{}, 2.5}
	top := n.Steepest(g)
	if d := math.Abs(n.Of(top).Item() - 1); d > 1e-12 {
		t.Errorf("the steepest point is %v off the unit ball", d)
	}
	if got, dual := top.Mul(g).Sum().Item(), n.Dual(g).Item(); math.Abs(got/dual-1) > 1e-12 {
		t.Errorf("<g, steepest> = %v, the dual norm is %v", got, dual)
	}
	if got := n.Rho([]int{3, 4}); math.Abs(got-2.5*math.Sqrt(3)) > 1e-15 {
		t.Errorf("Rho is %v", got)
	}
	byPath := WithRadii(MuonGeometry(0), func(path string, _ *fx.Array) float64 { return map[string]float64{"A": 1, "B": 3}[path] })
	rule := Bind(SteepestStep(byPath), []string{"A", "B"})
	u, s := rule.Update([]*fx.Array{g, g}, rule.Init([]*fx.Array{g, g}), []*fx.Array{g, g})
	if d := u[1].Sub(u[0].MulScalar(3)).Abs().Max().Item(); d > 1e-14 {
		t.Errorf("radius 3 is not three times radius 1: %v", d)
	}
	// Zeros have no direction: no step, and a report.
	u, s = rule.Update([]*fx.Array{g, fx.ZerosLike(g)}, s, []*fx.Array{g, g})
	zero := rule.(Reporter).Report(s)["zero_leaves"].Item()
	if zero != 1 || u[1].Abs().Max().Item() != 0 || u[0].Abs().Max().Item() == 0 {
		t.Errorf("%v leaves of zeros, steps %v and %v", zero, u[0], u[1])
	}
}

// TestNesterovAverage: the mixture by its formula.
func TestNesterovAverage(t *testing.T) {
	r := ConvexAverage{Alpha: 0.25, Nesterov: true}
	p := []*fx.Array{fx.Zeros(fx.Float64, 1)}
	s, m := r.Init(p), 0.0
	for k, g := range []float64{4, -2, 1} {
		if m = 0.75*m + 0.25*g; k == 0 {
			m = g
		}
		var u []*fx.Array
		u, s = r.Update([]*fx.Array{fx.New([]float64{g})}, s, p)
		if got, want := u[0].Item(), 0.75*m+0.25*g; math.Abs(got-want) > 1e-15 {
			t.Errorf("step %d: %v, want %v", k, got, want)
		}
	}
}

func TestTrustRegionErrors(t *testing.T) {
	lr := Constant(0.1)
	vector, m := []*fx.Array{fx.Zeros(fx.Float64, 3)}, fx.Zeros(fx.Float64, 2, 2)
	for want, f := range map[string]func(){
		"the geometry is nil": func() { SteepestStep(nil).Init(nil) },
		"W of shape [3] is no matrix and has no spectral norm; give it another": func() {
			Bind(SteepestStep(Uniform(SpectralNorm{})), []string{"W"}).Init(vector)
		},
		"the geometry has no norm for W": func() {
			Bind(SteepestStep(func(string, *fx.Array) Norm { return nil }), []string{"W"}).Init(vector)
		},
		"does not know its leaves' paths":    func() { SteepestStep(Uniform(MaxNorm{})).Init(vector) },
		"is no matrix":                       func() { SpectralNorm{}.Dual(vector[0]) },
		"alpha is 0; it must be in (0, 1]\n": func() { NewTrustRegion(lr, 0, -1, MuonGeometry(0)).Init(vector) },
		"alpha is 1.5; it must be in (0, 1]": func() { NewOrthogonalMomentum(lr, 1.5, MuonGeometry(0)).Init(vector) },
		"the radius of W is 0; it must be positive": func() {
			g := WithRadii(MuonGeometry(0), func(string, *fx.Array) float64 { return 0 })
			Bind(SteepestStep(g), []string{"W"}).Init(vector)
		},
		"W of shape [3] is no matrix": func() {
			g := WithRadii(Uniform(SpectralNorm{}), func(string, *fx.Array) float64 { return 1 })
			Bind(SteepestStep(g), []string{"W"}).Init(vector)
		},
		"the geometry or the radius is nil": func() { WithRadii(nil, nil) },
		"the state is a <nil> and must be a optim.SteepestState": func() {
			Bind(SteepestStep(MuonGeometry(0)), []string{"W"}).Update(vector, nil, vector)
		},
		"there is no term R":                func() { NewCompositeTrustRegion(lr, 0.1, 0, nil).Init(vector) },
		"the weight L1 is -1":               func() { NewCompositeTrustRegion(lr, 0.1, 0, ElasticNet{L1: -1}).Init(vector) },
		"the box from 1 to 0 is empty":      func() { NewCompositeTrustRegion(lr, 0.1, 0, Box{Low: 1}).Init(vector) },
		"the weight L2 is NaN":              func() { NewCompositeTrustRegion(lr, 0.1, 0, Box{Term: ElasticNet{L2: math.NaN()}}).Init(vector) },
		"the learning rate is -1 at step 0": func() { NewCompositeTrustRegion(Constant(-1), 0.1, 0, Box{}).Init(vector) },
		"the weight decay is -1":            func() { NewTrustRegion(lr, 0.1, -1, MuonGeometry(0)).Init(vector) },
		"alpha is 0; it must be in (0, 1]":  func() { WithExtrapolation[*fx.Array](NewSGD(lr), 0).Init(m) },
	} {
		if got := fxtest.Failure(t, f); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
