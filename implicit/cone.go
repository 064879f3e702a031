package implicit

import "github.com/fluxion-go/fluxion/fx"

// ConeProgram is the problem
//
//	minimise C.x  subject to  B - A x in K
//
// for a closed convex cone K, with A [m, n], B [m] and C [n].
type ConeProgram struct{ A, B, C *fx.Array }

// Conic is a solution of a cone program: X [n], and Z = y - s [m], the difference
// of the multipliers y, in the dual cone, and the slacks s = B - A x, which are
// orthogonal to them. The projection of Z onto the dual cone is y.
type Conic struct{ X, Z *fx.Array }

// ConeResidual is the residual map of the homogeneous self-dual embedding of a
// cone program (Busseti, Moursi and Boyd, "Solution refinement at regular points
// of conic problems", 2019), at its solutions, where the homogenising variable can
// be held at 1:
//
//	A' y + C,   B - A x - s   for  y = dual(Z), s = y - Z.
//
// dual projects onto the dual cone of K: project.NonNegative for inequalities, the
// identity for equalities, project.SecondOrderCone for itself. Its roots are the
// solutions; their derivative exists where the projection has one and the program
// has a unique solution.
func ConeResidual(dual func(z *fx.Array) *fx.Array) func(z Conic, p ConeProgram) Conic {
	if dual == nil {
		fail("ConeResidual", "the projection is nil")
	}
	return func(z Conic, p ConeProgram) Conic {
		y := dual(z.Z)
		return Conic{p.A.T().MatMul(y).Add(p.C), p.B.Sub(p.A.MatMul(z.X)).Sub(y.Sub(z.Z))}
	}
}
