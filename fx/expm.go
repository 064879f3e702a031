package fx

import "math"

// maxSquarings bounds Expm's scaling: matrices of norm up to 2^16 times the
// Pade approximant's radius.
const maxSquarings = 16

// Expm is the exponential of square matrices [..., n, n], by scaling and
// squaring with the Pade approximant of order 13 (Higham 2005). A matrix whose
// 1-norm exceeds about 350,000 gives NaN.
func Expm(a *Array) *Array {
	n := matrices("Expm", a, true)
	const radius = 5.371920351148152 // theta_13 of Higham's table 2.3
	norm := a.Abs().SumKeep(-2).MaxKeep(-1).StopGradient()
	// Halvings until the norm is within the radius, counted without logarithms.
	count, scale := ZerosLike(norm), OnesLike(norm)
	for range maxSquarings {
		more := norm.Mul(scale).Greater(Const(radius))
		count = count.Add(more.AsType(n.DType))
		scale = scale.Mul(Where(more, FullLike(norm, 0.5), OnesLike(norm)))
	}
	scale = Where(norm.Mul(scale).LessEqual(Const(radius)), scale, FullLike(scale, math.NaN()))
	x := pade13(a.Mul(scale), Eye(n.DType, n.Shape[len(n.Shape)-1]))
	for k := range maxSquarings {
		again := count.Greater(Const(float64(k)))
		// What is not squared any more must stay finite for its derivative.
		y := Where(again, x, ZerosLike(x))
		x = Where(again, y.MatMul(y), x)
	}
	return x
}

// pade13 is the [13/13] approximant: (V-U)^-1 (V+U), with odd part U and even
// part V (Higham 2005, equations 2.8 to 2.10).
func pade13(a, eye *Array) *Array {
	b := [14]float64{64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
		10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}
	a2 := a.MatMul(a)
	a4 := a2.MatMul(a2)
	a6 := a4.MatMul(a2)
	even := func(c0, c2, c4, c6, h2, h4, h6 float64) *Array {
		high := a6.MatMul(a6.MulScalar(h6).Add(a4.MulScalar(h4)).Add(a2.MulScalar(h2)))
		return high.Add(a6.MulScalar(c6)).Add(a4.MulScalar(c4)).Add(a2.MulScalar(c2)).Add(eye.MulScalar(c0))
	}
	u := a.MatMul(even(b[1], b[3], b[5], b[7], b[9], b[11], b[13]))
	v := even(b[0], b[2], b[4], b[6], b[8], b[10], b[12])
	return Solve(v.Sub(u), v.Add(u))
}
