package linalg

import "github.com/fluxion-go/fluxion/fx"

// LSMR is the method of Fong and Saunders, "LSMR: An iterative algorithm for
// sparse least-squares problems", 2011: MINRES on the normal equations, built
// on Golub-Kahan bidiagonalisation, so that A'A is never applied as one
// operator. As a Solver it takes any square operator, singular ones included:
// it is the safe choice where nothing is known. It costs a product with A and
// one with A' (by reverse mode) an iteration, and converges like the condition
// number.
//
// It stops with Converged once the residual is small, and with Inconsistent
// once |A'r| is: the system then has no solution.
type LSMR[T any] struct {
	Tol       float64 // stop at |r| <= max(Tol |b|, AbsTol); 0 means 1e-5 in float32, 1e-10 in float64
	AbsTol    float64 // 0 by default
	NormalTol float64 // stop at |A'r| <= NormalTol |A| |r|; 0 means Tol's default
	MaxIter   int     // 0 means ten times the number of unknowns
	Damp      float64 // of LeastSquares only: it minimises |Ax-b|^2 + Damp^2 |x|^2
}

// lsmrState holds the symbols of the paper's section 2.7 and, from betadd on,
// what the estimate of the residual's norm needs (section 3.2).
type lsmrState struct {
	x, u, v, h, hbar                          *fx.Array
	alpha, alphabar, rho, rhobar, cbar, sbar  *fx.Array
	zeta, zetabar                             *fx.Array
	betadd, betad, rhod, tau, thetatilde, dsq *fx.Array
	normA2, norm, k, status                   *fx.Array
}

// lsmr runs the iterations on x -> a x, y -> at y from the residual r.
func lsmr(a, at func(*fx.Array) *fx.Array, r, x, damp, normalTol *fx.Array, goOn func(k, status, norm *fx.Array) *fx.Array) lsmrState {
	zero, one := fx.ZerosLike(damp), fx.OnesLike(damp)
	u, beta := unit(r)
	v, alpha := unit(at(u))
	return fx.While(
		func(s lsmrState) *fx.Array {
			return goOn(s.k, s.status, s.norm).And(s.zetabar.Abs().Greater(normalTol.Mul(s.normA2.Sqrt()).Mul(s.norm)))
		},
		func(s lsmrState) lsmrState {
			n := s
			var beta, c, sn, chat, shat, alphahat *fx.Array
			n.u, beta = unit(a(s.v).Sub(s.alpha.Mul(s.u)))
			n.v, n.alpha = unit(at(n.u).Sub(beta.Mul(s.v)))
			chat, shat, alphahat = rotation(s.alphabar, damp)
			c, sn, n.rho = rotation(alphahat, beta)
			theta := sn.Mul(n.alpha)
			n.alphabar = c.Mul(n.alpha)
			thetabar := s.sbar.Mul(n.rho)
			n.cbar, n.sbar, n.rhobar = rotation(s.cbar.Mul(n.rho), theta)
			n.zeta = n.cbar.Mul(s.zetabar)
			n.zetabar = n.sbar.Mul(s.zetabar).Neg()

			n.hbar = s.h.Sub(thetabar.Mul(n.rho).Div(s.rho.Mul(s.rhobar)).Mul(s.hbar))
			step := n.rho.Mul(n.rhobar)
			broken := step.Equal(zero)
			n.x = s.x.Add(fx.Where(broken, zero, n.zeta.Div(step)).Mul(n.hbar))
			n.h = n.v.Sub(theta.Div(fx.Where(broken, one, n.rho)).Mul(s.h))

			acute, check := chat.Mul(s.betadd), shat.Mul(s.betadd)
			n.betadd = sn.Mul(acute).Neg()
			ct, st, rt := rotation(s.rhod, thetabar)
			n.thetatilde = st.Mul(n.rhobar)
			n.rhod = ct.Mul(n.rhobar)
			n.betad = ct.Mul(c.Mul(acute)).Sub(st.Mul(s.betad))
			n.tau = s.zeta.Sub(s.thetatilde.Mul(s.tau)).Div(rt)
			taud := n.zeta.Sub(n.thetatilde.Mul(n.tau)).Div(fx.Where(n.rhod.Equal(zero), one, n.rhod))
			n.dsq = s.dsq.Add(check.Square())
			n.norm = n.dsq.Add(n.betad.Sub(taud).Square()).Add(n.betadd.Square()).Sqrt()

			n.normA2 = s.normA2.Add(beta.Square()).Add(n.alpha.Square())
			n.k = s.k.AddScalar(1)
			n.status = pick(broken, Inconsistent, s.status)
			return n
		},
		lsmrState{
			x: x, u: u, v: v, h: v, hbar: fx.ZerosLike(v),
			alpha: alpha, alphabar: alpha, rho: one, rhobar: one, cbar: one, sbar: zero,
			zeta: zero, zetabar: alpha.Mul(beta),
			betadd: beta, betad: zero, rhod: one, tau: zero, thetatilde: zero, dsq: zero,
			normA2: alpha.Square(), norm: beta, k: count(), status: code(Running),
		})
}

// unit is a vector scaled to length 1, and its length; a zero vector stays.
func unit(v *fx.Array) (*fx.Array, *fx.Array) {
	n := v.Norm()
	return v.Div(fx.Where(n.Equal(fx.ZerosLike(n)), fx.OnesLike(n), n)), n
}

// rotation is the Givens rotation that turns (a, b) into (r, 0).
func rotation(a, b *fx.Array) (c, s, r *fx.Array) {
	r = a.Square().Add(b.Square()).Sqrt()
	none := r.Equal(fx.ZerosLike(r))
	d := fx.Where(none, fx.OnesLike(r), r)
	return fx.Where(none, fx.OnesLike(r), a.Div(d)), b.Div(d), r
}

func (m LSMR[T]) normalTol(d fx.DType) *fx.Array {
	tol := m.NormalTol
	if tol == 0 {
		tol = m.Tol
	}
	return fx.Full(d, relTol("LSMR", d, tol))
}

// Solve is Solver's. Damp must be 0: a damped solution does not solve the system.
func (m LSMR[T]) Solve(A func(T) T, b, x0 T) (T, Report) {
	if m.Damp != 0 {
		fail("LSMR", "Damp is %v; only LeastSquares takes it", m.Damp)
	}
	pb := newProblem("LSMR", A, b, x0, m.Tol, m.AbsTol, m.MaxIter)
	s := lsmr(pb.a, Transpose(pb.a, pb.b), pb.r, pb.x, pb.scalar(0), m.normalTol(pb.dtype), pb.goOn)
	solved := s.norm.LessEqual(pb.target)
	gaveUp := s.k.Less(pb.maxIter).And(solved.Not())
	return pb.finish(s.x, s.k, pick(gaveUp, Inconsistent, s.status), s.norm, true)
}

// Adjoint is Solver's.
func (m LSMR[T]) Adjoint(A func(T) T, like T) (func(T) T, Solver[T]) { return Transpose(A, like), m }

// LeastSquares minimises |A x - b|^2 + Damp^2 |x|^2 over trees x like `like`,
// for a linear A between any two spaces, by LSMR. Among several minimisers it
// takes the smallest. The report's Residual is |A'r - Damp^2 x|, which is zero
// at a minimiser, and its Target is (NormalTol |r| + Tol |b|) |A|, with |A|
// estimated in the Frobenius norm.
func LeastSquares[X, Y any](A func(X) Y, b Y, like X, m LSMR[X]) (X, Report) {
	const op = "LeastSquares"
	if A == nil {
		fail(op, "the operator is nil")
	}
	rhs, unravelB := ravel(op, b)
	x0, unravel := ravel(op, like)
	if rhs.DType() != x0.DType() {
		fail(op, "the right-hand side is %v and the unknowns are %v", rhs.DType(), x0.DType())
	}
	d := x0.DType()
	a := func(x *fx.Array) *fx.Array {
		y := A(unravel(x))
		sameFloats(op, "the operator's result", y, b)
		v, _ := ravel(op, y)
		return v
	}
	back := Transpose(A, like)
	at := func(y *fx.Array) *fx.Array {
		v, _ := ravel(op, back(unravelB(y)))
		return v
	}
	damp := fx.Full(d, nonNegative(op, "Damp", m.Damp))
	target := rhs.Norm().MulScalar(relTol(op, d, m.Tol)).Maximum(fx.Full(d, nonNegative(op, "AbsTol", m.AbsTol)))
	limit := fx.Scalar(int32(iterations(op, m.MaxIter, 10*x0.Size())))
	s := lsmr(a, at, rhs, fx.ZerosLike(x0), damp, m.normalTol(d), func(k, status, norm *fx.Array) *fx.Array {
		return k.Less(limit).And(is(status, Running)).And(norm.Greater(target))
	})
	r := rhs.Sub(a(s.x))
	normal := at(r).Sub(damp.Square().Mul(s.x)).Norm()
	goal := m.normalTol(d).Mul(r.Square().Sum().Add(damp.Square().Mul(s.x.Square().Sum())).Sqrt()).Add(target).Mul(s.normA2.Sqrt())
	status := pick(s.k.Less(limit).Or(normal.LessEqual(goal)), Converged, code(MaxIterations))
	status = pick(normal.Greater(goal.MulScalar(10)).And(is(status, Converged)), Stagnated, status)
	status = pick(normal.IsFinite().Not(), NonFinite, status)
	return unravel(s.x), Report{Method: op, Iterations: s.k, Residual: normal, Target: goal, Code: status}
}
