package cpu

import (
	"math"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// tile is the number of elements that an element-wise loop handles at a time:
// a few operands of this many float64s stay in the first-level cache.
const tile = 1024

// parallelFrom is the number of elements below which one thread is faster.
const parallelFrom = 16 * 1024

var unaryKernels = map[*graph.Prim]kernel.Unary{}
var binaryKernels = map[*graph.Prim]kernel.Binary{}
var compareKernels = map[*graph.Prim]kernel.Compare{}

func init() {
	unaryKernels = map[*graph.Prim]kernel.Unary{
		graph.NegP: kernel.Neg, graph.AbsP: kernel.Abs, graph.SignP: kernel.Sign, graph.FloorP: kernel.Floor,
		graph.CeilP: kernel.Ceil, graph.RoundP: kernel.Round, graph.SqrtP: kernel.Sqrt, graph.RsqrtP: kernel.Rsqrt,
		graph.ExpP: kernel.Exp, graph.Expm1P: kernel.Expm1, graph.LogP: kernel.Log, graph.Log1pP: kernel.Log1p,
		graph.SinP: kernel.Sin, graph.CosP: kernel.Cos, graph.TanP: kernel.Tan, graph.AsinP: kernel.Asin,
		graph.AcosP: kernel.Acos, graph.AtanP: kernel.Atan, graph.SinhP: kernel.Sinh, graph.CoshP: kernel.Cosh,
		graph.TanhP: kernel.Tanh, graph.AsinhP: kernel.Asinh, graph.AcoshP: kernel.Acosh, graph.AtanhP: kernel.Atanh,
		graph.LogisticP: kernel.Logistic, graph.ErfP: kernel.Erf, graph.ErfcP: kernel.Erfc, graph.ErfInvP: kernel.ErfInv,
	}
	binaryKernels = map[*graph.Prim]kernel.Binary{
		graph.AddP: kernel.Add, graph.SubP: kernel.Sub, graph.MulP: kernel.Mul, graph.DivP: kernel.Div,
		graph.MaxP: kernel.Max, graph.MinP: kernel.Min, graph.PowP: kernel.Pow, graph.Atan2P: kernel.Atan2, graph.RemP: kernel.Rem,
	}
	compareKernels = map[*graph.Prim]kernel.Compare{
		graph.EqP: kernel.Eq, graph.NeP: kernel.Ne, graph.LtP: kernel.Lt, graph.LeP: kernel.Le, graph.GtP: kernel.Gt, graph.GeP: kernel.Ge,
	}
}

// tileFunc computes one run of an element-wise op. The views have the run's
// length.
type tileFunc func(dst view, src []view)

// view is a run of elements of any type, as raw memory.
type view = *graph.Buffer

// elementwise finds the loop of an element-wise op for its types.
func (e *Engine) elementwise(op *graph.Op) tileFunc {
	p, d := op.Prim, op.Ins[0].DType
	if p == graph.SelectP {
		d = op.Ins[1].DType
	}
	switch p {
	case graph.Identity, graph.StopGradientP, graph.BarrierP, graph.BitcastP:
		return func(dst view, src []view) { copy(dst.Bytes(), src[0].Bytes()) }
	case graph.ConvertP:
		return convertLoop(op.Ins[0].DType, op.Attrs.(graph.DType))
	case graph.RealP, graph.ImagP, graph.ComplexP:
		return partLoop(p, d)
	case graph.IsFiniteP:
		if d == graph.Float32 {
			return isFiniteLoop[float32]
		}
		return isFiniteLoop[float64]
	}
	switch d {
	case graph.Float32:
		return floatLoop(p, &e.set.F32)
	case graph.Float64:
		return floatLoop(p, &e.set.F64)
	case graph.Complex64:
		return complexLoop(p, &e.set.F32)
	case graph.Complex128:
		return complexLoop(p, &e.set.F64)
	case graph.Bool:
		return boolLoop(p)
	case graph.Uint8:
		return intLoop[uint8](p)
	case graph.Uint32:
		return intLoop[uint32](p)
	case graph.Int32:
		return intLoop[int32](p)
	}
	return intLoop[int64](p)
}

func floatLoop[T float32 | float64](p *graph.Prim, k *kernel.Floats[T]) tileFunc {
	if u, ok := unaryKernels[p]; ok {
		f := k.Unary[u]
		return func(dst view, src []view) { f(graph.Elems[T](dst), graph.Elems[T](src[0])) }
	}
	if b, ok := binaryKernels[p]; ok {
		f := k.Binary[b]
		return func(dst view, src []view) { f(graph.Elems[T](dst), graph.Elems[T](src[0]), graph.Elems[T](src[1])) }
	}
	if c, ok := compareKernels[p]; ok {
		f := k.Compare[c]
		return func(dst view, src []view) {
			f(graph.Elems[uint8](dst), graph.Elems[T](src[0]), graph.Elems[T](src[1]))
		}
	}
	if p == graph.SelectP {
		return func(dst view, src []view) {
			k.Select(graph.Elems[T](dst), graph.Elems[uint8](src[0]), graph.Elems[T](src[1]), graph.Elems[T](src[2]))
		}
	}
	panic("cpu: no float loop for " + p.Name)
}

func isFiniteLoop[T float32 | float64](dst view, src []view) {
	d, x := graph.View[uint8](dst), graph.View[T](src[0])
	for i, v := range x {
		d[i] = b2u(v-v == 0)
	}
}

func b2u(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// convertLoop converts between any two element types.
func convertLoop(from, to graph.DType) tileFunc {
	switch from {
	case graph.Complex64:
		return convertComplex[float32](to)
	case graph.Complex128:
		return convertComplex[float64](to)
	case graph.Bool, graph.Uint8:
		return convertFrom[uint8](to)
	case graph.Uint32:
		return convertFrom[uint32](to)
	case graph.Int32:
		return convertFrom[int32](to)
	case graph.Int64:
		return convertFrom[int64](to)
	case graph.Float32:
		return convertFrom[float32](to)
	}
	return convertFrom[float64](to)
}

func convertFrom[S number](to graph.DType) tileFunc {
	switch to {
	case graph.Bool:
		return func(dst view, src []view) {
			d, x := graph.View[uint8](dst), graph.View[S](src[0])
			for i, v := range x {
				d[i] = b2u(v != 0)
			}
		}
	case graph.Uint8:
		return convertTo[S, uint8](0, math.MaxUint8)
	case graph.Uint32:
		return convertTo[S, uint32](0, math.MaxUint32)
	case graph.Int32:
		return convertTo[S, int32](math.MinInt32, math.MaxInt32)
	case graph.Int64:
		return convertTo[S, int64](math.MinInt64, math.MaxInt64)
	case graph.Float32:
		return convertTo[S, float32](0, 0)
	case graph.Complex64:
		return withoutImag[S, float32]
	case graph.Complex128:
		return withoutImag[S, float64]
	}
	return convertTo[S, float64](0, 0)
}

// convertTo converts elements. Floats saturate at an integer type's ends,
// which Go leaves to the platform.
func convertTo[S, D number](lo, hi D) tileFunc {
	var s S
	var d D
	_, f32 := any(s).(float32)
	_, f64 := any(s).(float64)
	_, df32 := any(d).(float32)
	_, df64 := any(d).(float64)
	if (f32 || f64) && !df32 && !df64 {
		return func(dst view, src []view) {
			y, x := graph.View[D](dst), graph.View[S](src[0])
			for i, v := range x {
				switch {
				case v != v:
					y[i] = 0
				case float64(v) <= float64(lo):
					y[i] = lo
				case float64(v) >= float64(hi):
					y[i] = hi
				default:
					y[i] = D(v)
				}
			}
		}
	}
	return func(dst view, src []view) {
		y, x := graph.View[D](dst), graph.View[S](src[0])
		for i, v := range x {
			y[i] = D(v)
		}
	}
}

type integer interface {
	uint8 | uint32 | int32 | int64
}

type number interface {
	integer | float32 | float64
}

// elementwiseImpls runs every element-wise op on its own, tile by tile.
func elementwiseImpls() map[*graph.Prim]impl {
	run := func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		f := e.elementwise(op)
		e.forTiles(outs[0].Len, func(_, lo, hi int) {
			src := make([]view, len(ins))
			for i, b := range ins {
				src[i] = b.Slice(lo, hi-lo)
			}
			f(outs[0].Slice(lo, hi-lo), src)
		})
	}
	m := map[*graph.Prim]impl{}
	for p := range unaryKernels {
		m[p] = run
	}
	for p := range binaryKernels {
		m[p] = run
	}
	for p := range compareKernels {
		m[p] = run
	}
	for _, p := range []*graph.Prim{graph.Identity, graph.StopGradientP, graph.BarrierP, graph.BitcastP, graph.ConvertP, graph.IsFiniteP,
		graph.SelectP, graph.RealP, graph.ImagP, graph.ComplexP, graph.AndP, graph.OrP, graph.XorP, graph.ShlP, graph.ShrP, graph.NotP} {
		m[p] = run
	}
	return m
}

// forTiles runs body over ranges of n elements that begin at multiples of the
// tile, on one thread if that is faster.
func (e *Engine) forTiles(n int, body func(worker, lo, hi int)) {
	if n < parallelFrom {
		if n > 0 {
			body(0, 0, n)
		}
		return
	}
	e.pool.For(n, 4*tile, body)
}
