package cpu

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
	"pgregory.net/rapid"
)

// engines are all levels that this machine has, on one thread and on three; the
// first is the specification.
func engines(t *testing.T) (all []*Engine) {
	for _, level := range kernel.Available() {
		for _, threads := range []int{1, 3} {
			e, err := NewEngine(level, threads)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(e.Close)
			all = append(all, e)
		}
	}
	return all
}

// sameEverywhere requires an op to have the same bits on all engines.
func sameEverywhere(t interface {
	Fatalf(string, ...any)
}, all []*Engine, op *graph.Op, ins []*graph.Buffer) {
	var want []byte
	for _, e := range all {
		out := graph.NewBuffer(op.Outs[0].DType, op.Outs[0].Shape.Size())
		for i := range out.Bytes() {
			out.Bytes()[i] = 0xAA // whatever content
		}
		e.Exec(op, ins, []*graph.Buffer{out})
		if want == nil {
			want = out.Bytes()
		} else if !bytes.Equal(out.Bytes(), want) {
			t.Fatalf("%s %+v of %v and %v differs at level %v with %d threads", op.Prim.Name, op.Attrs, op.Ins[0].Shape, op.Ins[len(op.Ins)-1].Shape, e.Level(), e.Threads())
		}
	}
}

func numbers(r *rand.Rand, d graph.DType, shape graph.Shape) *graph.Node {
	b := graph.NewBuffer(d, shape.Size())
	for i := range b.Len {
		if d == graph.Float32 {
			graph.View[float32](b)[i] = float32(r.NormFloat64())
		} else {
			graph.View[float64](b)[i] = r.NormFloat64()
		}
	}
	return graph.Constant(b, shape)
}

func values(ns ...*graph.Node) (bs []*graph.Buffer) {
	for _, n := range ns {
		bs = append(bs, n.Value())
	}
	return bs
}

// Convolutions of every geometry have the same bits on all engines.
func TestConvolutionsOnAllEngines(t *testing.T) {
	all := engines(t)
	rapid.Check(t, func(t *rapid.T) {
		axes := rapid.IntRange(1, 3).Draw(t, "axes")
		d := rapid.SampledFrom([]graph.DType{graph.Float32, graph.Float64}).Draw(t, "dtype")
		c, o := rapid.SampledFrom([]int{1, 3, 16, 40}).Draw(t, "channels"), rapid.SampledFrom([]int{1, 7, 16, 32, 70}).Draw(t, "outputs")
		x, w := graph.Shape{rapid.SampledFrom([]int{1, 2, 13, 30}).Draw(t, "images")}, graph.Shape{}
		var a graph.ConvAttrs
		a.FeatureGroups, a.BatchGroups = 1, 1
		for range axes {
			most := []int{40, 14, 6}[axes-1]
			x = append(x, rapid.IntRange(1, most).Draw(t, "size"))
			w = append(w, rapid.IntRange(1, 4).Draw(t, "taps"))
			a.Strides = append(a.Strides, rapid.IntRange(1, 3).Draw(t, "stride"))
			a.PadLow = append(a.PadLow, rapid.IntRange(-1, 3).Draw(t, "low"))
			a.PadHigh = append(a.PadHigh, rapid.IntRange(-1, 3).Draw(t, "high"))
			a.InDilation = append(a.InDilation, rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "stretch"))
			a.KernelDilation = append(a.KernelDilation, rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "spread"))
		}
		switch rapid.IntRange(0, 5).Draw(t, "groups") {
		case 0:
			a.FeatureGroups = c
			o *= c
		case 1:
			a.BatchGroups = x[0]
			o *= x[0]
		}
		if o > 200 {
			t.Skip("too large")
		}
		r := rand.New(rand.NewPCG(1, 2))
		in, kernel := numbers(r, d, append(x, c)), numbers(r, d, append(w, c/a.FeatureGroups, o))
		if _, err := graph.ConvP.Infer(a, []*graph.Node{in, kernel}); err != nil {
			t.Skip(err)
		}
		y := graph.Apply(graph.ConvP, a, in, kernel)[0]
		sameEverywhere(t, all, y.Op(), values(in, kernel))
		ct := numbers(r, d, y.Shape)
		sameEverywhere(t, all, graph.Apply(graph.ConvKernelP, graph.ConvKernelAttrs{ConvAttrs: a, Taps: w[:axes]}, in, ct)[0].Op(), values(in, ct))
	})
}

// The cotangent of a kernel over so many places that they make several spans, and
// blocks that end within rows and images.
func TestKernelCotangentOfManyPlaces(t *testing.T) {
	all := engines(t)
	r := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		images, height, width, channels, outputs, stride, pad, batchGroups int
	}{
		{5, 50, 45, 3, 20, 1, 1, 1}, {2, 131, 129, 5, 7, 1, 0, 1}, {40, 31, 30, 4, 33, 2, 2, 1}, {300, 7, 7, 8, 16, 1, 1, 1}, {6, 70, 64, 9, 10, 1, -1, 2}, {90, 12, 12, 9, 6, 1, 1, 1}, {9000, 1, 2, 3, 5, 1, 1, 1},
	} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			a := graph.ConvAttrs{
				Strides: []int{c.stride, 1}, PadLow: []int{c.pad, c.pad}, PadHigh: []int{c.pad, 1}, InDilation: []int{1, 1},
				KernelDilation: []int{1, 1}, FeatureGroups: 1, BatchGroups: c.batchGroups,
			}
			x, w := numbers(r, d, graph.Shape{c.images, c.height, c.width, c.channels}), graph.Shape{3, 2, c.channels, c.outputs}
			if c.height == 1 {
				w[0] = 1
			}
			y, err := graph.ConvP.Infer(a, []*graph.Node{x, {Shape: w, DType: d}})
			if err != nil {
				t.Fatal(err)
			}
			ct := numbers(r, d, y[0].Shape)
			sameEverywhere(t, all, graph.Apply(graph.ConvKernelP, graph.ConvKernelAttrs{ConvAttrs: a, Taps: w[:2]}, x, ct)[0].Op(), values(x, ct))
		}
	}
}

// So have products of any pairing of axes, and reductions.
func TestProductsAndReductionsOnAllEngines(t *testing.T) {
	all := engines(t)
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(3, 4))
		d := rapid.SampledFrom([]graph.DType{graph.Float32, graph.Float64}).Draw(t, "dtype")
		size := func(most int) int { return rapid.IntRange(1, most).Draw(t, "size") }
		b1, b2, m, n, k := size(3), size(4), size(40), size(70), size(300)
		x, y := numbers(r, d, graph.Shape{b1, m, b2, k}), numbers(r, d, graph.Shape{b1, k, b2, n})
		attrs := graph.DotAttrs{BatchX: []int{0, 2}, BatchY: []int{0, 2}, ContractX: []int{3}, ContractY: []int{1}}
		if rapid.Bool().Draw(t, "turned") {
			x = numbers(r, d, graph.Shape{k, b2, m, b1})
			attrs.BatchX, attrs.ContractX = []int{3, 1}, []int{0}
		}
		sameEverywhere(t, all, graph.Apply(graph.DotP, attrs, x, y)[0].Op(), values(x, y))

		shape := graph.Shape{size(6), rapid.SampledFrom([]int{1, 5, 300, 700, 9000}).Draw(t, "rows"), rapid.SampledFrom([]int{1, 2, 16, 33, 130}).Draw(t, "columns")}
		z := numbers(r, d, shape)
		over := rapid.SampledFrom([][]int{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}}).Draw(t, "axes")
		p := rapid.SampledFrom([]*graph.Prim{graph.ReduceSumP, graph.ReduceMaxP, graph.ReduceMinP}).Draw(t, "reduction")
		sameEverywhere(t, all, graph.Apply(p, over, z)[0].Op(), values(z))

		perm := rapid.Permutation([]int{0, 1, 2}).Draw(t, "order")
		sameEverywhere(t, all, graph.Apply(graph.TransposeP, perm, z)[0].Op(), values(z))
	})
}
