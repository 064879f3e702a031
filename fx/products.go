package fx

import (
	"slices"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// Further products of arrays, of one float or complex dtype.

// VDot is the sum of products of two arrays of one shape, of which the first is
// conjugated: the inner product of complex vectors.
func (a *Array) VDot(b *Array) *Array { return a.Conj().Dot(b) }

// Inner sums the products along the last axis of both arrays; their other axes
// are those of the result, a's first.
func Inner(a, b *Array) *Array {
	x, y := samePair("Inner", a, b)
	if len(x.Shape) == 0 || len(y.Shape) == 0 || x.Shape[len(x.Shape)-1] != y.Shape[len(y.Shape)-1] {
		graph.Fail("Inner", "shapes %v and %v; their last axes must be of one size", x.Shape, y.Shape)
	}
	return wrap(graph.Dot(x, y, graph.DotAttrs{ContractX: []int{len(x.Shape) - 1}, ContractY: []int{len(y.Shape) - 1}}))
}

// Kron is the Kronecker product: every element of a times all of b, in a's
// places. The shorter of both shapes is filled up with ones at its front.
func Kron(a, b *Array) *Array {
	x, y := samePair("Kron", a, b)
	rank := max(len(x.Shape), len(y.Shape))
	for len(x.Shape) < rank {
		x = graph.Reshape(x, x.Shape.Prepend(1))
	}
	for len(y.Shape) < rank {
		y = graph.Reshape(y, y.Shape.Prepend(1))
	}
	var wide, flat graph.Shape // [x0, y0, x1, y1, ...], and merged
	var ax, ay []int
	for i := range rank {
		wide, flat = append(wide, x.Shape[i], y.Shape[i]), append(flat, x.Shape[i]*y.Shape[i])
		ax, ay = append(ax, 2*i), append(ay, 2*i+1)
	}
	checkShape("Kron", flat)
	return wrap(graph.Reshape(graph.Mul(graph.Broadcast(x, wide, ax), graph.Broadcast(y, wide, ay)), flat))
}

// Cross is the vector product along the last axis, of size 3; the other axes
// broadcast.
func Cross(a, b *Array) *Array {
	ns := []*graph.Node{a.node("Cross"), b.node("Cross")}
	for _, n := range ns {
		if len(n.Shape) == 0 || n.Shape[len(n.Shape)-1] != 3 {
			graph.Fail("Cross", "shapes %v and %v; their last axes must be of size 3", ns[0].Shape, ns[1].Shape)
		}
	}
	ns = match("Cross", a, b)
	x, y := wrap(ns[0]), wrap(ns[1])
	after, before := x.Roll(-1, -1), x.Roll(1, -1) // elements i+1 and i+2
	return after.Mul(y.Roll(1, -1)).Sub(before.Mul(y.Roll(-1, -1)))
}

// MatrixPower is the n-th power of square matrices, by repeated squaring; of
// negative n, the power of the inverse.
func MatrixPower(a *Array, n int) *Array {
	x := a.node("MatrixPower")
	needInexact("MatrixPower", x)
	k := len(x.Shape)
	if k < 2 || x.Shape[k-1] != x.Shape[k-2] {
		graph.Fail("MatrixPower", "the array has shape %v; it must be of square matrices", x.Shape)
	}
	if n < 0 {
		a, n = Inverse(a), -n
	}
	var power *Array
	for ; n > 0; n /= 2 {
		if n%2 == 1 {
			if power == nil {
				power = a
			} else {
				power = power.MatMul(a)
			}
		}
		if n > 1 {
			a = a.MatMul(a)
		}
	}
	if power == nil {
		return Eye(x.DType, x.Shape[k-1]).BroadcastTo(x.Shape...)
	}
	return power
}

// PolyVal is the polynomial c[0] x^(n-1) + ... + c[n-1] (numpy's order) of the
// vector c at each element of x, by Horner's rule.
func PolyVal(c, x *Array) *Array {
	p, n := samePair("PolyVal", c, x)
	if len(p.Shape) != 1 {
		graph.Fail("PolyVal", "the coefficients have shape %v; they must be a vector", p.Shape)
	}
	y := wrap(graph.Full(n.DType, 0, n.Shape))
	for i := range p.Shape[0] {
		y = y.Mul(x).Add(c.Index(i))
	}
	return y
}

// Convolve is the convolution of two float vectors, every product of elements
// added at the sum of their indices: of n and m elements, n+m-1. For long
// vectors, a product of transforms (RFFT) is faster and less exact.
func Convolve(a, b *Array) *Array {
	x, y := samePair("Convolve", a, b)
	needFloat("Convolve", x)
	if len(x.Shape) != 1 || len(y.Shape) != 1 || x.Shape[0] == 0 || y.Shape[0] == 0 {
		graph.Fail("Convolve", "shapes %v and %v; both must be vectors that are not empty", x.Shape, y.Shape)
	}
	if x.Shape[0] < y.Shape[0] {
		a, b, y = b, a, x
	}
	edge := y.Shape[0] - 1
	kernel := b.Flip().Reshape(-1, 1, 1)
	return Conv1D(a.ExpandDims(-1), kernel, ConvNDOptions{Padding: Edge{Low: []int{edge}, High: []int{edge}}}).Flatten()
}

// Cov is the covariance matrix of variables, the rows of a [variables,
// observations], divided by the number of observations minus ddof.
func Cov(a *Array, ddof int) *Array { return cov("Cov", a, ddof) }

func cov(op string, a *Array, ddof int) *Array {
	n := a.node(op)
	needInexact(op, n)
	if len(n.Shape) != 2 || n.Shape[1] <= ddof || n.Shape[1] == 0 {
		graph.Fail(op, "shape %v; it must be [variables, observations] with more than %d observations", n.Shape, ddof)
	}
	d := a.Sub(a.MeanKeep(1))
	return d.MatMul(d.Conj().T()).MulScalar(1 / float64(n.Shape[1]-ddof))
}

// CorrCoef is the matrix of correlation coefficients of variables, the rows of a
// float array [variables, observations].
func CorrCoef(a *Array) *Array {
	needFloat("CorrCoef", a.node("CorrCoef"))
	c := cov("CorrCoef", a, 0)
	s := c.Diagonal(0).Sqrt()
	return c.Div(s.ExpandDims(1)).Div(s.ExpandDims(0))
}

// Diff is the differences of neighbours along an axis, which gets shorter by 1.
func (a *Array) Diff(axis int) *Array {
	n := numeric("Diff", []*graph.Node{a.node("Diff")})[0]
	axis = checkAxis("Diff", axis, n)
	if n.Shape[axis] == 0 {
		return a
	}
	return a.SliceAxis(axis, 1, End).Sub(a.SliceAxis(axis, 0, n.Shape[axis]-1))
}

// Trapezoid is the integral along an axis by the trapezoidal rule, of samples at
// the distance dx.
func (a *Array) Trapezoid(dx float64, axis int) *Array {
	n := a.node("Trapezoid")
	needInexact("Trapezoid", n)
	axis = checkAxis("Trapezoid", axis, n)
	if n.Shape[axis] < 2 {
		return sum("Trapezoid", ZerosLike(a), []int{axis})
	}
	both := a.SliceAxis(axis, 1, End).Add(a.SliceAxis(axis, 0, n.Shape[axis]-1))
	return both.Sum(axis).MulScalar(dx / 2)
}

// BlockDiag is the matrix with the given matrices along its diagonal, and zeros
// elsewhere.
func BlockDiag(blocks ...*Array) *Array {
	if len(blocks) == 0 {
		graph.Fail("BlockDiag", "no arrays")
	}
	ns := nodes("BlockDiag", blocks)
	columns, at := 0, 0
	for _, n := range ns {
		if len(n.Shape) != 2 || n.DType != ns[0].DType {
			graph.Fail("BlockDiag", "blocks %v and %v; they must be matrices of one dtype", ns[0].Aval(), n.Aval())
		}
		columns += n.Shape[1]
	}
	rows := slices.Clone(blocks)
	for i, n := range ns {
		rows[i] = blocks[i].Pad(0, Padding{}, Padding{Before: at, After: columns - at - n.Shape[1]})
		at += n.Shape[1]
	}
	return Concatenate(0, rows...)
}
