package transport_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/transport"
)

// A translation is the optimal transport between a set and its translate, for
// every convex cost; a permutation of the points changes nothing.
func TestMatchingOfATranslate(t *testing.T) {
	keys := random.Split(random.New(1), 2)
	x := random.Normal(keys[0], fx.Float64, 40, 3)
	order := random.Permutation(keys[1], 40)
	y := x.AddScalar(0.7).Take(order, 0)
	to, cost, err := transport.Matching(x, y, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 * 0.49; math.Abs(cost-want) > 1e-12 {
		t.Errorf("cost %v, want %v", cost, want)
	}
	for i, source := range order.Int32s() {
		if to[source] != i {
			t.Errorf("point %d goes to %d, its translate is %d", source, to[source], i)
		}
	}
	for _, p := range []float64{1, 1.5, 2, 4} {
		d, err := transport.Wasserstein(x, y, p)
		if want := 0.7 * math.Sqrt(3); err != nil || math.Abs(d-want) > 1e-9 {
			t.Errorf("distance of order %v is %v (%v), want %v", p, d, err, want)
		}
	}
}

// On the line, the optimal transport is monotone.
func TestMatchingOnTheLine(t *testing.T) {
	keys := random.Split(random.New(2), 2)
	x, y := random.Normal(keys[0], fx.Float64, 50, 1), random.Normal(keys[1], fx.Float64, 50, 1)
	for _, p := range []float64{1, 2, 3} {
		_, cost, err := transport.Matching(x, y, p)
		if err != nil {
			t.Fatal(err)
		}
		want := x.Flatten().Sort(0).Sub(y.Flatten().Sort(0)).Abs().PowScalar(p).Mean().Item()
		if math.Abs(cost-want) > 1e-12 {
			t.Errorf("order %v: cost %v, monotone %v", p, cost, want)
		}
	}
}

func TestBadPoints(t *testing.T) {
	two := fx.Zeros(fx.Float64, 2, 2)
	if _, err := transport.Wasserstein(two, two.DivScalar(0), 2); err == nil {
		t.Error("points that are not finite give no error")
	}
	for name, f := range map[string]func(){
		"points are float64 [2 2] and float64 [2 3]": func() { transport.SquaredDistances(two, fx.Zeros(fx.Float64, 2, 3)) },
		"2 points and 3":             func() { transport.Matching(two, fx.Zeros(fx.Float64, 3, 2), 2) },
		"the power -1":               func() { transport.Matching(two, two, -1) },
		"the order 0.5":              func() { transport.Wasserstein(two, two, 0.5) },
		"must be [n, d] with n >= 2": func() { transport.MomentsOf(fx.Zeros(fx.Float64, 1, 2)) },
		"distributions in 2 and 3 dimensions": func() {
			transport.BuresWasserstein(transport.MomentsOf(two), transport.MomentsOf(fx.Zeros(fx.Float64, 2, 3)))
		},
	} {
		fxtest.MustFail(t, name, f)
	}
}

// The distance of commuting covariances is that of their roots; it is 0 to
// itself, symmetric, and has the derivative of its formula.
func TestBuresWasserstein(t *testing.T) {
	keys := random.Split(random.New(3), 3)
	q := random.Orthogonal(keys[0], fx.Float64, 4, 4)
	roots := [2]*fx.Array{fx.New([]float64{1, 2, 3, 4}), fx.New([]float64{2.5, 0.5, 1, 7})}
	means := [2]*fx.Array{random.Normal(keys[1], fx.Float64, 4), random.Normal(keys[2], fx.Float64, 4)}
	var g [2]transport.Gaussian
	for i := range g {
		g[i] = transport.Gaussian{Mean: means[i], Covariance: q.Mul(roots[i].Square()).MatMul(q.T())}
	}
	want := means[0].Sub(means[1]).Square().Sum().Add(roots[0].Sub(roots[1]).Square().Sum()).Item()
	for _, d := range []float64{transport.BuresWasserstein(g[0], g[1]).Item(), transport.BuresWasserstein(g[1], g[0]).Item()} {
		if math.Abs(d-want) > 1e-11 {
			t.Errorf("distance %v, want %v", d, want)
		}
	}
	if d := transport.BuresWasserstein(g[0], g[0]).Item(); math.Abs(d) > 1e-11 {
		t.Errorf("distance to itself %v", d)
	}
	gradient := fx.Grad(func(a transport.Gaussian) *fx.Array { return transport.BuresWasserstein(a, g[1]) })(g[0])
	// d/dC0 = I - T with the transport map T = C0^{-1/2} (C0^{1/2} C1 C0^{1/2})^{1/2} C0^{-1/2}.
	should := fx.Eye(fx.Float64, 4).Sub(q.Mul(roots[1].Div(roots[0])).MatMul(q.T()))
	if far := gradient.Covariance.Add(gradient.Covariance.T()).MulScalar(0.5).Sub(should).Abs().Max().Item(); far > 1e-10 {
		t.Errorf("the gradient is wrong by %v", far)
	}
}

func TestMomentsOf(t *testing.T) {
	g := transport.MomentsOf(fx.New([]float64{1, 0, 3, 2, 5, 1}, 3, 2))
	if fmt.Sprint(g.Mean.Float64s(), g.Covariance.Float64s()) != "[3 1] [4 1 1 1]" {
		t.Error(g.Mean.Float64s(), g.Covariance.Float64s())
	}
}
