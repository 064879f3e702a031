package fx

import (
	"slices"
	"testing"
)

// normalised is the normalisation of every row, as layers do it.
func normalised(x *Array) *Array {
	d := x.Sub(x.MeanKeep(1))
	return d.Mul(d.Square().MeanKeep(1).AddScalar(1e-5).Rsqrt())
}

// TestCheapOpsAreNotStored: the difference from the mean is read by two loops, and
// done by each; its square goes into a sum only.
func TestCheapOpsAreNotStored(t *testing.T) {
	x := irregular(Float32, 64, 256)
	sameAsPlain(t, normalised, x)
	if got := MemoryOf(normalised, x).Temporaries; got > 4*64*4 {
		t.Errorf("%d bytes of temporaries for sums of 64 rows", got)
	}
}

// TestLoopsFeedSeveralReductions: of a loop's results, those that only reductions
// read are not stored; others are, though reductions read them too.
func TestLoopsFeedSeveralReductions(t *testing.T) {
	type sums struct{ A, B, C, D, E *Array }
	for name, axes := range map[string][]int{"rows": {1}, "columns": {0}, "all": {0, 1}} {
		t.Run(name, func(t *testing.T) {
			f := func(p [2]*Array) sums {
				e := p[0].Exp().Mul(p[1])
				s := e.Sin()
				return sums{e.Sum(axes...), s.Sum(axes...), e.Sub(s).Max(axes...), s.Mul(p[1]).Min(axes...), s}
			}
			for _, shape := range [][]int{{64, 256}, {700, 3}, {3, 5000}, {1, 1}, {300, 1}, {1, 4096}} {
				p := [2]*Array{irregular(Float64, shape...), irregular(Float64, shape...).AddScalar(0.3)}
				sameAsPlain(t, f, p)
			}
			p := [2]*Array{irregular(Float32, 64, 256), irregular(Float32, 64, 256)}
			sameAsPlain(t, f, p)
			if got := MemoryOf(f, p).Temporaries; got > 0 {
				t.Errorf("%d bytes of temporaries", got)
			}
		})
	}
}

// A result that a loop writes over an operand, while sums of other results go on.
func TestSumsBesideDonation(t *testing.T) {
	type state struct{ W, Sum *Array }
	step := func(s state) state {
		w := s.W.MulScalar(0.9).Add(s.W.Square())
		return state{w, w.Exp().Sum(0)}
	}
	want := step(state{irregular(Float32, 500, 40), nil})
	run := Jit(step, Donate("W"))
	got := run(state{irregular(Float32, 500, 40), nil})
	if !slices.Equal(bitsOf(got), bitsOf(want)) {
		t.Error("compiled and donated, the step differs")
	}
}
