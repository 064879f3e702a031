package graph

import "fmt"

// Complex numbers lie in memory as pairs of a real and an imaginary part. What
// moves elements takes them as they are; sums, differences, products, quotients,
// equality and choice have loops of their own; everything else is made of real
// arrays. The rules of holomorphic functions are those of real ones, with
// complex numbers in them: a tangent is multiplied by the derivative, and so is
// a cotangent, which is not conjugated. A cotangent c and a tangent t of a
// complex value hence pair as the real part of c*t, and the three primitives
// below transpose so.

// RealP and ImagP are the parts of a complex array, ComplexP puts them
// together.
var RealP, ImagP, ComplexP *Prim

func Real(x *Node) *Node         { return un(RealP, x) }
func Imag(x *Node) *Node         { return un(ImagP, x) }
func Complex(re, im *Node) *Node { return bin(ComplexP, re, im) }

// byParts applies a real-linear function to both parts of a complex array.
func byParts(x *Node, f func(*Node) *Node) *Node {
	if !x.DType.IsComplex() {
		return f(x)
	}
	return Complex(f(Real(x)), f(Imag(x)))
}

// byProducts applies a bilinear function of complex arrays to their parts.
func byProducts(x, y *Node, f func(x, y *Node) *Node) *Node {
	xr, xi, yr, yi := Real(x), Imag(x), Real(y), Imag(y)
	return Complex(Sub(f(xr, yr), f(xi, yi)), Add(f(xr, yi), f(xi, yr)))
}

// part declares a part of a complex array.
func part(name string, f func(*Node) *Node, transposed func(ct, zero *Node) *Node) *Prim {
	p := linearUnary(name, func(_ any, ins []*Node) ([]Aval, error) {
		x := ins[0]
		if !x.DType.IsComplex() {
			return nil, fmt.Errorf("operand is %v; it takes complex64 or complex128", x.DType)
		}
		return []Aval{{x.Shape, x.DType.Part()}}, nil
	}, f)
	p.VJP = func(_ *Op, ct []*Node, _ []bool) []*Node { return []*Node{transposed(ct[0], like(ct[0], 0))} }
	return p
}

func init() {
	RealP = part("real", Real, func(ct, zero *Node) *Node { return Complex(ct, zero) })
	ImagP = part("imag", Imag, func(ct, zero *Node) *Node { return Complex(zero, Neg(ct)) })
	ComplexP = &Prim{
		Name: "complex", Elementwise: true, Batch: batchElementwise,
		Infer: func(attrs any, ins []*Node) ([]Aval, error) {
			out, err := floatAval(attrs, ins)
			if err != nil {
				return nil, err
			}
			if out[0].DType = Complex64; ins[0].DType == Float64 {
				out[0].DType = Complex128
			}
			return out, nil
		},
		JVP: func(op *Op, t []*Node) []*Node {
			return []*Node{Complex(orZero(t[0], op.Ins[0]), orZero(t[1], op.Ins[1]))}
		},
		VJP: func(_ *Op, ct []*Node, need []bool) []*Node {
			out := make([]*Node, 2)
			if need[0] {
				out[0] = Real(ct[0])
			}
			if need[1] {
				out[1] = Neg(Imag(ct[0]))
			}
			return out
		},
	}
}
