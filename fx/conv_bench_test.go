package fx

import (
	"fmt"
	"testing"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// BenchmarkConv measures the three convolutions of a training step (forward,
// to the images, to the kernel) for layers of common sizes.
func BenchmarkConv(b *testing.B) {
	for _, c := range []struct {
		x, w   []int
		groups int
		stride int
	}{
		{[]int{128, 32, 32, 3}, []int{3, 3, 3, 16}, 1, 1},
		{[]int{128, 32, 32, 16}, []int{3, 3, 16, 16}, 1, 1},
		{[]int{128, 16, 16, 32}, []int{3, 3, 32, 32}, 1, 1},
		{[]int{128, 32, 32, 16}, []int{3, 3, 16, 32}, 1, 2},
		{[]int{32, 28, 28, 128}, []int{3, 3, 128, 128}, 1, 1},
		{[]int{32, 28, 28, 128}, []int{3, 3, 1, 128}, 128, 1},
	} {
		x, w := irregular(Float32, c.x...), irregular(Float32, c.w...)
		o := ConvOptions{Padding: Border{Same: true}, Groups: c.groups, Strides: [2]int{c.stride, c.stride}}
		y := Conv2D(x, w, o)
		ct := irregular(Float32, y.Shape()...)
		Eval(x, w, ct)
		flops := 2 * float64(y.Size()) * float64(c.w[0]*c.w[1]*c.w[2])
		one := func(name string, f func() *Array) {
			b.Run(fmt.Sprintf("%s/%vx%v", name, c.x, c.w), func(b *testing.B) {
				for b.Loop() {
					Eval(f())
				}
				b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		one("forward", func() *Array { return Conv2D(x, w, o) })
		grad := func(need ...bool) *Array {
			op := Conv2D(x, w, o).n.Op()
			for _, d := range op.Prim.VJP(op, []*graph.Node{ct.n}, need) {
				if d != nil {
					return wrap(d)
				}
			}
			return nil
		}
		one("to images", func() *Array { return grad(true, false) })
		one("to kernel", func() *Array { return grad(false, true) })
	}
}

// BenchmarkMatMul is the same work without patches, for comparison.
func BenchmarkMatMul(b *testing.B) {
	x, y := irregular(Float32, 1024, 1024), irregular(Float32, 1024, 1024)
	Eval(x, y)
	for b.Loop() {
		Eval(x.MatMul(y))
	}
	b.ReportMetric(2*1024*1024*1024*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
