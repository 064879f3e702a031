package random

import "github.com/fluxion-go/fluxion/fx"

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("random."+op, format, args...) }

// checkKey rejects what is no single key.
func checkKey(op string, key *fx.Array) {
	if key == nil {
		fail(op, "the key is nil")
	}
	if key.DType() != fx.Uint32 || key.NDim() != 1 || key.Dim(0) != 2 {
		fail(op, "the key is %v%v; it must be one key, uint32[2] (use fx.Vmap for many)", key.DType(), key.Shape())
	}
}

func checkShape(op string, shape []int) {
	for _, d := range shape {
		if d < 0 {
			fail(op, "shape %v has a negative axis", shape)
		}
	}
}

func checkFloat(op string, d fx.DType) {
	if d != fx.Float32 && d != fx.Float64 {
		fail(op, "dtype %v; it must be float32 or float64", d)
	}
}
