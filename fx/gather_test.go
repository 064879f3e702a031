package fx

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/internal/threefry"
)

func TestTakeAndScatter(t *testing.T) {
	a := Arange(Float32, 6).Reshape(2, 3) // [[0 1 2] [3 4 5]]
	i := New([]int32{2, -7, 9, 1}, 2, 2)  // out of range: to the nearest end
	for _, c := range []struct {
		name  string
		got   *Array
		shape []int
		want  []float32
	}{
		{"Take axis 1", a.Take(i, 1), []int{2, 2, 2}, []float32{2, 0, 2, 1, 5, 3, 5, 4}},
		{"Take axis 0", a.Take(i, 0), []int{2, 2, 3}, []float32{3, 4, 5, 0, 1, 2, 3, 4, 5, 3, 4, 5}},
		{"Take scalar", a.Take(Scalar(int64(1)), -1), []int{2}, []float32{1, 4}},
		{"TakeAlongAxis", a.TakeAlongAxis(New([]uint8{2, 0}, 2, 1), 1), []int{2, 1}, []float32{2, 3}},
		{"TakeAlongAxis 0", a.TakeAlongAxis(New([]int32{1, 0, 1}, 1, 3), 0), []int{1, 3}, []float32{3, 1, 5}},
		{"TakeAlongAxis stretched", a.TakeAlongAxis(New([]int32{1, 0}, 1, 2), 1), []int{2, 2}, []float32{1, 0, 4, 3}},
		{"Gather rows", a.Gather(New([]int32{1}, 1, 1)), []int{1, 3}, []float32{3, 4, 5}},
		{"Gather elements", a.Gather(New([]int32{1, 2, 0, 1}, 2, 2)), []int{2}, []float32{5, 1}},
		{"Gather nothing", a.Gather(Zeros(Int32, 4, 0)).Index(3), []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{"ScatterAdd", a.ScatterAdd(New([]int32{1, 1, 0, 7, -1}, 5, 1), Const(1)), []int{2, 3}, []float32{1, 2, 3, 5, 6, 7}},
		{"ScatterSet", a.ScatterSet(New([]int32{0, 0, 0, 0, 0, 3}, 3, 2), New([]float32{7, 8, 9})), []int{2, 3}, []float32{8, 1, 2, 3, 4, 5}},
		{"DynamicSlice", a.DynamicSlice(New([]int32{5, 1}), 1, 2), []int{1, 2}, []float32{4, 5}},
		{"DynamicSlice whole", a.DynamicSlice(New([]int32{5, 1}), 2, 3), []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{"DynamicSlice column", a.DynamicSlice(New([]int32{5, -1}), 2, 1), []int{2, 1}, []float32{0, 3}},
		{"DynamicUpdateSlice", a.DynamicUpdateSlice(New([]float32{8, 9}, 1, 2), New([]int32{0, 9})), []int{2, 3}, []float32{0, 8, 9, 3, 4, 5}},
		{"OneHot", OneHot(New([]int32{1, 3, -1}), 3, Float32), []int{3, 3}, []float32{0, 1, 0, 0, 0, 0, 0, 0, 0}},
	} {
		if got := c.got.Float32s(); !slices.Equal(got, c.want) || !slices.Equal(c.got.Shape(), c.shape) {
			t.Errorf("%s: %v %v, want %v %v", c.name, c.got.Shape(), got, c.shape, c.want)
		}
	}
}

func TestRandomBitsAreThreefry(t *testing.T) {
	keys := New([]uint32{1, 2, 3, 4}, 2, 2)
	got := RandomBits(keys, 3, 5)
	if s := got.Shape(); !slices.Equal(s, []int{2, 3, 5}) {
		t.Fatalf("shape %v", s)
	}
	for i, v := range got.Uint32s() {
		key, at := uint32(2*(i/15)), i%15
		a, b := threefry.Block(key+1, key+2, 0, uint32(at/2))
		if want := [2]uint32{a, b}[at%2]; v != want {
			t.Errorf("element %d: %08x, want %08x", i, v, want)
		}
	}
	each := Vmap(func(k *Array) *Array { return RandomBits(k, 3, 5) })(keys)
	if !slices.Equal(each.Uint32s(), got.Uint32s()) {
		t.Error("Vmap over keys gives other bits")
	}
}

func TestBitcast(t *testing.T) {
	if got := New([]float32{1, -2}).Bitcast(Uint32).Uint32s(); !slices.Equal(got, []uint32{0x3f800000, 0xc0000000}) {
		t.Errorf("%x", got)
	}
	if got := New([]int64{0x3ff0000000000000}).Bitcast(Float64).Item(); got != 1 {
		t.Errorf("%v", got)
	}
}
