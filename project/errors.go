package project

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("project."+op, format, args...) }

// vectors rejects what has no vectors of floats along its last axis.
func vectors(op string, x *fx.Array) {
	if x == nil || x.NDim() == 0 || x.Dim(-1) == 0 || !x.DType().IsFloat() {
		fail(op, "%v has no vectors of floats along its last axis", x)
	}
}

// given rejects parameters that are nil, and gives the scalars among them x's
// dtype, which an fx.Const has not of itself.
func given(op string, x *fx.Array, parameters ...**fx.Array) {
	for i, a := range parameters {
		if *a == nil {
			fail(op, "parameter %d is nil", i+1)
		}
		if (*a).NDim() == 0 {
			*a = (*a).AsType(x.DType())
		}
	}
}

// column makes a scalar, or one value for each vector, broadcast along the
// vectors' axis.
func column(op, name string, a, x *fx.Array) *fx.Array {
	given(op, x, &a)
	switch a.NDim() {
	case 0:
		return a
	case x.NDim() - 1:
		return a.ExpandDims(-1)
	}
	fail(op, "%s has the shape %v; it must be a scalar, or have one element for each vector of %v", name, a.Shape(), x.Shape())
	return nil
}

// dot is the inner product of each vector of x with a [n], or with its own row.
func dot(a, x *fx.Array) *fx.Array { return a.Mul(x).SumKeep(-1) }
