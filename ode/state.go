package ode

import "github.com/fluxion-go/fluxion/fx"

// Arithmetic of states: only float leaves take part.

// advance is y + h sum of c_j k_j, leaf by leaf. h is a scalar of any float type.
func advance[S any](y S, h *fx.Array, c []float64, k []S) S {
	leaves := make([][]*fx.Array, len(k))
	for j := range k {
		leaves[j] = fx.Leaves(k[j])
	}
	i := -1
	return fx.Map(func(a *fx.Array) *fx.Array {
		i++
		if !a.DType().IsFloat() {
			return a
		}
		var sum *fx.Array
		for j := range k {
			switch {
			case c[j] == 0:
			case sum == nil:
				sum = scaled(leaves[j][i], c[j])
			default:
				sum = sum.Add(scaled(leaves[j][i], c[j]))
			}
		}
		if sum == nil {
			return a
		}
		return a.Add(h.AsType(a.DType()).Mul(sum))
	}, y)
}

func scaled(a *fx.Array, c float64) *fx.Array {
	if c == 1 {
		return a
	}
	return a.MulScalar(c)
}

// add is y + d on float leaves.
func add[S any](y, d S) S {
	return fx.Map2(func(a, b *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return a
		}
		return a.Add(b)
	}, y, d)
}

// choose is a where cond holds, else b.
func choose[S any](cond *fx.Array, a, b S) S {
	return fx.Map2(func(a, b *fx.Array) *fx.Array { return fx.Where(cond, a, b) }, a, b)
}

// inner is the inner product of the float leaves, in the given dtype.
func inner[S any](d fx.DType, a, b S) *fx.Array {
	sum := fx.Full(d, 0)
	bs := fx.Leaves(b)
	for i, x := range fx.Leaves(a) {
		if x.DType().IsFloat() {
			sum = sum.Add(x.Flatten().Dot(bs[i].Flatten()).AsType(d))
		}
	}
	return sum
}

// prepend puts a state before a stack of states.
func prepend[S any](first, rest S) S {
	return fx.Map2(func(a, b *fx.Array) *fx.Array { return fx.Concatenate(0, a.ExpandDims(0), b) }, first, rest)
}

// last is the last of a stack of states.
func last[S any](stack S) S {
	return fx.Map(func(a *fx.Array) *fx.Array { return a.Index(-1) }, stack)
}
