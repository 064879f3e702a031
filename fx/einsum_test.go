package fx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/internal/graph"
	"pgregory.net/rapid"
)

// naiveEinsum sums over every value of every letter.
func naiveEinsum(inputs [][]byte, output []byte, size map[byte]int, values [][]float64, shapes []graph.Shape) []float64 {
	var letters []byte
	for l := range size {
		letters = append(letters, l)
	}
	slices.Sort(letters)
	shape := make(graph.Shape, len(output))
	for i, l := range output {
		shape[i] = size[l]
	}
	offset := func(ls []byte, s graph.Shape, at map[byte]int) int {
		o := 0
		for i, l := range ls {
			v := at[l]
			if s[i] == 1 {
				v = 0
			}
			o = o*s[i] + v
		}
		return o
	}
	out := make([]float64, shape.Size())
	at := map[byte]int{}
	var visit func(i int)
	visit = func(i int) {
		if i < len(letters) {
			for v := range size[letters[i]] {
				at[letters[i]] = v
				visit(i + 1)
			}
			return
		}
		p := 1.0
		for k, ls := range inputs {
			p *= values[k][offset(ls, shapes[k], at)]
		}
		out[offset(output, shape, at)] += p
	}
	visit(0)
	return out
}

// Every specification of letters a to d, with repeated letters, axes of size
// 1, sums and outer products, is what its definition says.
func TestEinsumIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := map[byte]int{}
		all := map[byte]int{'a': 2, 'b': 3, 'c': uniform(0, 1).Draw(t, "c"), 'd': 2}
		n := uniform(1, 3).Draw(t, "operands")
		inputs, shapes := make([][]byte, n), make([]graph.Shape, n)
		values, operands := make([][]float64, n), make([]*Array, n)
		var used []byte
		for i := range n {
			inputs[i] = rapid.SliceOfN(rapid.SampledFrom([]byte("abcd")), 0, 3).Draw(t, "letters")
			for j, l := range inputs[i] {
				d := all[l]
				first := slices.Index(inputs[i], l)
				if uniform(0, 4).Draw(t, "stretched") == 0 && first == j {
					d = 1
				}
				if first < j {
					d = shapes[i][first]
				}
				shapes[i] = append(shapes[i], d)
				if have, ok := size[l]; !ok || have == 1 {
					size[l] = d
				}
				if !slices.Contains(used, l) {
					used = append(used, l)
				}
			}
			values[i] = ramp(shapes[i], 0.3+float64(i)*0.11)
			operands[i] = wrap(graph.Constant(graph.BufferOf(values[i]), shapes[i]))
		}
		output := rapid.Permutation(used).Draw(t, "output")
		output = output[:uniform(0, len(used)).Draw(t, "kept")]
		parts := make([]string, n)
		for i := range n {
			parts[i] = string(inputs[i])
		}
		spec := strings.Join(parts, ",") + "->" + string(output)
		want := naiveEinsum(inputs, output, size, values, shapes)
		got := Einsum(spec, operands...).Float64s()
		if len(got) != len(want) {
			t.Fatalf("%s of %v: %d elements, want %d", spec, shapes, len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Fatalf("%s of %v: %v, want %v", spec, shapes, got, want)
			}
		}
	})
}

func TestEinsumForms(t *testing.T) {
	a, b := Arange(Float64, 6).Reshape(2, 3), Arange(Float64, 12).Reshape(3, 4)
	batch := Arange(Float64, 24).Reshape(4, 3, 2)
	for _, c := range []struct {
		spec string
		in   []*Array
		want *Array
	}{
		{"ij,jk", []*Array{a, b}, a.MatMul(b)},
		{" i j , j k -> k i ", []*Array{a, b}, a.MatMul(b).T()},
		{"ji", []*Array{a}, a.T()},
		{"...ij,...jk", []*Array{a, batch}, a.MatMul(batch)},
		{"...i,i...->...", []*Array{batch.T(), Ones(Float64, 3)}, batch.Sum(1)},
		{"ij->", []*Array{Arange(Int32, 6).Reshape(2, 3)}, Scalar(int32(15))},
		{",", []*Array{Scalar(2.0), Scalar(3.0)}, Scalar(6.0)},
		{"Ab->bA", []*Array{a}, a.T()},
	} {
		got := Einsum(c.spec, c.in...)
		if g, w := fmt.Sprint(got), fmt.Sprint(c.want); g != w {
			t.Errorf("%q: %s, want %s", c.spec, g, w)
		}
	}
}
