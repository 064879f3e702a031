package fx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// randomProgram is a function made of a list of random steps. Every step takes
// arrays that exist and adds one; values are hard ones: zeros of both signs,
// infinities, NaN, one.
type randomProgram struct {
	steps []func([]*Array) *Array
	text  []string
	outs  []int
}

var hardValues = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2, math.Inf(1), math.Inf(-1), math.NaN(), 3.75, -0.1, 1e-30}

// drawProgram builds a program over inputs of shapes that fit each other.
func drawProgram(t *rapid.T, shapes [][]int) randomProgram {
	var p randomProgram
	shapes = slices.Clone(shapes)
	add := func(text string, shape []int, f func([]*Array) *Array) {
		p.steps, p.text = append(p.steps, f), append(p.text, fmt.Sprintf("%%%d = %s", len(shapes), text))
		shapes = append(shapes, shape)
	}
	for range rapid.IntRange(1, 25).Draw(t, "steps") {
		i := rapid.IntRange(0, len(shapes)-1).Draw(t, "operand")
		s := shapes[i]
		rank := len(s)
		axis := 0
		if rank > 0 {
			axis = rapid.IntRange(0, rank-1).Draw(t, "axis")
		}
		switch kind := rapid.IntRange(0, 12).Draw(t, "kind"); kind {
		case 0, 1:
			names := []string{"neg", "abs", "exp", "tanh", "sqrt", "relu", "sin"}
			fs := []func(*Array) *Array{(*Array).Neg, (*Array).Abs, (*Array).Exp, (*Array).Tanh, (*Array).Sqrt, (*Array).Relu, (*Array).Sin}
			k := rapid.IntRange(0, len(fs)-1).Draw(t, "f")
			add(fmt.Sprintf("%s %%%d", names[k], i), s, func(v []*Array) *Array { return fs[k](v[i]) })
		case 2, 3, 4:
			j := rapid.IntRange(0, len(shapes)-1).Draw(t, "second")
			shape, ok := together(s, shapes[j])
			if !ok {
				continue
			}
			names := []string{"add", "sub", "mul", "div", "max", "min"}
			fs := []func(a, b *Array) *Array{(*Array).Add, (*Array).Sub, (*Array).Mul, (*Array).Div, (*Array).Maximum, (*Array).Minimum}
			k := rapid.IntRange(0, len(fs)-1).Draw(t, "f")
			add(fmt.Sprintf("%s %%%d %%%d", names[k], i, j), shape, func(v []*Array) *Array { return fs[k](v[i], v[j]) })
		case 5:
			c := rapid.SampledFrom(hardValues).Draw(t, "constant")
			k := rapid.IntRange(0, 3).Draw(t, "f")
			fs := []func(*Array, float64) *Array{(*Array).AddScalar, (*Array).SubScalar, (*Array).MulScalar, (*Array).DivScalar}
			add(fmt.Sprintf("%s %%%d %v", []string{"add", "sub", "mul", "div"}[k], i, c), s, func(v []*Array) *Array { return fs[k](v[i], c) })
		case 6:
			if rank == 0 {
				continue
			}
			k := rapid.IntRange(0, 2).Draw(t, "f")
			fs := []func(*Array, ...int) *Array{(*Array).Sum, (*Array).Max, (*Array).SumKeep}
			shape := slices.Delete(slices.Clone(s), axis, axis+1)
			if k == 2 {
				shape = slices.Insert(shape, axis, 1)
			}
			add(fmt.Sprintf("reduce%d %%%d axis %d", k, i, axis), shape, func(v []*Array) *Array { return fs[k](v[i], axis) })
		case 7:
			add(fmt.Sprintf("transpose %%%d", i), reversed(s), func(v []*Array) *Array { return v[i].Transpose() })
		case 8:
			add(fmt.Sprintf("flatten %%%d", i), []int{prod(s)}, func(v []*Array) *Array { return v[i].Flatten() })
		case 9:
			if rank == 0 || s[axis] < 2 {
				continue
			}
			from := rapid.IntRange(0, s[axis]-1).Draw(t, "from")
			shape := slices.Clone(s)
			shape[axis] -= from
			add(fmt.Sprintf("slice %%%d axis %d from %d", i, axis, from), shape, func(v []*Array) *Array { return v[i].SliceAxis(axis, from, End) })
		case 10:
			if rank != 2 {
				continue
			}
			add(fmt.Sprintf("matmul %%%d with its transpose", i), []int{s[0], s[0]}, func(v []*Array) *Array { return v[i].MatMul(v[i].T()) })
		case 11:
			add(fmt.Sprintf("where %%%d", i), s, func(v []*Array) *Array { return Where(v[i].Greater(Const(0.25)), v[i], v[i].MulScalar(-1)) })
		case 12:
			add(fmt.Sprintf("flip %%%d", i), s, func(v []*Array) *Array { return v[i].Flip() })
		}
	}
	for range rapid.IntRange(1, 4).Draw(t, "results") {
		p.outs = append(p.outs, rapid.IntRange(0, len(shapes)-1).Draw(t, "result"))
	}
	return p
}

func together(a, b []int) ([]int, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		j := len(a) - len(b) + i
		if a[j] != d && a[j] != 1 && d != 1 {
			return nil, false
		}
		if d != 1 {
			out[j] = d
		}
	}
	return out, true
}

func firstDifference(a, b []uint64) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func reversed(s []int) []int {
	r := slices.Clone(s)
	slices.Reverse(r)
	return r
}

// run converts the last input, an integer array, before anything reads it: the
// compiler must not lay a float over memory that the caller knows as integers.
func (p randomProgram) run(in []*Array) []*Array {
	v := slices.Clone(in)
	last := len(v) - 1
	v[last] = v[last].AsType(v[0].DType())
	for _, s := range p.steps {
		v = append(v, s(v))
	}
	out := make([]*Array, len(p.outs))
	for i, o := range p.outs {
		out[i] = v[o]
	}
	return out
}

// TestRandomProgramsCompile compares compiled programs with plain evaluation
// bit for bit, with and without donation of the arguments.
func TestRandomProgramsCompile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]DType{Float32, Float64}).Draw(t, "dtype")
		m, n := rapid.IntRange(0, 40).Draw(t, "m"), rapid.IntRange(1, 70).Draw(t, "n")
		shapes := [][]int{{m, n}, {n}, {m, 1}, {}, {m, n}}
		var in []*Array
		for i, s := range shapes {
			v := irregular(Float64, s...).Float64s()
			for k := range v {
				if (k+i)%3 == 0 {
					v[k] = hardValues[(k/3+i)%len(hardValues)]
				}
			}
			in = append(in, New(v).Reshape(s...).AsType(d))
		}
		in[len(in)-1] = in[len(in)-1].AsType(Int32)
		copies := func() []*Array {
			return Map(func(a *Array) *Array { return New(a.Float64s()).Reshape(a.Shape()...).AsType(a.DType()) }, in)
		}
		shapes = slices.Clone(shapes)
		p := drawProgram(t, shapes)
		// A maximum over no elements is the caller's mistake, not the compiler's.
		if m == 0 {
			defer func() {
				if e, ok := recover().(*Error); ok && e.Op != "Max" {
					panic(e)
				}
			}()
		}
		want := bitsOf(p.run(in))
		for name, f := range map[string]func([]*Array) []*Array{"kept": Jit(p.run), "donated": Jit(p.run, Donate(""))} {
			fresh := copies()
			for i := range 2 {
				if name == "donated" {
					fresh = copies()
				}
				if got := bitsOf(f(fresh)); !slices.Equal(got, want) {
					t.Fatalf("%s, call %d: %v [%d %d] differs first at element %d of\n%s\nresults %v", name, i, d, m, n, firstDifference(got, want), strings.Join(p.text, "\n"), p.outs)
				}
			}
		}
	})
}
