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
		{"AtAxis Get", a.AtAxis(i, 1).Get(), []int{2, 2, 2}, []float32{2, 0, 2, 1, 5, 3, 5, 4}},
		{"AtAxis Add", a.AtAxis(New([]int32{2, 2, -1}), 1).Add(New([]float32{10, 20, 30})), []int{2, 3}, []float32{0, 1, 32, 3, 4, 35}},
		{"AtAxis Set", a.AtAxis(New([]int32{2, 0, 2}), 1).Set(New([]float32{7, 8, 9})), []int{2, 3}, []float32{8, 1, 9, 8, 4, 9}},
		{"AtLines Mul", a.AtLines(New([]int32{1, 2, 1, 0, 0, 5}, 2, 3), 1).Mul(New([]float32{2, 3, 5}, 1, 3)), []int{2, 3}, []float32{0, 10, 6, 18, 4, 5}},
		{"AtLines 0", a.AtLines(New([]int32{1, 0, 1}, 1, 3), 0).Set(Const(9)), []int{2, 3}, []float32{0, 9, 2, 9, 4, 9}},
		{"At Min", a.At(New([]int32{0, 1, 1}, 3, 1)).Min(New([]float32{-1, 4, 4.5}, 3, 1)), []int{2, 3}, []float32{-1, -1, -1, 3, 4, 4}},
		{"At Max", a.At(New([]int32{0, 1, 0, 1, 2, 0}, 3, 2)).Max(New([]float32{4, 3, 100})), []int{2, 3}, []float32{0, 4, 2, 3, 4, 5}},
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

// Products with zeros have derivatives, and equal winners share theirs.
func TestScatterDerivativesAtTies(t *testing.T) {
	x, at := New([]float64{2, 3}), New([]int32{0, 0, 1, 1, 1}, 5, 1)
	u := New([]float64{0, 5, 0, 0, 7})
	g := Grad(func(v []*Array) *Array { return v[0].At(at).Mul(v[1]).Sum() })([]*Array{x, u})
	if got := g[0].Float64s(); !slices.Equal(got, []float64{0, 0}) {
		t.Errorf("derivative of the elements %v", got)
	}
	if got := g[1].Float64s(); !slices.Equal(got, []float64{10, 0, 0, 0, 0}) {
		t.Errorf("derivative of the factors %v", got)
	}
	v := New([]float64{2, 2, 1, 3, 4})
	g = Grad(func(w []*Array) *Array { return w[0].At(at).Max(w[1]).Sum() })([]*Array{x, v})
	if got := append(g[0].Float64s(), g[1].Float64s()...); !slices.Equal(got, []float64{1. / 3, 0, 1. / 3, 1. / 3, 0, 0, 1}) {
		t.Errorf("shares %v", got)
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
