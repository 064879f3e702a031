package data_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

func TestDelayedXOR(t *testing.T) {
	const rows, length = 2000, 16
	x, labels := data.DelayedXOR(random.New(1), fx.Float32, rows, length)
	values, classes := x.Float32s(), labels.Int32s()
	ones := 0
	correlation := 0.0
	for i, class := range classes {
		var places []int
		var bits []float32
		for j := range length {
			mask, bit := values[(i*length+j)*2], values[(i*length+j)*2+1]
			if bit != 1 && bit != -1 {
				t.Fatalf("a number is %v", bit)
			}
			if mask == 1 {
				places, bits = append(places, j), append(bits, bit)
			} else if mask != 0 {
				t.Fatalf("the mask is %v", mask)
			}
		}
		if len(places) != 2 || places[0] >= length/10 || places[1] < length/10 || places[1] >= length/2 {
			t.Fatalf("the mask is 1 at %v", places)
		}
		if differ := bits[0] != bits[1]; differ != (class == 1) {
			t.Fatalf("the class of %v is %d", bits, class)
		}
		ones += int(class)
		correlation += float64(bits[0]) * float64(2*class-1) / rows
	}
	// Four standard deviations.
	if math.Abs(float64(ones)-rows/2) > 90 || math.Abs(correlation) > 0.09 {
		t.Errorf("%d of %d labels are 1; the first bit's correlation with them is %v", ones, rows, correlation)
	}
	fxtest.MustFail(t, "sequences are 10 long at least", func() { data.DelayedXOR(random.New(1), fx.Float32, 1, 9) })
	// Under a batching transformation, each key draws as it does alone.
	batch := fx.Vmap(func(key *fx.Array) *fx.Array {
		x, _ := data.DelayedXOR(key, fx.Float32, 3, 12)
		return x
	})(random.SplitArray(random.New(2), 2))
	one, _ := data.DelayedXOR(random.Split(random.New(2), 2)[1], fx.Float32, 3, 12)
	if !batch.Index(1).Equal(one).All().Bools()[0] {
		t.Error("a batch of keys draws otherwise")
	}
}
