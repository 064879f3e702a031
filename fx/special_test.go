package fx

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// wants is an array and the elements that it should have.
type wants struct {
	name      string
	got       *Array
	want      []float64
	tolerance float64
}

func checkWants(t *testing.T, all []wants) {
	t.Helper()
	for _, c := range all {
		got := c.got
		if got.DType() == Bool {
			got = got.AsType(Int32)
		}
		v := got.Float64s()
		if len(v) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
			continue
		}
		for i, w := range c.want {
			if !(v[i] == w || w != w && v[i] != v[i] || math.Abs(v[i]-w) <= c.tolerance*max(1, math.Abs(w))) {
				t.Errorf("%s: element %d is %v, want %v", c.name, i, v[i], w)
			}
		}
	}
}

func TestSpecialFunctions(t *testing.T) {
	f := func(v ...float64) *Array { return New(v) }
	var powers, tens []float64
	for k := -300; k <= 300; k += 7 {
		powers, tens = append(powers, float64(k)), append(tens, math.Pow(10, float64(k)))
	}
	checkWants(t, []wants{
		{"Exp2", f(-1, 0.5, 10).Exp2(), []float64{0.5, math.Sqrt2, 1024}, 1e-15},
		{"Log2", f(8, 3, 0, -1).Log2(), []float64{3, math.Log2(3), -inf, nan}, 1e-15},
		{"Log2 of powers", New(powers).Exp2().Log2(), powers, 0},
		{"Log10 of powers", New(tens).Log10(), powers, 0},
		{"Log10 float32", New([]float32{1000, 1e-5}).Log10(), []float64{3, -5}, 1e-7},
		{"Cbrt", f(27, -8, 0, inf, 2e-300, 5).Cbrt(), []float64{3, -2, 0, inf, math.Cbrt(2e-300), math.Cbrt(5)}, 1e-16},
		{"Sinc", f(0, 0.5, -2, 1e-3).Sinc(), []float64{1, 2 / math.Pi, 0, math.Sin(math.Pi*1e-3) / (math.Pi * 1e-3)}, 1e-15},
		{"Logit", f(0.5, 0.9, 1).Logit(), []float64{0, math.Log(9), inf}, 1e-15},
		{"XLogY", XLogY(f(0, 0, 2), f(0, inf, 3)), []float64{0, 0, 2 * math.Log(3)}, 1e-15},
		{"XLog1pY", XLog1pY(f(0, 2), f(-1, 3)), []float64{0, 2 * math.Log(4)}, 1e-15},
		{"NormalCDF", f(0, 1.959963984540054, -10).NormalCDF(), []float64{0.5, 0.975, 7.619853024160583e-24}, 1e-14},
		{"NormalQuantile", f(0.975).NormalQuantile(), []float64{1.959963984540054}, 1e-14},
		{"LogBeta", LogBeta(f(2, 0.5), f(3, 0.5)), []float64{math.Log(1. / 12), math.Log(math.Pi)}, 3e-14},
		{"Trunc", f(-1.5, 1.5, -0.2).Trunc(), []float64{-1, 1, 0}, 0},
		{"Mod", f(-7, 7, -7, 6).Mod(f(3, -3, -3, 3)), []float64{2, -2, -1, 0}, 0},
		{"Mod of integers", New([]int32{-7, 7, -7, 6}).Mod(New([]int32{3, -3, -3, 0})), []float64{2, -2, -1, 0}, 0},
		{"FloorDiv", f(-7, 7, 1, 1).FloorDiv(f(2, 2, 0.1, 0)), []float64{-4, 3, 9, inf}, 0},
		{"FloorDiv of integers", New([]int64{-7, 7, -7, 6}).FloorDiv(New([]int64{2, -2, -2, 0})), []float64{-4, -4, 3, 0}, 0},
		{"PopCount", New([]int32{0, -1, 5}).PopCount(), []float64{0, 32, 2}, 0},
		{"PopCount 64", New([]int64{-1, 1 << 40}).PopCount(), []float64{64, 1}, 0},
		{"PopCount 8", New([]uint8{255, 16}).PopCount(), []float64{8, 1}, 0},
		{"LeadingZeros", New([]uint32{0, 1, 1 << 31}).LeadingZeros(), []float64{32, 31, 0}, 0},
		{"LeadingZeros 64", New([]int64{0, 1, 1 << 40, -1}).LeadingZeros(), []float64{64, 63, 23, 0}, 0},
		{"LeadingZeros 8", New([]uint8{0, 3}).LeadingZeros(), []float64{8, 6}, 0},
		{"IsInf", f(inf, -inf, 1, nan).IsInf(), []float64{1, 1, 0, 0}, 0},
		{"SignBit", f(-1, math.Copysign(0, -1), 0, 2).SignBit(), []float64{1, 1, 0, 0}, 0},
		{"CopySign", f(3, -3).CopySign(f(math.Copysign(0, -1), 1)), []float64{-3, 3}, 0},
		{"NaNToNum", f(nan, inf, -inf, 2).NaNToNum(7), []float64{7, math.MaxFloat64, -math.MaxFloat64, 2}, 0},
		{"IsClose", f(1, 1, inf, nan, 0).IsClose(f(1+1e-6, 1.1, inf, nan, 1e-9), DefaultTolerance), []float64{1, 0, 1, 0, 1}, 0},
		{"IsClose with NaN", f(nan, inf).IsClose(f(nan, 1), Tolerance{EqualNaN: true}), []float64{1, 0}, 0},
		{"AllClose", f(1, 2).AllClose(f(1, 2), DefaultTolerance), []float64{1}, 0},
		{"CumLogSumExp", f(0, 0, 1000, -inf).CumLogSumExp(0), []float64{0, math.Ln2, 1000, 1000}, 1e-15},
	})
	g := Grad(func(v []*Array) *Array { return XLogY(v[0], v[1]).Sum() })([]*Array{f(0, 0, 2), f(3, 0, 4)})
	if got := fmt.Sprint(g[0].Float64s(), g[1].Float64s()); got != fmt.Sprint([]float64{math.Log(3), -inf, math.Log(4)}, []float64{0, 0, 0.5}) {
		t.Errorf("derivatives of XLogY %v", got)
	}
}

// The derivatives are those of finite differences, compiled as plain.
func TestSpecialDerivatives(t *testing.T) {
	x, y := New([]float64{0.3, 0.7, 0.45, 0.001}), New([]float64{0.9, 0.2, 0.6, 1.4})
	for name, f := range map[string]func(*Array) *Array{
		"Exp2": (*Array).Exp2, "Log2": (*Array).Log2, "Log10": (*Array).Log10, "Cbrt": (*Array).Cbrt, "Sinc": (*Array).Sinc,
		"Logit": (*Array).Logit, "NormalCDF": (*Array).NormalCDF, "NormalQuantile": (*Array).NormalQuantile,
		"XLogY":   func(x *Array) *Array { return XLogY(x, y).Add(XLogY(y, x)) },
		"XLog1pY": func(x *Array) *Array { return XLog1pY(x, y).Add(XLog1pY(y, x)) },
		"LogBeta": func(x *Array) *Array { return LogBeta(x, y) },
		"Hypot":   func(x *Array) *Array { return Hypot(x, y) },
		"Mod":     func(x *Array) *Array { return x.MulScalar(3.1).Mod(y) },
		"Median":  func(x *Array) *Array { return x.Median(0).Add(x.Quantile(0.3, 0)) },
		"NaNVar":  func(x *Array) *Array { return Concatenate(0, x, New([]float64{nan})).NaNVar() },
		"NaNMax":  func(x *Array) *Array { return Concatenate(0, x, New([]float64{nan})).NaNMax() },
		"Interp":  func(x *Array) *Array { return x.Interp(New([]float64{0, 0.4, 1}), New([]float64{1, 3, -1})) },
		"points":  func(x *Array) *Array { return New([]float64{0.1, 0.5}).Interp(x.CumSum(0), x.Sin()) },
		"Kron":    func(x *Array) *Array { return Kron(x, y.Reshape(2, 2)) },
		"Cross":   func(x *Array) *Array { return Cross(x.SliceAxis(0, 0, 3), y.SliceAxis(0, 1, 4)) },
		"Power":   func(x *Array) *Array { return MatrixPower(x.Reshape(2, 2), 5).Add(MatrixPower(y.Reshape(2, 2), -2)) },
		"PolyVal": func(x *Array) *Array { return PolyVal(x, y) },
		"Convolve": func(x *Array) *Array {
			return Convolve(x, y.SliceAxis(0, 0, 2)).Add(Convolve(y.SliceAxis(0, 0, 2), x).Square())
		},
		"Cov":     func(x *Array) *Array { return Cov(Stack(0, x, y.Mul(x)), 1).Add(CorrCoef(Stack(0, x, y))) },
		"running": (func(x *Array) *Array { return x.CumLogSumExp(0) }),
		"segments": func(x *Array) *Array {
			ids := New([]int32{0, 1, 0, 1})
			return x.SegmentMean(ids, 2).Add(x.SegmentProd(ids, 2)).Add(x.SegmentMax(ids, 2).Mul(x.SegmentMin(ids, 2)))
		},
		"padding": func(x *Array) *Array { return x.PadWith(PadReflect, Padding{Before: 2, After: 3}).Square() },
	} {
		v := New([]float64{0.4, -0.8, 0.6, 0.5})
		loss := func(x *Array) *Array {
			z := f(x)
			return z.Mul(Arange(Float64, z.Size()).AddScalar(0.5).Reshape(z.Shape()...)).Sum()
		}
		const h = 1e-5
		at := func(s float64) float64 { return loss(x.Add(v.MulScalar(s * h))).Item() }
		want := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
		_, d := JVP(loss, x, v)
		g := sameAsPlain(t, Grad(loss), x).Dot(v).Item()
		if tol := 1e-6 * (1 + math.Abs(want)); !(math.Abs(d.Item()-want) < tol) || !(math.Abs(g-want) < tol) {
			t.Errorf("%s: forward %v, reverse %v, want %v", name, d.Item(), g, want)
		}
	}
}

func TestBinsAndQuantiles(t *testing.T) {
	f := func(v ...float64) *Array { return New(v) }
	edges, v := f(0, 1, 1, 2, nan), f(-1, 0, 0.5, 1, 2, 3, nan)
	m := f(1, 5, 3, 2, 4, 9).Reshape(2, 3)
	with := f(1, nan, 3, nan, nan, nan).Reshape(2, 3)
	checkWants(t, []wants{
		{"SearchSorted left", edges.SearchSorted(v, Left), []float64{0, 0, 1, 1, 3, 4, 4}, 0},
		{"SearchSorted right", edges.SearchSorted(v, Right), []float64{0, 1, 1, 3, 4, 4, 5}, 0},
		{"SearchSorted integers", Arange(Int32, 1000).SearchSorted(New([]int32{-5, 0, 999, 1000, 500}), Left), []float64{0, 0, 999, 1000, 500}, 0},
		{"SearchSorted in nothing", f().SearchSorted(f(1), Left), []float64{0}, 0},
		{"SearchSorted constant", f(1, 2).SearchSorted(Const(1.5), Left), []float64{1}, 0},
		{"BinCount", New([]int32{1, 1, 3, 7, -1}).BinCount(4), []float64{0, 2, 0, 1}, 0},
		{"Histogram", f(-1, 0, 0.5, 1, 2, 3, nan).Histogram(f(0, 1, 2)), []float64{2, 2}, 0},
		{"Interp", f(-1, 0, 0.5, 2, 5).Interp(f(0, 1, 3), f(1, 3, -1)), []float64{1, 1, 2, 1, -1}, 0},
		{"Interp one point", f(-1, 4).Interp(f(2), f(7)), []float64{7, 7}, 0},
		{"Median", m.Median(1), []float64{3, 4}, 0},
		{"Median of even", m.Median(0), []float64{1.5, 4.5, 6}, 0},
		{"Quantile", f(4, 1, 3, 2).Quantile(0.25, 0), []float64{1.75}, 0},
		{"Quantile ends", Stack(0, m.Quantile(0, 1), m.Quantile(1, 1)), []float64{1, 2, 5, 9}, 0},
		{"Quantile of NaN", f(1, nan, 2).Quantile(0, 0), []float64{nan}, 0},
		{"Median of infinities", f(-inf, inf, inf).Median(0), []float64{inf}, 0},
		{"NaNSum", with.NaNSum(1), []float64{4, 0}, 0},
		{"NaNMean", with.NaNMean(1), []float64{2, nan}, 0},
		{"NaNStd", with.NaNStd(1), []float64{1, nan}, 0},
		{"NaNMax", with.NaNMax(1), []float64{3, nan}, 0},
		{"NaNMin", with.NaNMin(), []float64{1}, 0},
		{"CountNonzero", f(0, 1, nan, 0).CountNonzero(), []float64{2}, 0},
		{"PeakToPeak", m.PeakToPeak(1), []float64{4, 7}, 0},
		{"Average", m.Average(f(1, 0, 3), 1), []float64{2.5, 7.25}, 0},
		{"SegmentMax", f(1, 5, 3).SegmentMax(New([]int32{0, 2, 0}), 3), []float64{3, -inf, 5}, 0},
		{"SegmentMin of integers", New([]int32{4, 5, 3}).SegmentMin(New([]int32{0, 2, 0}), 2), []float64{3, math.MaxInt32}, 0},
		{"SegmentProd", f(2, 5, 3).SegmentProd(New([]int32{0, 2, 0}), 3), []float64{6, 1, 5}, 0},
		{"SegmentMean", m.SegmentMean(New([]int32{1, 1}), 2), []float64{0, 0, 0, 1.5, 4.5, 6}, 0},
	})
}

func TestProductsAndArrangements(t *testing.T) {
	f := func(v ...float64) *Array { return New(v) }
	a, b := f(1, 2, 3, 4).Reshape(2, 2), f(0, 5, 6, 7).Reshape(2, 2)
	checkWants(t, []wants{
		{"Kron", Kron(a, b), []float64{0, 5, 0, 10, 6, 7, 12, 14, 0, 15, 0, 20, 18, 21, 24, 28}, 0},
		{"Kron of ranks", Kron(f(1, 2), a), []float64{1, 2, 2, 4, 3, 4, 6, 8}, 0},
		{"Cross", Cross(f(1, 2, 3), f(4, 5, 6)), []float64{-3, 6, -3}, 0},
		{"Inner", Inner(a, b), []float64{10, 20, 20, 46}, 0},
		{"MatrixPower", MatrixPower(a, 3), []float64{37, 54, 81, 118}, 0},
		{"MatrixPower 0", MatrixPower(a, 0), []float64{1, 0, 0, 1}, 0},
		{"MatrixPower -1", MatrixPower(a, -1), []float64{-2, 1, 1.5, -0.5}, 1e-15},
		{"PolyVal", PolyVal(f(2, 0, -1), f(0, 3)), []float64{-1, 17}, 0},
		{"Convolve", Convolve(f(1, 2, 3), f(0, 1, 0.5)), []float64{0, 1, 2.5, 4, 1.5}, 0},
		{"Convolve short", Convolve(f(2), f(1, 2, 3)), []float64{2, 4, 6}, 0},
		{"Cov", Cov(f(0, 1, 2, 2, 1, 0).Reshape(2, 3), 1), []float64{1, -1, -1, 1}, 0},
		{"CorrCoef", CorrCoef(f(0, 1, 2, 2, 1, 0).Reshape(2, 3)), []float64{1, -1, -1, 1}, 1e-15},
		{"Diff", f(1, 4, 9).Diff(0), []float64{3, 5}, 0},
		{"Trapezoid", f(1, 2, 3).Trapezoid(0.5, 0), []float64{2}, 0},
		{"BlockDiag", BlockDiag(a, f(9).Reshape(1, 1)), []float64{1, 2, 0, 3, 4, 0, 0, 0, 9}, 0},
		{"ArangeStep", ArangeStep(Float64, 1, 2, 0.25), []float64{1, 1.25, 1.5, 1.75}, 0},
		{"ArangeStep down", ArangeStep(Int32, 5, 0, -2), []float64{5, 3, 1}, 0},
		{"LogSpace", LogSpace(Float64, 0, 2, 3, 10), []float64{1, 10, 100}, 1e-15},
		{"Rot90", a.Rot90(1), []float64{2, 4, 1, 3}, 0},
		{"Rot90 back", a.Rot90(-1), []float64{3, 1, 4, 2}, 0},
		{"Rot90 twice", a.Rot90(2), []float64{4, 3, 2, 1}, 0},
		{"edge", f(1, 2, 3).PadWith(PadEdge, Padding{Before: 2, After: 1}), []float64{1, 1, 1, 2, 3, 3}, 0},
		{"reflect", f(1, 2, 3).PadWith(PadReflect, Padding{Before: 5, After: 3}), []float64{2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2}, 0},
		{"symmetric", f(1, 2, 3).PadWith(PadSymmetric, Padding{Before: 2, After: 4}), []float64{2, 1, 1, 2, 3, 3, 2, 1, 1}, 0},
		{"wrap", f(1, 2, 3).PadWith(PadWrap, Padding{Before: 2, After: 4}), []float64{2, 3, 1, 2, 3, 1, 2, 3, 1}, 0},
		{"Choose", Choose([]*Array{f(1, 5).Less(Const(3)), f(1, 5).Less(Const(9))}, []*Array{f(10, 20), f(30, 40)}, Const(0)), []float64{10, 40}, 0},
		{"UnravelIndex", Stack(0, UnravelIndex(New([]int32{0, 5, 99}), 2, 3)...), []float64{0, 1, 1, 0, 2, 2}, 0},
		{"UnravelIndex, narrow", Stack(0, UnravelIndex(New([]uint8{255}), 2, 300)...), []float64{0, 255}, 0},
		{"RavelIndex", RavelIndex([]*Array{New([]int32{1, 0, 7}), New([]int32{2, 1, -1})}, 2, 3), []float64{5, 1, 3}, 0},
	})
	z := New([]complex128{1 + 2i, 3i})
	if got := z.VDot(z).ItemComplex(); got != 14 {
		t.Errorf("VDot %v", got)
	}
	if got := Cross(New([]complex128{1, 2i, 0}), New([]complex128{0, 0, 1i})).Complex128s(); !slices.Equal(got, []complex128{-2, -1i, 0}) {
		t.Errorf("complex Cross %v", got)
	}
}
