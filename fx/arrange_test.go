package fx

import (
	"fmt"
	"math"
	"testing"
)

// Operations that order or arrange elements, by examples of which every one
// shows a rule.
func TestArrangements(t *testing.T) {
	nan, negZero := math.NaN(), math.Copysign(0, -1)
	m := Arange(Int32, 6).Reshape(2, 3)
	image := New([]float32{1, 5, 2, 4, 3, 9, 8, 7, 6}, 3, 3, 1)
	values, places := New([]float64{3, nan, 7, 7, -1}).TopK(4, 0)
	same := PoolOptions{Strides: [2]int{1, 1}, Padding: Border{Same: true}}
	inside := same
	inside.ExcludePadding = true
	grid := Meshgrid(Arange(Int32, 2), Arange(Int32, 3))
	for _, c := range []struct {
		name string
		got  *Array
		want string
	}{
		{"NaNs last", New([]float64{nan, 2, -1, nan, math.Inf(1), math.Inf(-1)}).ArgSort(0), "int32[6][5 2 1 4 0 3]"},
		{"stable", New([]float32{1, 0, 1, float32(negZero), 0}).ArgSort(0), "int32[5][1 3 4 0 2]"},
		{"unsigned", New([]uint32{1 << 31, 5}).Sort(0), "uint32[2][5 2.14748e+09]"},
		{"signed, axis 0", New([]int64{5, -7, -5, 7}, 2, 2).Sort(0), "int64[2 2][[-5 -7] [5 7]]"},
		{"largest", values, "float64[4][7 7 3 -1]"},
		{"places of the largest", places, "int32[4][2 3 0 4]"},
		{"cumulative", m.CumSum(1), "int32[2 3][[0 1 3] [3 7 12]]"},
		{"cumulative axis 0, reversed", m.CumSumReverse(0), "int32[2 3][[3 5 7] [3 4 5]]"},
		{"diagonal", m.Diagonal(0), "int32[2][0 4]"},
		{"diagonal above", m.Diagonal(2), "int32[1][2]"},
		{"diagonal below", m.Diagonal(-1), "int32[1][3]"},
		{"diagonal outside", m.Diagonal(3), "int32[0][]"},
		{"trace", Eye(Float32, 3).Trace(), "float32[](3)"},
		{"diag above", Arange(Int32, 2).Diag(1), "int32[3 3][[0 0 0] [0 0 1] [0 0 0]]"},
		{"diag below", Ones(Int32, 1).Diag(-1), "int32[2 2][[0 0] [1 0]]"},
		{"diag", Ones(Int32, 2).Diag(0), "int32[2 2][[1 0] [0 1]]"},
		{"tril", m.Tril(0), "int32[2 3][[0 0 0] [3 4 0]]"},
		{"triu", m.Triu(1), "int32[2 3][[0 1 2] [0 0 5]]"},
		{"tile", Arange(Int32, 2).Tile(2, 2), "int32[2 4][[0 1 0 1] [0 1 0 1]]"},
		{"tile last", m.Tile(2), "int32[2 6][[0 1 2 0 1 2] [3 4 5 3 4 5]]"},
		{"repeat", Arange(Int32, 2).Repeat(2, 0), "int32[4][0 0 1 1]"},
		{"roll", m.Roll(1, 1), "int32[2 3][[2 0 1] [5 3 4]]"},
		{"roll back", m.Roll(-4, 1), "int32[2 3][[1 2 0] [4 5 3]]"},
		{"grid rows", grid[0], "int32[2 3][[0 0 0] [1 1 1]]"},
		{"grid columns", grid[1], "int32[2 3][[0 1 2] [0 1 2]]"},
		{"max", MaxPool2D(image, [2]int{2, 2}, PoolOptions{Strides: [2]int{1, 1}}).Squeeze(), "float32[2 2][[5 9] [8 9]]"},
		{"max, odd rest", MaxPool2D(image, [2]int{2, 2}).Squeeze(), "float32[](5)"},
		{"max, same", MaxPool2D(image.Neg(), [2]int{2, 2}, same).Squeeze(), "float32[3 3][[-1 -2 -2] [-3 -3 -6] [-7 -6 -6]]"},
		{"mean, same", AvgPool2D(image, [2]int{2, 2}, same).Squeeze(), "float32[3 3][[3.25 4.75 2.75] [5.5 6.25 3.75] [3.75 3.25 1.5]]"},
		{"mean inside", AvgPool2D(image, [2]int{2, 2}, inside).Squeeze(), "float32[3 3][[3.25 4.75 5.5] [5.5 6.25 7.5] [7.5 6.5 6]]"},
	} {
		if got := fmt.Sprint(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// At ties the first element gets the derivative, a NaN wins.
func TestMaxPoolTies(t *testing.T) {
	x := New([]float32{2, 2, 1, 2, float32(math.NaN()), 2, 0, 0}, 2, 4, 1)
	g := Grad(func(x *Array) *Array { return MaxPool2D(x, [2]int{2, 2}).Sum() })(x)
	if got := fmt.Sprint(g.Squeeze()); got != "float32[2 4][[0 0 0 1] [1 0 0 0]]" {
		t.Error(got)
	}
}
