package inducedmetric

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study/classify"
)

// polynomialSeed chooses the polynomial and the points, the same for all seeds.
const polynomialSeed = 48

// exponents are those of all monomials up to a degree, in order.
func exponents(variables, degree int) [][]int32 {
	if variables == 0 {
		return [][]int32{nil}
	}
	var all [][]int32
	for first := 0; first <= degree; first++ {
		for _, rest := range exponents(variables-1, degree-first) {
			all = append(all, append([]int32{int32(first)}, rest...))
		}
	}
	return all
}

// evaluate is the polynomial with the coefficients of the monomials, [m], at points
// [n, variables]: [n].
func evaluate(coefficients, x *fx.Array, monomials [][]int32, degree int) *fx.Array {
	powers := []*fx.Array{fx.OnesLike(x)} // [n, variables] each
	for range degree {
		powers = append(powers, powers[len(powers)-1].Mul(x))
	}
	all := fx.Stack(2, powers...)
	var terms *fx.Array // [n, m]
	for j := range x.Dim(1) {
		column := make([]int32, len(monomials))
		for i, e := range monomials {
			column[i] = e[j]
		}
		factor := all.Take(fx.Scalar(int32(j)), 1).Take(fx.New(column), 1)
		if terms == nil {
			terms = factor
		} else {
			terms = terms.Mul(factor)
		}
	}
	return terms.MatMul(coefficients)
}

// sets are points of independent normal coordinates with the values of a polynomial
// whose coefficients are normal, too; values have mean 0 and variance 1.
func (t polynomials) sets() *classify.Sets {
	keys := random.Split(random.New(polynomialSeed), 2)
	monomials := exponents(polynomialInputs, t.degree)
	x := random.Normal(keys[0], fx.Float64, t.train+t.test, polynomialInputs)
	y := evaluate(random.Normal(keys[1], fx.Float64, len(monomials)), x, monomials, t.degree)
	y = y.Sub(y.Mean()).Div(y.Std())
	all := classify.Images{Pixels: x.AsType(fx.Float32), Labels: y.AsType(fx.Float32)}
	fx.Eval(all)
	return &classify.Sets{Train: all.Slice(0, t.train), Test: all.Slice(t.train, t.train+t.test)}
}
