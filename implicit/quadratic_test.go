package implicit

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/linalg"
)

// randomQP is a program with e equalities and m inequalities, of which some hold
// with equality at the solution. The point random(seed+4) is feasible.
func randomQP(seed uint64, n, e, m int) linalg.QP {
	q := random(seed, n, n)
	p := linalg.QP{H: q.T().MatMul(q).Add(fx.Eye(fx.Float64, n)), C: random(seed+1, n).MulScalar(3)}
	inside := random(seed+4, n).MulScalar(0.3)
	if e > 0 {
		p.Eq = random(seed+2, e, n)
		p.EqB = p.Eq.MatMul(inside)
	}
	if m > 0 {
		p.In = random(seed+3, m, n)
		p.InB = p.In.MatMul(inside).Add(random(seed+5, m).Abs().MulScalar(0.3))
	}
	return p
}

var tightOSQP = OSQP{Stop: Stop{Tol: 1e-10, MaxIter: 20000}}

func TestQuadraticPrograms(t *testing.T) {
	solve := QuadraticProgram(tightOSQP)
	active := 0
	for seed := range uint64(12) {
		for _, size := range [][3]int{{4, 1, 3}, {6, 2, 0}, {5, 0, 7}, {3, 0, 0}} {
			p := randomQP(100*seed, size[0], size[1], size[2])
			want, err := p.Solve()
			if err != nil {
				t.Fatal(err)
			}
			got, r := solve(p)
			if err := r.Err(); err != nil {
				t.Errorf("seed %d %v: %v", seed, size, err)
			}
			fxtest.MustBeNear(t, "x", got.X.Float64s(), want.X.Float64s(), 1e-8)
			if size[1] > 0 {
				fxtest.MustBeNear(t, "nu", got.Nu.Float64s(), want.Y.Float64s(), 1e-7)
			}
			if size[2] > 0 {
				fxtest.MustBeNear(t, "la", got.La.Float64s(), want.Z.Float64s(), 1e-7)
				active += len(want.Active)
				g := func(x vec, p linalg.QP) vec { return p.In.MatMul(x).Sub(p.InB) }
				if margin := Complementarity(g, got, p).Item(); !(margin > 0) {
					t.Errorf("seed %d %v: margin %v", seed, size, margin)
				}
			} else {
				eq := EqQP(p)
				fxtest.MustBeNear(t, "EqQP", eq.X.Float64s(), want.X.Float64s(), 1e-10)
			}
		}
	}
	if active < 20 {
		t.Errorf("only %d constraints were active", active)
	}
}

// Derivatives in all data against differences of the host's solver, and against
// the formula: the program with its active constraints as equalities.
func TestQuadraticProgramDerivatives(t *testing.T) {
	solve := QuadraticProgram(tightOSQP)
	x := func(p linalg.QP) vec { s, _ := solve(p); return s.X }
	f := func(p linalg.QP) vec { return x(p).Sin().Sum() }
	for seed := range uint64(4) {
		p, d := randomQP(1000+100*seed, 5, 1, 6), randomQP(7+seed, 5, 1, 6)
		d.H = d.H.Add(d.H.T())
		const h = 1e-6
		at := func(h float64) float64 {
			s, err := linalg.Axpy(fx.Const(h), d, p).Solve()
			if err != nil {
				t.Fatal(err)
			}
			return s.X.Sin().Sum().Item()
		}
		numeric := (at(h) - at(-h)) / (2 * h)
		_, forward := fx.JVP(f, p, d)
		fxtest.MustBeNear(t, "forward", forward.Float64s(), []float64{numeric}, 1e-6)
		g := fx.Grad(f)(p)
		fxtest.MustBeNear(t, "reverse", linalg.Dot(g, d).Float64s(), forward.Float64s(), 1e-9)
		fxtest.MustBeNear(t, "compiled", fx.Jit(fx.Grad(f))(p).C.Float64s(), g.C.Float64s(), 1e-9)

		host, _ := p.Solve()
		rows := []vec{p.Eq}
		bounds := []vec{p.EqB}
		for _, i := range host.Active {
			rows, bounds = append(rows, p.In.SliceAxis(0, i, i+1)), append(bounds, p.InB.SliceAxis(0, i, i+1))
		}
		formula := func(c vec) vec {
			return EqQP(linalg.QP{H: p.H, C: c, Eq: fx.Concatenate(0, rows...), EqB: fx.Concatenate(0, bounds...)}).X
		}
		fxtest.MustBeNear(t, "formula", fx.JacRev(func(c vec) vec { q := p; q.C = c; return x(q) })(p.C).Float64s(), fx.JacFwd(formula)(p.C).Float64s(), 1e-8)
	}
	p := randomQP(5000, 4, 1, 3)
	cs := random(5, 3, 4).MulScalar(2)
	batch := fx.Vmap(func(c vec) vec { q := p; q.C = c; return fx.Grad(f)(q).C })(cs)
	for i := range 3 {
		q := p
		q.C = cs.Index(i)
		fxtest.MustBeNear(t, "batched", batch.Index(i).Float64s(), fx.Grad(f)(q).C.Float64s(), 1e-8)
	}
}

func TestDegeneratePrograms(t *testing.T) {
	one := fx.Ones(fx.Float64, 1)
	// min x^2/2 with x <= 0: active, without a multiplier.
	p := linalg.QP{H: fx.Eye(fx.Float64, 1), C: one.MulScalar(0), In: fx.Ones(fx.Float64, 1, 1), InB: one.MulScalar(0)}
	s, r := QuadraticProgram(OSQP{})(p)
	g := func(x vec, p linalg.QP) vec { return p.In.MatMul(x).Sub(p.InB) }
	if r.Err() != nil || Complementarity(g, s, p).Item() > 1e-9 {
		t.Errorf("%v, margin %v", r, Complementarity(g, s, p))
	}
	// Contradictory constraints: no convergence.
	p = linalg.QP{H: fx.Eye(fx.Float64, 1), C: one, In: fx.New([]float64{1, -1}, 2, 1), InB: fx.New([]float64{-1, -1})}
	if _, r := (OSQP{Stop: Stop{MaxIter: 500}}).Solve(Primal[vec]{X: one}, p); r.Err() == nil {
		t.Error(r)
	}
	fxtest.MustFail(t, "has inequalities", func() { EqQP(p) })
	fxtest.MustFail(t, "H must be [n, n] and C [n]", func() { EqQP(linalg.QP{H: one, C: one}) })
	fxtest.MustFail(t, "In and its bounds must be [m, 1] and [m]", func() { QuadraticProgram(OSQP{})(linalg.QP{H: p.H, C: one, In: p.In}) })
	fxtest.MustFail(t, "Relaxation 2", func() { OSQP{Relaxation: 2}.Solve(Primal[vec]{X: one}, p) })
	fxtest.MustFail(t, "no inequalities", func() { Complementarity[vec, vec](nil, Primal[vec]{}, one) })
}
