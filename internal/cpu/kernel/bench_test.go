package kernel

import (
	"fmt"
	"testing"
)

// BenchmarkElementwise runs the common kernels on 4096 elements, in L1.
func BenchmarkElementwise(b *testing.B) {
	for _, l := range Available() {
		s := For(l)
		benchFloats(b, fmt.Sprintf("f32/%v", l), &s.F32)
		benchFloats(b, fmt.Sprintf("f64/%v", l), &s.F64)
	}
}

func benchFloats[T Float](b *testing.B, name string, f *Floats[T]) {
	const n = 2048
	x, y, dst := make([]T, n), make([]T, n), make([]T, n)
	bytes := make([]uint8, n)
	for i := range x {
		x[i], y[i] = T(i%97)/48-1, T(i%89)/60+0.1
	}
	run := func(kernel string, call func()) {
		b.Run(name+"/"+kernel, func(b *testing.B) {
			for b.Loop() {
				call()
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/n*1e9, "ns/elem")
		})
	}
	for _, k := range []struct {
		name string
		u    Unary
	}{{"abs", Abs}, {"sqrt", Sqrt}, {"exp", Exp}, {"expm1", Expm1}, {"sin", Sin}, {"tanh", Tanh}, {"logistic", Logistic}, {"erf", Erf}, {"erfinv", ErfInv}} {
		run(k.name, func() { f.Unary[k.u](dst, x) })
	}
	run("log", func() { f.Unary[Log](dst, y) })
	run("log1p", func() { f.Unary[Log1p](dst, y) })
	for _, k := range []struct {
		name string
		b    Binary
	}{{"add", Add}, {"mul", Mul}, {"div", Div}, {"max", Max}, {"pow", Pow}} {
		run(k.name, func() { f.Binary[k.b](dst, y, x) })
	}
	run("less", func() { f.Compare[Lt](bytes, x, y) })
	run("select", func() { f.Select(dst, bytes, x, y) })
	run("fill", func() { f.Fill(dst, 1) })
	run("muladd", func() { f.MulAdd(dst, x, y) })
	var acc [Lanes]T
	run("sumlanes", func() { f.SumLanes(&acc, x) })
	run("maxlanes", func() { f.MaxLanes(&acc, x) })
}
