package landscape

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

type net struct {
	W, B, V *fx.Array
	N       *fx.Array // a count: no kernel
}

func aNet(key *fx.Array) net {
	k := random.Split(key, 3)
	return net{random.Normal(k[0], fx.Float32, 3, 5), random.Normal(k[1], fx.Float32, 5), random.Normal(k[2], fx.Float32, 2, 2, 3, 4), fx.Ones(fx.Int32, 2, 2)}
}

// rotated turns a by the given angle toward b, and stretches it.
func rotated(a, b *fx.Array, angle, stretch float64) *fx.Array {
	x, y := a.AsType(fx.Float64), b.AsType(fx.Float64)
	y = y.Sub(x.Mul(x.Mul(y).Sum().Div(x.Square().Sum())))
	y = y.Mul(x.Square().Sum().Div(y.Square().Sum()).Sqrt())
	return x.MulScalar(math.Cos(angle)).Add(y.MulScalar(math.Sin(angle))).MulScalar(stretch)
}

// TestLayerRotation: distance and tangent of angles from tiny to more than a right
// one; lengths and other leaves do not matter.
func TestLayerRotation(t *testing.T) {
	from, to := aNet(random.New(1)), aNet(random.New(2))
	r := NewLayerRotation(from, nil)
	if got := r.Layers(); !slices.Equal(got, []string{"W", "V"}) {
		t.Fatalf("layers %v", got)
	}
	for _, angle := range []float64{1e-7, 1e-3, 0.5, 1.5, 2.5} {
		next := net{rotated(from.W, to.W, angle, 3), to.B, rotated(from.V, to.V, angle/2, 0.1), from.N}
		want := []float64{1 - math.Cos(angle), 1 - math.Cos(angle/2)}
		fxtest.MustBeNear(t, "distances", r.Distances(next).Float64s(), want, 1e-14)
		for i, tangent := range StepTangents(from, next, nil).Float64s() {
			want := math.Abs(math.Tan([]float64{angle, angle / 2}[i]))
			if math.Abs(tangent/want-1) > 1e-8 {
				t.Errorf("angle %v, layer %d: tangent %v, want %v", angle, i, tangent, want)
			}
		}
		// The tangent is that of the distance, as published.
		d := r.Distances(next).Float64s()
		if got, want := StepTangents(from, next, nil).Float64s()[0], math.Sqrt(math.Max(0, 1/((1-d[0])*(1-d[0]))-1)); angle > 1e-4 && math.Abs(got/want-1) > 1e-6 {
			t.Errorf("tangent %v, by the distance %v", got, want)
		}
	}
	fxtest.MustBeNear(t, "norms", r.Norms(from).Float64s(), []float64{from.W.Norm().Item(), from.V.Flatten().Norm().Item()}, 1e-6)
	if d := r.Distances(from).Float64s(); d[0] > 1e-15 || StepTangents(from, from, nil).Float64s()[0] > 1e-15 {
		t.Errorf("distance %v from itself", d)
	}
	only := NewLayerRotation(from, func(path string, _ *fx.Array) bool { return path == "V" })
	if got := only.Distances(to).Shape(); !slices.Equal(got, []int{1}) {
		t.Errorf("one layer has distances of shape %v", got)
	}
	compiled := fx.Jit(r.Distances)(to).Float64s()
	if !slices.Equal(compiled, r.Distances(to).Float64s()) {
		t.Error("compiled it has other bits")
	}
}

func TestLayerRotationErrors(t *testing.T) {
	a := aNet(random.New(1))
	zero, other := a, a
	zero.V, other.V = fx.ZerosLike(a.V), fx.Ones(fx.Float32, 2, 2)
	flat := a
	flat.W = fx.Ones(fx.Float32, 3)
	r := NewLayerRotation(a, nil)
	fxtest.MustFail(t, "landscape.NewLayerRotation: the kernel V has norm 0", func() { NewLayerRotation(zero, nil) })
	fxtest.MustFail(t, "the mask chooses no kernel of 4 parameters", func() { NewLayerRotation(a, func(string, *fx.Array) bool { return false }) })
	fxtest.MustFail(t, "landscape.Distances: V has shape [2 2] and had [2 2 3 4]", func() { r.Distances(other) })
	fxtest.MustFail(t, "landscape.StepTangents: 2 and 1 kernels; both models must have the same", func() { StepTangents(a, flat, nil) })
}
