package liegroup

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/random"
)

// families of all kinds, for a matrix [3, 2] and a vector [4] (Kronecker: a matrix
// [4, 1]).
func families() map[string]Family {
	return map[string]Family{"triangular": Triangular{}, "general": General{}, "xmat": XMat{}, "low rank": LowRank{3},
		"kronecker": NewKronecker(), "kronecker, diagonals": Kronecker{}, "kronecker, mixed": Kronecker{2}}
}

func leaves(f Family, d fx.DType, x *fx.Array) []*fx.Array {
	a, b := x.SliceAxis(0, 0, 6).Reshape(3, 2), x.SliceAxis(0, 6, 10)
	if f.PerLeaf() {
		b = b.Reshape(4, 1)
	}
	return []*fx.Array{a.AsType(d), b.AsType(d)}
}

func normal(key *fx.Array, n int) *fx.Array { return random.Normal(key, fx.Float64, n) }

// symmetric has the given eigenvalues.
func symmetric(key *fx.Array, values []float64) *fx.Array {
	n := len(values)
	q := random.Orthogonal(key, fx.Float64, n, n)
	return q.Mul(fx.New(values)).MatMul(q.T())
}

// fitted takes pairs (v, Hv) into the fit, as one program.
func fitted(p Preconditioner, h *fx.Array, like func(*fx.Array) []*fx.Array, pairs int, step float64) Preconditioner {
	type in struct {
		P      Preconditioner
		H, Key *fx.Array
	}
	return fx.Jit(func(x in) Preconditioner {
		end, _ := fx.Scan(func(p Preconditioner, key *fx.Array) (Preconditioner, struct{}) {
			v := normal(key, x.H.Dim(0))
			return p.Update(like(v), like(x.H.MatMul(v)), fx.Scalar(step)), struct{}{}
		}, x.P, random.SplitArray(x.Key, pairs))
		return end
	})(in{p, h, random.New(77)})
}

// settled is fitted with a long step and then with a short one: near the optimum P
// wavers by an amount that the step decides.
func settled(f Family, h *fx.Array, like func(*fx.Array) []*fx.Array) Preconditioner {
	p := New(f, like(fx.Zeros(fx.Float64, h.Dim(0))), random.New(1))
	return fitted(fitted(p, h, like, 1500, 0.1), h, like, 3000, 0.02)
}

func one(x *fx.Array) []*fx.Array { return []*fx.Array{x} }

// TestConvergence: the groups that reach every P come to the inverse of the absolute
// Hessian, also where that is indefinite.
func TestConvergence(t *testing.T) {
	values := []float64{0.2, -0.5, 1, -2, 3, 5}
	h := symmetric(random.New(5), values)
	inverse := make([]float64, len(values))
	for i, v := range values {
		inverse[i] = 1 / math.Abs(v)
	}
	want := symmetric(random.New(5), inverse)
	for name, f := range map[string]Family{"triangular": Triangular{}, "general": General{}, "low rank": LowRank{5}} {
		p := settled(f, h, one)
		if off := p.Dense().Sub(want).Norm().Item() / want.Norm().Item(); !(off < 0.1) {
			t.Errorf("%s: P is off by %v of |H|^-1", name, off)
		}
		if n := p.Skipped.Item(); n != 0 {
			t.Errorf("%s: %v pairs are left out", name, n)
		}
	}
	// A Hessian that is a Kronecker product is reached by Kronecker factors.
	left, right := symmetric(random.New(6), []float64{0.5, 1, 3}), symmetric(random.New(7), []float64{1, 4})
	matrix := func(x *fx.Array) []*fx.Array { return one(x.Reshape(3, 2)) }
	p := settled(NewKronecker(), fx.Kron(left, right), matrix)
	want = fx.Inverse(fx.Kron(left, right))
	if off := p.Dense().Sub(want).Norm().Item() / want.Norm().Item(); !(off < 0.05) {
		t.Errorf("Kronecker: P is off by %v", off)
	}
	// A diagonal is in the reach of XMat.
	d := fx.New([]float64{0.5, -1, 2, 4, -8}).Diag(0)
	p = settled(XMat{}, d, one)
	for i, v := range p.Dense().Diagonal(0).Float64s() {
		if want := []float64{2, 1, 0.5, 0.25, 0.125}[i]; !(math.Abs(v-want) < 0.02*want) {
			t.Errorf("XMat: element %d is %v, want %v", i, v, want)
		}
	}
}

// TestWhiten: without noise in the law of the gradients, P is their covariance to
// the power -1/2.
func TestWhiten(t *testing.T) {
	root := symmetric(random.New(8), []float64{0.5, 1, 2})
	p := New(Triangular{}, one(fx.Zeros(fx.Float64, 3)), random.New(1))
	type in struct {
		P   Preconditioner
		Key *fx.Array
	}
	end := fx.Jit(func(x in) Preconditioner {
		end, _ := fx.Scan(func(p Preconditioner, key *fx.Array) (Preconditioner, struct{}) {
			return p.Whiten(one(root.MatMul(normal(key, 3))), fx.Scalar(0.01)), struct{}{}
		}, x.P, random.SplitArray(x.Key, 10_000))
		return end
	})(in{p, random.New(9)})
	want := fx.Inverse(root)
	if off := end.Dense().Sub(want).Norm().Item() / want.Norm().Item(); !(off < 0.1) {
		t.Errorf("P is off by %v", off)
	}
	// The first gradient gives the scale (n / |g|^2)^(1/4) of Q.
	first := New(XMat{}, one(fx.Zeros(fx.Float64, 4)), random.New(1)).Whiten(one(fx.New([]float64{3, 0, 0, 4})), fx.Scalar(0.0))
	if got, want := first.Dense().Index(1, 1).Item(), math.Sqrt(4.0/25); !(math.Abs(got-want) < 1e-14) {
		t.Errorf("the scale of P is %v, want %v", got, want)
	}
}

// TestDense: Dense is what Apply does to unit vectors, for all leaves together.
func TestDense(t *testing.T) {
	for name, f := range families() {
		p := New(f, leaves(f, fx.Float64, fx.Zeros(fx.Float64, 10)), random.New(2))
		for i := range 3 {
			keys := random.Split(random.New(uint64(i)), 2)
			p = p.Update(leaves(f, fx.Float64, normal(keys[0], 10)), leaves(f, fx.Float64, normal(keys[1], 10)), fx.Scalar(0.1))
		}
		dense := p.Dense()
		if !slices.Equal(dense.Shape(), []int{10, 10}) {
			t.Fatalf("%s: Dense has shape %v", name, dense.Shape())
		}
		for i := range 10 {
			unit := fx.Eye(fx.Float64, 10).Index(i)
			out := p.Apply(leaves(f, fx.Float64, unit))
			got := fx.Concatenate(0, out[0].Flatten(), out[1].Flatten())
			if d := got.Sub(dense.Index(i)).Abs().Max().Item(); !(d < 1e-13) {
				t.Errorf("%s: column %d differs by %v", name, i, d)
			}
		}
	}
}

// TestGroups: factors stay in their groups.
func TestGroups(t *testing.T) {
	values := []float64{0.1, -1, 1, 10, 3}
	h := symmetric(random.New(5), values)
	q := fitted(New(Triangular{}, one(fx.Zeros(fx.Float64, 5)), random.New(1)), h, one, 500, 0.3).Blocks[0].(TriangularFactor).Q
	if low, least := q.Tril(-1).Abs().Max().Item(), q.Diagonal(0).Min().Item(); low != 0 || !(least > 0) {
		t.Errorf("Q has %v below the diagonal, and %v on it", low, least)
	}
	g := fitted(New(General{}, one(fx.Zeros(fx.Float64, 5)), random.New(1)), h, one, 500, 0.3).Blocks[0].(GeneralFactor)
	if off := g.Q.MatMul(g.Inverse).Sub(fx.Eye(fx.Float64, 5)).Abs().Max().Item(); !(off < 1e-10) {
		t.Errorf("the inverse is off by %v", off)
	}
	x := fitted(New(XMat{}, one(fx.Zeros(fx.Float64, 5)), random.New(1)), h, one, 500, 0.3).Blocks[0].(XMatFactor)
	if r := x.R.Float64s(); r[2] != 0 || r[0] == 0 {
		t.Errorf("the anti-diagonal is %v; its middle must be 0", r)
	}
}

// TestInvariance: with theta = A theta', h' = A'h and v' = A^-1 v, Q' = Q A^-T for
// ever, if A^-T is in the group: a lower triangular A for Triangular.
func TestInvariance(t *testing.T) {
	n := 5
	a := random.Normal(random.New(11), fx.Float64, n, n).Tril(-1).MulScalar(0.5).Add(fx.Eye(fx.Float64, n).MulScalar(1.5))
	inverse := fx.Inverse(a)
	p := New(Triangular{}, one(fx.Zeros(fx.Float64, n)), random.New(1)).Scaled(0.7)
	other := p
	other.Blocks = []Factor{TriangularFactor{p.Blocks[0].(TriangularFactor).Q.MatMul(inverse.T())}}
	h := symmetric(random.New(5), []float64{0.1, -1, 1, 10, 3})
	for i := range 40 {
		v := normal(random.New(uint64(100+i)), n)
		hv := h.MatMul(v)
		p = p.Update(one(v), one(hv), fx.Scalar(0.1))
		other = other.Update(one(inverse.MatMul(v)), one(a.T().MatMul(hv)), fx.Scalar(0.1))
		fx.Eval(p, other)
	}
	want := inverse.MatMul(p.Dense()).MatMul(inverse.T())
	if off := other.Dense().Sub(want).Abs().Max().Item() / want.Abs().Max().Item(); !(off < 1e-12) {
		t.Errorf("P' is off by %v of A^-1 P A^-T", off)
	}
}

// TestPairsLeftOut: pairs that are not finite change nothing and are counted; h = 0
// gives no scale, and later on it makes P larger by a bounded factor.
func TestPairsLeftOut(t *testing.T) {
	for name, f := range families() {
		for _, d := range []fx.DType{fx.Float32, fx.Float64} {
			like := func(x *fx.Array) []*fx.Array { return leaves(f, d, x) }
			v, h := like(normal(random.New(1), 10)), like(normal(random.New(2), 10))
			zero, nan := like(fx.Zeros(fx.Float64, 10)), like(fx.Full(fx.Float64, math.NaN(), 10))
			huge := like(fx.Full(fx.Float64, math.Inf(1), 10))
			step := fx.Scalar(0.1)
			p := New(f, like(fx.Zeros(fx.Float64, 10)), random.New(3))
			start := p.Dense()
			for i, bad := range []Preconditioner{p.Update(v, zero, step), p.Update(nan, h, step), p.Update(v, nan, step), p.Update(v, huge, step)} {
				if !same(bad.Dense(), start) || bad.Skipped.Item() != 1 || bad.Started[0].Bools()[0] {
					t.Errorf("%s, %v: bad pair %d changes P, or is not counted", name, d, i)
				}
			}
			p = p.Update(v, h, step)
			if p.Skipped.Item() != 0 || !p.Started[0].Bools()[0] || same(p.Dense(), start) {
				t.Fatalf("%s, %v: a good pair is left out", name, d)
			}
			for i, bad := range []Preconditioner{p.Update(nan, h, step), p.Update(v, nan, step)} {
				if !same(bad.Dense(), p.Dense()) || bad.Skipped.Item() != 1 {
					t.Errorf("%s, %v: pair %d after the start changes P, or is not counted", name, d, i)
				}
			}
			flat := p.Update(v, zero, step)
			before, after := p.Dense().Trace().Item(), flat.Dense().Trace().Item()
			if !(after > before && after < 2*before) || flat.Skipped.Item() != 0 {
				t.Errorf("%s, %v: the trace of P goes from %v to %v for h = 0", name, d, before, after)
			}
		}
	}
}

func same(a, b *fx.Array) bool { return a.Equal(b).All().Bools()[0] }

// TestCommonFactor: v and h may both carry the length of a finite difference.
func TestCommonFactor(t *testing.T) {
	for name, f := range families() {
		like := func(x *fx.Array) []*fx.Array { return leaves(f, fx.Float64, x) }
		for _, normalizer := range []Normalizer{SecondOrder, FirstOrder} {
			run := func(factor float64) *fx.Array {
				p := New(f, like(fx.Zeros(fx.Float64, 10)), random.New(3))
				p.Normalizer = normalizer
				for i := range 5 {
					keys := random.Split(random.New(uint64(i)), 2)
					p = p.Update(like(normal(keys[0], 10).MulScalar(factor)), like(normal(keys[1], 10).MulScalar(factor)), fx.Scalar(0.1))
				}
				return p.Dense()
			}
			a, b := run(1), run(0x1p-26)
			if d := a.Sub(b).Abs().Max().Item() / a.Abs().Max().Item(); !(d < 1e-12) {
				t.Errorf("%s, %v: a common factor changes P by %v", name, normalizer, d)
			}
		}
	}
}

// TestTransformations: compiled and plain have the same bits, a batch is a loop, and
// float32 is near float64.
func TestTransformations(t *testing.T) {
	type in struct {
		P    Preconditioner
		V, H []*fx.Array
	}
	step := func(x in) Preconditioner { return x.P.Update(x.V, x.H, fx.Scalar(0.1)) }
	for name, f := range families() {
		make := func(d fx.DType, seed uint64) in {
			keys := random.Split(random.New(seed), 3)
			p := New(f, leaves(f, d, fx.Zeros(fx.Float64, 10)), keys[2])
			return in{p, leaves(f, d, normal(keys[0], 10)), leaves(f, d, normal(keys[1], 10))}
		}
		x, y := make(fx.Float64, 1), make(fx.Float64, 2)
		plain, compiled := step(x), fx.Jit(step)(x)
		for i, a := range fx.Leaves(plain) {
			if !same(a, fx.Leaves(compiled)[i]) {
				t.Errorf("%s: compiled, array %d differs", name, i)
			}
		}
		both := fx.Jit(fx.Vmap(step))(fx.Map2(func(a, b *fx.Array) *fx.Array { return fx.Stack(0, a, b) }, x, y))
		for i, a := range fx.Leaves(step(y)) {
			if b := fx.Leaves(both)[i].Index(1); a.DType().IsFloat() && !(a.Sub(b).Abs().Max().Item() < 1e-12) || !a.DType().IsFloat() && !same(a, b) {
				t.Errorf("%s: array %d of a batch differs", name, i)
			}
		}
		small := step(make(fx.Float32, 1)).Dense()
		if small.DType() != fx.Float32 {
			t.Errorf("%s: P of float32 is %v", name, small.DType())
		}
		// The same random numbers but for U and V, which are small.
		if d := small.AsType(fx.Float64).Sub(plain.Dense()).Abs().Max().Item(); name != "low rank" && !(d < 1e-4) {
			t.Errorf("%s: float32 is off by %v", name, d)
		}
	}
}

func TestMistakes(t *testing.T) {
	v := one(fx.Zeros(fx.Float64, 4))
	key := random.New(0)
	p := New(Triangular{}, v, key)
	good := fx.Scalar(0.1)
	for _, c := range []struct {
		want string
		run  func()
	}{
		{"there is no family", func() { New(nil, v, key) }},
		{"there is no key", func() { New(XMat{}, v, nil) }},
		{"there are no arrays", func() { New(XMat{}, nil, key) }},
		{"array 0 is int32", func() { New(XMat{}, one(fx.Zeros(fx.Int32, 3)), key) }},
		{"one dtype", func() { New(XMat{}, []*fx.Array{v[0], v[0].AsType(fx.Float32)}, key) }},
		{"the rank is 0; it must be positive", func() { New(LowRank{}, v, key) }},
		{"rank 4 for 4 parameters; it must be less", func() { New(LowRank{4}, v, key) }},
		{"is negative", func() { New(Kronecker{-1}, v, key) }},
		{"a leaf has shape [4]; all must be matrices: reshape it", func() { New(NewKronecker(), v, key) }},
		{"the scale is 0", func() { p.Scaled(0) }},
		{"the scale is +Inf", func() { p.Scaled(math.Inf(1)) }},
		{"v has 1 arrays and h has 2", func() { p.Update(v, append(one(v[0]), v[0]), good) }},
		{"v has shape [4] and h [3]", func() { p.Update(v, one(fx.Zeros(fx.Float64, 3)), good) }},
		{"the step must be a float scalar", func() { p.Update(v, v, nil) }},
		{"Normalizer(7)", func() { p.Normalizer = 7; p.Update(v, v, good) }},
		{"0 arrays for a preconditioner of 1 blocks", func() { p.Apply(nil) }},
		{"2 arrays for a preconditioner of 1 blocks", func() {
			m := one(fx.Zeros(fx.Float64, 2, 2))
			New(NewKronecker(), m, key).Apply([]*fx.Array{m[0], m[0]})
		}},
		{"no key to choose", func() { LowRank{1}.Start(v[0], key).Update(v[0], v[0], Fit{Step: good}) }},
	} {
		fxtest.MustFail(t, c.want, c.run)
	}
	if got := fmt.Sprint(SecondOrder, FirstOrder, Normalizer(3)); got != "SecondOrder FirstOrder Normalizer(3)" {
		t.Error(got)
	}
}

// TestInConjugateGradients: a fitted P as the preconditioner of CG saves iterations.
func TestInConjugateGradients(t *testing.T) {
	values := make([]float64, 30)
	for i := range values {
		values[i] = math.Pow(10, 3*float64(i)/29-1.5)
	}
	h := symmetric(random.New(5), values)
	p := fitted(New(Triangular{}, one(fx.Zeros(fx.Float64, 30)), random.New(1)), h, one, 3000, 0.3)
	b := normal(random.New(6), 30)
	_, plain := linalg.CG[*fx.Array]{}.Solve(h.MatMul, b, nil)
	_, fast := linalg.CG[*fx.Array]{Precond: func(g *fx.Array) *fx.Array { return p.Apply(one(g))[0] }}.Solve(h.MatMul, b, nil)
	if n, m := plain.Iterations.Item(), fast.Iterations.Item(); !(m < n/2) {
		t.Errorf("%v iterations with P, %v without", m, n)
	}
}
