package symmetry

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

// LevelSet searches whole level sets of a function of few variables whose sublevel
// sets are star-shaped around a centre, such as those of a convex function around
// its minimiser: each ray from the centre meets a level once.
type LevelSet struct {
	Centre *fx.Array // [d]
	// Rays are the directions to search, [n, d], not zero; Circle makes them in
	// the plane. In d dimensions it takes (1/angle)^(d-1) of them to come within
	// an angle of every direction.
	Rays *fx.Array
}

// Circle is n directions in the plane, evenly around from (1, 0): [n, 2], float64.
func Circle(n int) *fx.Array {
	if n < 1 {
		fail("Circle", "%d directions; there must be one at least", n)
	}
	angle := fx.Arange(fx.Float64, n).MulScalar(2 * math.Pi / float64(n))
	return fx.Stack(1, angle.Cos(), angle.Sin())
}

// Limits of the search along a ray: from the distance of w doubled or halved, and
// then bisected, which in float64 ends at neighbouring numbers.
const (
	doublings  = 200
	bisections = 64
)

// Points are the places on the rays where f is f(w), or the last below it, [n, d].
// NaN stands for rays on which f stays below that level, as far as 2^200 times the
// distance of w.
func (l LevelSet) Points(f optim.Loss[*fx.Array], w *fx.Array) *fx.Array {
	l.check("LevelSet", w)
	level := f(w)
	checkScalar("LevelSet", "the function", level)
	from := w.Sub(l.Centre).Norm()
	return fx.Vmap(func(ray *fx.Array) *fx.Array {
		at := func(r *fx.Array) *fx.Array { return l.Centre.Add(ray.Mul(r.Div(ray.Norm()))) }
		below := func(r *fx.Array) *fx.Array { return f(at(r)).LessEqual(level) }
		type reach struct{ High, Count *fx.Array }
		far := fx.While(func(s reach) *fx.Array {
			return below(s.High).And(s.Count.Less(fx.Scalar(int32(doublings))))
		}, func(s reach) reach { return reach{s.High.MulScalar(2), s.Count.AddScalar(1)} }, reach{from, fx.Scalar(int32(0))})
		type bracket struct{ Low, High *fx.Array }
		b, _ := fx.Scan(func(b bracket, _ struct{}) (bracket, struct{}) {
			middle := b.Low.Add(b.High).MulScalar(0.5)
			in := below(middle)
			return bracket{fx.Where(in, middle, b.Low), fx.Where(in, b.High, middle)}, struct{}{}
		}, bracket{fx.ZerosLike(from), far.High}, struct{}{}, fx.Length(bisections))
		return fx.Where(below(far.High), fx.FullLike(ray, math.NaN()), at(b.Low))
	})(l.Rays)
}

// Move is the point of f's level set through w, of those on the rays and w itself,
// at which the objective is largest, or smallest for Min. The value of f there is
// that at w or, by rounding, less. At the centre itself it stays. It evaluates
// nothing; compile it with fx.Jit.
func (l LevelSet) Move(f optim.Loss[*fx.Array], objective Objective[*fx.Array], d Direction, w *fx.Array) *fx.Array {
	points := fx.Concatenate(0, w.ExpandDims(0), l.Points(f, w))
	values := fx.Vmap(func(x *fx.Array) *fx.Array {
		v := objective(f, x)
		checkScalar("LevelSet", "the objective", v)
		return v
	})(points)
	if d == Min {
		values = values.Neg()
	}
	values = fx.Where(values.IsNaN(), fx.FullLike(values, math.Inf(-1)), values)
	return points.Take(values.ArgMax(0), 0)
}

func (l LevelSet) check(op string, w *fx.Array) {
	switch {
	case w == nil || w.NDim() != 1 || !w.DType().IsFloat():
		fail(op, "the point is %s; it must be a vector of floats", describe(w))
	case l.Centre == nil || l.Centre.NDim() != 1 || l.Centre.Dim(0) != w.Dim(0) || l.Centre.DType() != w.DType():
		fail(op, "the centre is %s; it must be like the point, %s", describe(l.Centre), describe(w))
	case l.Rays == nil || l.Rays.NDim() != 2 || l.Rays.Dim(0) == 0 || l.Rays.Dim(1) != w.Dim(0) || l.Rays.DType() != w.DType():
		fail(op, "the rays are %s; they must be %v[n, %d]", describe(l.Rays), w.DType(), w.Dim(0))
	}
}

// QuadraticTop is the point of the level set of f(x) = (x-c)' H (x-c) / 2 through w
// at which the gradient is largest: along the eigenvector v of the largest
// eigenvalue,
//
//	c + s sqrt(2 f(w) / lambda_max) v,  s the sign of <v, w-c>, or 1
//
// H is symmetric positive semidefinite [d, d]; w and c are [d]. One such teleport is
// enough: gradient flow stays on that line, where the gradient remains the largest
// of each level (Zhao et al. 2022).
func QuadraticTop(h, c, w *fx.Array) *fx.Array {
	if h == nil || w == nil || c == nil || h.NDim() != 2 || w.NDim() != 1 || h.Dim(0) != h.Dim(1) || h.Dim(0) != w.Dim(0) || c.NDim() != 1 || c.Dim(0) != w.Dim(0) {
		fail("QuadraticTop", "the matrix is %s, the minimiser %s and the point %s; they must be [d, d], [d] and [d]", describe(h), describe(c), describe(w))
	}
	values, vectors := fx.Eigh(h)
	v, far := vectors.SliceAxis(1, -1, fx.End).Squeeze(1), w.Sub(c)
	twice := far.Dot(h.MatMul(far))
	sign := fx.Where(v.Dot(far).Less(fx.Const(0)), fx.Full(w.DType(), -1), fx.Ones(w.DType()))
	return c.Add(v.Mul(sign.Mul(twice.Div(values.Index(-1)).Sqrt())))
}
