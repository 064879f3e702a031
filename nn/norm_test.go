package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// moments is the mean and the variance (divided by n).
func moments(v []float64) (mean, variance float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		variance += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, variance
}

// column is every step-th element from the first on.
func column(v []float64, first, step int) []float64 {
	var out []float64
	for i := first; i < len(v); i += step {
		out = append(out, v[i])
	}
	return out
}

func TestLayerNormByHand(t *testing.T) {
	l := nn.NewLayerNorm(fx.Float64, 3)
	l.Scale, l.Bias, l.Eps = fx.New([]float64{1, 2, -1}), fx.New([]float64{0, 0.5, 1}), 0.25
	x := []float64{1, 2, 6, -4, 0, 1}
	var want []float64
	for i := 0; i < 6; i += 3 {
		m, v := moments(x[i : i+3])
		for j, s := range []float64{1, 2, -1} {
			want = append(want, (x[i+j]-m)/math.Sqrt(v+0.25)*s+[]float64{0, 0.5, 1}[j])
		}
	}
	near(t, "y", l.Apply(fx.New(x, 2, 3)).Float64s(), want, 1e-14)
}

// TestLayerNormInvariance: shifting and scaling an example changes nothing
// but through Eps.
func TestLayerNormInvariance(t *testing.T) {
	l := nn.NewLayerNorm(fx.Float64, 4, 3)
	l.Eps = 0
	x := sample(1, fx.Float64, 5, 4, 3)
	y := l.Apply(x)
	near(t, "scaled and shifted", l.Apply(x.MulScalar(7).AddScalar(-3)).Float64s(), y.Float64s(), 1e-12)
	for i := range 5 {
		m, v := moments(y.Index(i).Float64s())
		near(t, "moments", []float64{m, v}, []float64{0, 1}, 1e-13)
	}
}

func TestBatchNormTraining(t *testing.T) {
	b := nn.NewBatchNorm(fx.Float64, 3)
	b.Scale, b.Bias, b.Momentum = fx.New([]float64{2, 1, -1}), fx.New([]float64{0, 3, 1}), 0.3
	b.Running = nn.Running{Mean: fx.New([]float64{1, 0, -1}), Var: fx.New([]float64{1, 2, 3})}
	x := sample(2, fx.Float64, 4, 2, 2, 3).MulScalar(3).AddScalar(1)
	y, next := b.Train(x)
	const n = 16
	xs, ys := x.Float64s(), y.Float64s()
	for c := range 3 {
		m, v := moments(column(xs, c, 3))
		scale, bias := b.Scale.Float64s()[c], b.Bias.Float64s()[c]
		want := column(xs, c, 3)
		for i := range want {
			want[i] = (want[i]-m)/math.Sqrt(v+1e-5)*scale + bias
		}
		near(t, "y", column(ys, c, 3), want, 1e-13)
		near(t, "running mean", next.Running.Mean.Float64s()[c:c+1], []float64{0.7*b.Running.Mean.Float64s()[c] + 0.3*m}, 1e-14)
		near(t, "running variance", next.Running.Var.Float64s()[c:c+1], []float64{0.7*b.Running.Var.Float64s()[c] + 0.3*v*n/(n-1)}, 1e-14)
	}
	sameBits(t, "scale and bias", []*fx.Array{next.Scale, next.Bias}, []*fx.Array{b.Scale, b.Bias})
}

// TestBatchNormConverges: the running statistics of many batches are those of
// the distribution, and inference then normalises like training.
func TestBatchNormConverges(t *testing.T) {
	b := nn.NewBatchNorm(fx.Float64, 2)
	train := fx.Jit(func(c struct {
		B nn.BatchNorm
		X *fx.Array
	}) nn.BatchNorm {
		_, next := c.B.Train(c.X)
		return next
	})
	for i := range 200 {
		x := sample(uint64(i), fx.Float64, 64, 2).Mul(fx.New([]float64{3, 0.5})).Add(fx.New([]float64{-2, 5}))
		b = train(struct {
			B nn.BatchNorm
			X *fx.Array
		}{b, x})
	}
	// The last 10 to 20 batches of 64 count: deviations of about 1/30.
	near(t, "mean", b.Running.Mean.Float64s(), []float64{-2, 5}, 0.1)
	near(t, "variance", b.Running.Var.Float64s(), []float64{9, 0.25}, 0.15)
}

func TestBatchNormGradient(t *testing.T) {
	b := nn.NewBatchNorm(fx.Float64, 3)
	weights := sample(3, fx.Float64, 5, 3)
	f := func(c call) *fx.Array {
		y, _ := c.Layer.(nn.BatchNorm).Train(c.X)
		return y.Mul(weights).Sum()
	}
	c := call{b, sample(4, fx.Float64, 5, 3)}
	checkGradient(t, "training", f, c)
	g := fx.Grad(f)(c)
	running := g.Layer.(nn.BatchNorm).Running
	near(t, "gradient of running statistics", flat(running), make([]float64, 6), 0)
	gathered := func(x *fx.Array) *fx.Array {
		_, next := b.Train(x)
		return next.Running.Mean.Add(next.Running.Var).Sum()
	}
	near(t, "gradient through running statistics", flat(fx.Grad(gathered)(c.X)), make([]float64, 15), 0)
	// The sum of y does not depend on x, whatever the batch.
	for ch := range 3 {
		var sum float64
		for _, v := range column(fx.Grad(f)(call{b, c.X}).X.Float64s(), ch, 3) {
			sum += v
		}
		if math.Abs(sum) > 1e-12 {
			t.Errorf("shifting channel %d changes the loss: %v", ch, sum)
		}
	}
}

type normNet struct {
	In    nn.Linear
	Norms []nn.BatchNorm
	Extra map[string]nn.Running // not a statistic: the path ends otherwise
}

func TestWithRunning(t *testing.T) {
	make := func(v float64) normNet {
		n := normNet{In: nn.NewLinear(random.New(0), 2, 2), Norms: []nn.BatchNorm{nn.NewBatchNorm(fx.Float32, 2), nn.NewBatchNorm(fx.Float32, 2)}}
		n.Extra = map[string]nn.Running{"a": {Mean: fx.Ones(fx.Float32), Var: fx.Ones(fx.Float32)}}
		return fx.Map(func(a *fx.Array) *fx.Array { return fx.FullLike(a, v) }, n)
	}
	got := nn.WithRunning(make(1), make(2))
	for i, a := range fx.Leaves(got) {
		want := 1.0
		if slices.Contains([]string{"Norms[0].Running.Mean", "Norms[0].Running.Var", "Norms[1].Running.Mean", "Norms[1].Running.Var"}, fx.Paths(got)[i]) {
			want = 2
		}
		for _, v := range a.Float64s() {
			if v != want {
				t.Errorf("%s is %v, want %v", fx.Paths(got)[i], v, want)
			}
		}
	}
	alone := nn.WithRunning(nn.NewBatchNorm(fx.Float64, 1), nn.BatchNorm{
		Scale: fx.Zeros(fx.Float64, 1), Bias: fx.Zeros(fx.Float64, 1),
		Running: nn.Running{Mean: fx.Full(fx.Float64, 7, 1), Var: fx.Full(fx.Float64, 8, 1)},
	})
	near(t, "a norm alone", flat(alone), []float64{1, 0, 7, 8}, 0)
}

func TestDropout(t *testing.T) {
	const n = 50000
	x := sample(1, fx.Float64, n)
	for _, rate := range []float64{0.1, 0.5, 0.9} {
		d := nn.Dropout{Rate: rate}
		y := d.Train(x, random.New(2))
		dropped := 0
		xs := x.Float64s()
		for i, v := range y.Float64s() {
			if v == 0 {
				dropped++
			} else if math.Abs(v-xs[i]/(1-rate)) > 1e-14*math.Abs(v) {
				t.Fatalf("rate %v: %v became %v", rate, xs[i], v)
			}
		}
		if z := (float64(dropped) - n*rate) / math.Sqrt(n*rate*(1-rate)); math.Abs(z) > 4 {
			t.Errorf("rate %v: %d of %d dropped, %.1f deviations off", rate, dropped, n, z)
		}
		sameBits(t, "inference", d.Apply(x), x)
		sameBits(t, "the same key", d.Train(x, random.New(2)), y)
		if slices.Equal(flat(d.Train(x, random.New(3))), flat(y)) {
			t.Error("another key drops the same")
		}
		sameBits(t, "Jit", fx.Jit(func(k *fx.Array) *fx.Array { return d.Train(x, k) })(random.New(2)), y)
		few := sample(2, fx.Float64, 7)
		checkGradient(t, "gradient", func(x *fx.Array) *fx.Array { return d.Train(x, random.New(2)).Square().Sum() }, few)
	}
	sameBits(t, "rate 0", nn.Dropout{}.Train(x, nil), x)
	shapeIs(t, "a scalar", nn.Dropout{Rate: 0.5}.Train(fx.Scalar(1.0), random.New(0)))
}

// TestSequentialTraining checks keys, updates and nesting.
func TestSequentialTraining(t *testing.T) {
	key := random.New(5)
	norm := nn.NewBatchNorm(fx.Float64, 3)
	drop := nn.Dropout{Rate: 0.5}
	inner := nn.Sequential{norm, drop}
	s := nn.Sequential{nn.Func(nn.Tanh), inner, drop}
	x := sample(6, fx.Float64, 8, 3)
	y, next := s.Train(x, key)
	k1 := random.FoldIn(key, 1)
	h, trained := norm.Train(x.Tanh())
	h = drop.Train(h, random.FoldIn(k1, 1))
	h = drop.Train(h, random.FoldIn(key, 2))
	sameBits(t, "output", y, h)
	sameBits(t, "updated layers", next, nn.Sequential{nn.Func(nn.Tanh), nn.Sequential{trained, drop}, drop})
	if len(flat(s)) != 12 || slices.Equal(flat(next), flat(s)) {
		t.Error("training must change the copy")
	}
	sameBits(t, "the original", s, nn.Sequential{nn.NewBatchNorm(fx.Float64, 3)})
	sameBits(t, "inference", next.Apply(x), trained.Apply(x.Tanh()))
}
