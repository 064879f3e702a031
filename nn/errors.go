package nn

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("nn."+op, format, args...) }

// describe is an array's dtype and shape, for messages.
func describe(a *fx.Array) string {
	if a == nil {
		return "nil"
	}
	return fmt.Sprintf("%v%v", a.DType(), a.Shape())
}

func checkKey(op string, key *fx.Array) {
	if key == nil || key.DType() != fx.Uint32 || key.NDim() != 1 || key.Dim(0) != 2 {
		fail(op, "the key is %s; it must be one key of package random, uint32[2]", describe(key))
	}
}

// checkSizes rejects sizes below 1.
func checkSizes(op, what string, sizes ...int) {
	for _, n := range sizes {
		if n < 1 {
			fail(op, "%s %v: all must be at least 1", what, sizes)
		}
	}
}

// checkInput rejects an input of another dtype than the layer's, or whose last
// axes are not want.
func checkInput(op string, x, param *fx.Array, want ...int) {
	if x == nil {
		fail(op, "the input is nil")
	}
	if param != nil && x.DType() != param.DType() {
		fail(op, "the input is %s and the layer's arrays are %v; convert one with AsType", describe(x), param.DType())
	}
	checkFloat(op, x)
	shape := x.Shape()
	if len(shape) >= len(want) {
		ok := true
		for i, n := range want {
			ok = ok && shape[len(shape)-len(want)+i] == n
		}
		if ok {
			return
		}
	}
	if len(want) == 1 {
		fail(op, "the input has shape %v; its last axis must be %d", shape, want[0])
	}
	fail(op, "the input has shape %v; its last axes must be %v", shape, want)
}

func checkFloat(op string, x *fx.Array) {
	if x == nil {
		fail(op, "an array is nil")
	}
	if d := x.DType(); d != fx.Float32 && d != fx.Float64 {
		fail(op, "an array is %s; it must be float32 or float64", describe(x))
	}
}

// checkImages rejects what is neither [N, H, W, C] nor [H, W, C] with the
// given number of channels (any, if it is 0).
func checkImages(op string, x, param *fx.Array, channels int) { checkPlaces(op, x, param, 2, channels) }

// places are what convolutions of one, two and three dimensions take.
var places = []struct{ name, axes string }{{"signals", "L"}, {"images", "H, W"}, {"volumes", "D, H, W"}}

// checkPlaces is checkImages for any number of spatial axes.
func checkPlaces(op string, x, param *fx.Array, axes, channels int) {
	checkInput(op, x, param)
	p := places[axes-1]
	if n := x.NDim(); n != axes+1 && n != axes+2 {
		fail(op, "the input has shape %v; %s are [N, %s, C] or [%s, C]", x.Shape(), p.name, p.axes, p.axes)
	}
	if channels > 0 && x.Dim(-1) != channels {
		fail(op, "the input has shape %v; its %s must have %d channels", x.Shape(), p.name, channels)
	}
}
