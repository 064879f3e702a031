package linalg

import "github.com/fluxion-go/fluxion/fx"

// Solve solves A(p, x) = b, where A is linear in x, and is differentiable in p
// and b, in forward and reverse mode and to any order: a derivative solves one
// more system with A or its adjoint, by the same method, instead of going
// through the iterations. With x = A(p)^-1 b,
//
//	dx = A^-1 (db - dA x),    b* = A^-T x*,    p* = -(d/dp A(p, x))' b*
//
// (the implicit function theorem; Blondel et al., "Efficient and Modular
// Implicit Differentiation", 2022, section 2.1). Derivatives are as exact as
// the solves are.
//
// A must reach what has a derivative, or is mapped by fx.Vmap, through p only;
// what else it captures counts as constant. The method's preconditioner may
// capture constants; if it depends on p, use SolveWith.
func Solve[P, T any](A func(p P, x T) T, p P, b T, method Solver[T]) (T, Report) {
	return SolveWith(A, p, b, func(P) Solver[T] { return method })
}

// SolveTransposed is Solve for A(p)' x = b.
func SolveTransposed[P, T any](A func(p P, x T) T, p P, b T, method Solver[T]) (T, Report) {
	if A == nil || method == nil {
		fail("SolveTransposed", "the operator or the method is nil")
	}
	return adjointPair(A, func(P) Solver[T] { return method }, b).adjoint.solve(p, b)
}

// SolveWith is Solve with a method that depends on p (through its
// preconditioner). The result's derivative does not depend on the method.
func SolveWith[P, T any](A func(p P, x T) T, p P, b T, method func(P) Solver[T]) (T, Report) {
	if A == nil || method == nil {
		fail("Solve", "the operator or the method is nil")
	}
	return adjointPair(A, method, b).solve(p, b)
}

// system is a parametrised operator with a method, and its adjoint.
type system[P, T any] struct {
	op      func(P, T) T
	method  func(P) Solver[T]
	adjoint *system[P, T]
}

// adjointPair makes the system and its adjoint, each of which is the other's.
func adjointPair[P, T any](A func(P, T) T, method func(P) Solver[T], like T) *system[P, T] {
	s := &system[P, T]{op: A, method: method}
	at := func(p P) (func(T) T, Solver[T]) {
		return method(p).Adjoint(func(x T) T { return A(p, x) }, like)
	}
	s.adjoint = &system[P, T]{
		op: func(p P, y T) T {
			f, _ := at(p)
			return f(y)
		},
		method: func(p P) Solver[T] {
			_, m := at(p)
			return m
		},
		adjoint: s,
	}
	return s
}

// solved is what the derivative of a solution depends on.
type solved[P, T any] struct {
	P    P
	B, X T
}

func (s *system[P, T]) solve(p P, b T) (T, Report) {
	// The iterations see no derivative; attach adds it afterwards.
	fixed := fx.StopGradient(p)
	var start T
	x, report := s.method(fixed).Solve(func(x T) T { return s.op(fixed, x) }, fx.StopGradient(b), start)
	return s.attach(solved[P, T]{p, b, fx.StopGradient(x)}), report
}

// attach is the solution a.X with its derivative in a.P and a.B.
func (s *system[P, T]) attach(a solved[P, T]) T {
	return fx.CustomVJP(
		func(a solved[P, T]) T { return a.X },
		func(a solved[P, T]) (T, solved[P, T]) { return a.X, a },
		func(a solved[P, T], ct T) solved[P, T] {
			// The solution again, as a function of p and b: for second derivatives.
			x := s.attach(a)
			lambda, _ := s.adjoint.solve(a.P, ct)
			_, pull := fx.VJP(func(p P) T { return s.op(p, x) }, a.P)
			return solved[P, T]{
				P: pull(fx.Map((*fx.Array).Neg, lambda)),
				B: lambda,
				X: ZerosLike(a.X),
			}
		})(a)
}
