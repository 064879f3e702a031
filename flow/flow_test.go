package flow_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/flow"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

var interpolants = []flow.Interpolant{flow.Linear(), flow.VP(), flow.SubVP(), flow.ConstantSpeed()}

// near requires two numbers to agree.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, tolerance)
	}
}

// Every motion goes from X0 to X1, and its velocity is its derivative.
func TestInterpolants(t *testing.T) {
	keys := random.Split(random.New(1), 2)
	x0, x1 := random.Normal(keys[0], fx.Float64, 5, 3), random.Normal(keys[1], fx.Float64, 5, 3)
	for _, p := range interpolants {
		t.Run(p.Name, func(t *testing.T) {
			start, _ := p.At(fx.Scalar(0.0), x0, x1)
			end, _ := p.At(fx.Scalar(1.0), x0, x1)
			slack := 1e-12
			if strings.Contains(p.Name, "VP") {
				slack = 0.02 // alpha(0) = exp(-19.9/4 - 0.05) = 0.0066
			}
			near(t, "distance from X0 at t = 0", start.Sub(x0).Abs().Max().Item(), 0, slack)
			near(t, "distance from X1 at t = 1", end.Sub(x1).Abs().Max().Item(), 0, 1e-12)

			times, h := fx.New([]float64{0.05, 0.3, 0.5, 0.8, 0.95}), 1e-5
			_, velocity := p.At(times, x0, x1)
			after, _ := p.At(times.AddScalar(h), x0, x1)
			before, _ := p.At(times.AddScalar(-h), x0, x1)
			near(t, "error of the velocity", after.Sub(before).DivScalar(2*h).Sub(velocity).Abs().Max().Item(), 0, 1e-7)
		})
	}
}

// normals are independent pairs of N(0, 1) and N(m, 1) in d dimensions.
func normals(seed uint64, n, d int, m float64) flow.Pairs {
	keys := random.Split(random.New(seed), 2)
	return flow.Pairs{X0: random.Normal(keys[0], fx.Float64, n, d), X1: random.Normal(keys[1], fx.Float64, n, d).AddScalar(m)}
}

// between is the best velocity for those pairs: X1 - X0 and X_t are jointly
// normal, so E[X1 - X0 | X_t = x] = m + (2t-1)/(t^2 + (1-t)^2) (x - t m).
func between(m float64) flow.Func {
	return func(x, t *fx.Array) *fx.Array {
		if t.NDim() == 1 {
			t = t.Reshape(-1, 1)
		}
		spread := t.Square().Add(t.Neg().AddScalar(1).Square())
		return x.Sub(t.MulScalar(m)).Mul(t.MulScalar(2).AddScalar(-1)).Div(spread).AddScalar(m)
	}
}

// The crossing loss of the best velocity is the conditional variance, whose
// integral is known: for each coordinate 2 - (2t-1)^2/(t^2+(1-t)^2), pi/2 over
// [0, 1]. The flow carries each point by m, so it is straight, costs m^2, and
// the identity of equation 13 holds: (2 + m^2) d - m^2 d = S + V needs
// S = (2 - pi/2) d.
func TestIdentityOfNormals(t *testing.T) {
	const m, d = 1.5, 2
	pairs := normals(2, 4000, d, m)
	v := between(m)
	near(t, "V", flow.CrossingLoss(random.New(3), v, pairs, flow.Linear(), 8).Item(), math.Pi/2*d, 0.1)

	// The flow is x = t m + sqrt(t^2 + (1-t)^2) z0: it ends at z0 + m.
	end, _ := flow.Forward(v, pairs.X0, flow.Euler(300))
	near(t, "error of the flow's end", end.Sub(pairs.X0).AddScalar(-m).Abs().Max().Item(), 0, 0.05)
	s := flow.Straightness(v, pairs.X0, flow.Euler(300)).Item()
	near(t, "S", s, (2-math.Pi/2)*d, 0.05)
	z := flow.Pairs{X0: pairs.X0, X1: end}
	near(t, "cost before", pairs.Cost(2).Item(), (2+m*m)*d, 0.3)
	near(t, "cost after", z.Cost(2).Item(), m*m*d, 0.05)
}

// Costs are norms of the difference to a power.
func TestCost(t *testing.T) {
	p := flow.Pairs{X0: fx.New([]float64{0, 0, 1, 1}, 2, 2), X1: fx.New([]float64{3, 4, 1, 2}, 2, 2)}
	for power, want := range map[float64]float64{1: 3, 2: 13, 4: 313, 1.5: (math.Pow(5, 1.5) + 1) / 2} {
		near(t, "cost", p.Cost(power).Item(), want, 1e-12)
	}
}

// Straightness of dz/dt = a z is |z0|^2 times the integral of
// (e^a - 1 - a e^(at))^2; a constant velocity is straight.
func TestStraightness(t *testing.T) {
	const a = 0.8
	z0 := random.Normal(random.New(4), fx.Float64, 50, 2)
	grow := flow.Func(func(x, _ *fx.Array) *fx.Array { return x.MulScalar(a) })
	integral, n := 0.0, 10_000
	for i := range n {
		t := (float64(i) + 0.5) / float64(n)
		integral += math.Pow(math.Exp(a)-1-a*math.Exp(a*t), 2) / float64(n)
	}
	want := integral * z0.Square().Sum(1).Mean().Item()
	near(t, "S", flow.Straightness(grow, z0, flow.Euler(1000)).Item(), want, 5e-3*want)
	constant := flow.Func(func(x, _ *fx.Array) *fx.Array { return fx.OnesLike(x).MulScalar(3) })
	near(t, "S of a translation", flow.Straightness(constant, z0, flow.Euler(10)).Item(), 0, 1e-20)
}

// Forward and Backward undo each other, and the report counts evaluations.
func TestForwardBackward(t *testing.T) {
	z0 := random.Normal(random.New(5), fx.Float64, 30, 2)
	v := between(1)
	end, forward := flow.Forward(v, z0, flow.RK45(1e-9))
	start, _ := flow.Backward(v, end, flow.RK45(1e-9))
	near(t, "round trip", start.Sub(z0).Abs().Max().Item(), 0, 1e-6)
	if n := forward.Evaluations.Item(); n < 10 || n > 1000 {
		t.Errorf("%v evaluations", n)
	}
	_, euler := flow.Forward(v, z0, flow.Euler(7))
	if euler.Evaluations.Item() != 7 {
		t.Errorf("Euler with 7 steps takes %v evaluations", euler.Evaluations.Item())
	}
	path, _ := flow.Path(v, z0, flow.Euler(7))
	last, _ := flow.Forward(v, z0, flow.Euler(7))
	near(t, "end of the path", path.Index(7).Sub(last).Abs().Max().Item(), 0, 0)
}

// The exact velocity toward a finite set: one atom draws everything straight to
// itself; several are hit by the flow, each by its share.
func TestNonparametricVelocity(t *testing.T) {
	one := flow.NonparametricVelocity(fx.New([]float64{2, -1}, 1, 2), flow.StandardNormal)
	x := random.Normal(random.New(6), fx.Float64, 4, 2)
	got := one.Apply(x, fx.Scalar(0.25))
	want := fx.New([]float64{2, -1}).Sub(x).DivScalar(0.75)
	near(t, "velocity to one atom", got.Sub(want).Abs().Max().Item(), 0, 1e-14)

	atoms := fx.New([]float64{-2, 0, 2, 0, 0, 3}, 3, 2)
	v := flow.NonparametricVelocity(atoms, flow.StandardNormal)
	n := 2000
	z0 := random.Normal(random.New(7), fx.Float64, n, 2)
	path, _ := flow.Path(v, z0, flow.Euler(200))
	end := path.Index(200)
	distances := end.ExpandDims(1).Sub(atoms).Square().Sum(-1)
	near(t, "distance from the nearest atom", distances.Min(1).Max().Item(), 0, 0.05)
	for _, count := range fx.OneHot(distances.ArgMin(1), 3, fx.Float64).Sum(0).Float64s() {
		near(t, "share of atom", count/float64(n), 1./3, 0.05)
	}
	smooth := flow.KernelDensity(z0.SliceAxis(0, 0, 500), 0.3)
	rough := flow.NonparametricVelocity(atoms, smooth).Apply(x, fx.New([]float64{0.1, 0.2, 0.3, 0.4}))
	if rough.IsFinite().All().Item() == 0 {
		t.Error("the velocity between two finite sets is not finite")
	}
}

var quick = flow.Config{Steps: 300, Batch: 128, Rule: optim.NewAdam(optim.Constant(5e-3))}

// Rectify learns the best velocity, with its best loss; reflow straightens it;
// the distilled model needs one step. The same key gives the same bits.
func TestRectifyReflowDistill(t *testing.T) {
	pairs := normals(8, 4000, 1, 2)
	net := flow.NewField(random.New(9), 1, []int{32, 32}, (*fx.Array).Tanh, nn.LayerOptions{DType: fx.Float64})
	config := quick
	config.Steps = 800
	first, history, err := flow.Rectify(random.New(10), net, pairs, config)
	if err != nil || len(history) != 800 {
		t.Fatal(len(history), err)
	}
	near(t, "loss of the first round", flow.CrossingLoss(random.New(11), first, pairs, flow.Linear(), 4).Item(), math.Pi/2, 0.1)
	again, _, _ := flow.Rectify(random.New(10), net, pairs, config)
	if a, b := first.Net.Layers[0].W.Float64s()[0], again.Net.Layers[0].W.Float64s()[0]; a != b {
		t.Errorf("the same training gives %v and %v", a, b)
	}

	next, report, err := flow.Reflow(first, pairs.X0, flow.Euler(50))
	if err != nil || report.Evaluations.Item() != 50 {
		t.Fatal(report.Evaluations.Item(), err)
	}
	second, _, err := flow.Rectify(random.New(12), first, next, config)
	if err != nil {
		t.Fatal(err)
	}
	bent := flow.Straightness(first, pairs.X0, flow.Euler(50)).Item()
	straight := flow.Straightness(second, pairs.X0, flow.Euler(50)).Item()
	if !(straight < 0.05*bent) {
		t.Errorf("straightness %v after %v", straight, bent)
	}
	student, _, err := flow.Distill(random.New(13), second, next, 1, config)
	if err != nil {
		t.Fatal(err)
	}
	jump, _ := flow.Forward(student, pairs.X0, flow.Euler(1))
	near(t, "error of the one step", jump.Sub(next.X1).Square().Mean().Item(), 0, 0.01)
}

// With features of rank one only that part of the residual counts.
func TestFeatures(t *testing.T) {
	pairs := flow.Pairs{X0: fx.Zeros(fx.Float64, 64, 2), X1: fx.Ones(fx.Float64, 64, 2)}
	config := quick
	config.Rule = optim.NewAdam(optim.Cosine(2e-2, 0, config.Steps))
	config.Features = func(x *fx.Array) *fx.Array { return x.SliceAxis(1, 0, 1) }
	zero := nn.LayerOptions{DType: fx.Float64, Kernel: nn.Zeros}
	got, history, err := flow.Rectify(random.New(14), flow.NewField(random.New(1), 2, nil, nn.Identity, zero), pairs, config)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loss at the start", history[0], 0.5, 1e-12)
	v := got.Apply(pairs.X0.AddScalar(0.5), fx.Scalar(0.5)).Index(0).Float64s()
	near(t, "seen part", v[0], 1, 0.05)
	near(t, "unseen part", v[1], 0, 1e-12)
}

func TestOutsideMistakes(t *testing.T) {
	pairs := normals(1, 10, 2, 0)
	net := flow.NewField(random.New(1), 2, []int{4}, (*fx.Array).Tanh, nn.LayerOptions{DType: fx.Float64})
	with := func(change func(*flow.Config)) error {
		c := quick
		change(&c)
		_, _, err := flow.Rectify(random.New(1), net, pairs, c)
		return err
	}
	rectify := func(p flow.Pairs) error {
		_, _, err := flow.Rectify(random.New(1), net, p, quick)
		return err
	}
	reflow := func(v flow.Func, s flow.Solver) error {
		_, _, err := flow.Reflow(v, pairs.X0, s)
		return err
	}
	blows := flow.Func(func(x, t *fx.Array) *fx.Array {
		return fx.Where(t.Greater(fx.Scalar(0.45)), x.MulScalar(math.Inf(1)), x)
	})
	_, _, distill := flow.Distill(random.New(1), net, pairs, 0, quick)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	trainer, _ := flow.NewTrainer[flow.Field](quick)
	_, _, stopped := trainer.Fit(cancelled, random.New(1), net, pairs, nil)
	if !errors.Is(stopped, context.Canceled) {
		t.Errorf("a cancelled training ends with %v", stopped)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{with(func(c *flow.Config) { c.Steps = 0 }), "flow: 0 training steps: at least 1 is needed"},
		{with(func(c *flow.Config) { c.Batch = 0 }), "flow: batches of 0 pairs: at least 1 is needed"},
		{with(func(c *flow.Config) { c.Rule = nil }), "flow: no update rule (Config.Rule)"},
		{with(func(c *flow.Config) { c.Average = 1 }), "flow: decay of the average is 1: it must be in [0, 1)"},
		{with(func(c *flow.Config) { c.Times = []float64{1.5} }), "flow: training time 1.5 is outside [0, 1]"},
		{with(func(c *flow.Config) { c.Interpolant.Alpha = math1 }), `flow: interpolant "" lacks alpha or beta`},
		{with(func(c *flow.Config) { c.Rule = optim.NewSGD(optim.Constant(1e200)) }), "flow: the loss is +Inf at step 1"},
		{rectify(flow.Pairs{}), "flow: pairs lack X0 or X1"},
		{rectify(flow.Pairs{X0: pairs.X0, X1: fx.Zeros(fx.Float64, 9, 2)}), "flow: pairs of X0 [10 2] and X1 [9 2]: the shapes must be equal"},
		{rectify(flow.Pairs{X0: pairs.X0, X1: pairs.X1.DivScalar(0)}), "flow: pairs with values that are not finite"},
		{rectify(flow.Pairs{X0: pairs.X0, X1: pairs.X1.AsType(fx.Float32)}), "flow: pairs of float64 and float32: they must have one float type"},
		{reflow(blows, flow.Euler(0)), "flow: a solver of 0 steps: at least 1 is needed"},
		{reflow(blows, flow.Solver{Steps: 3}), "flow: a solver without a scheme"},
		{reflow(blows, flow.Euler(10)), "flow: a simulated state is not finite after step 6 of 10"},
		{reflow(blows, flow.RK45(1e-6)), "ode: stopped at t = 0.45"},
		{distill, "flow: a model of 0 steps: at least 1 is needed"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
}

func math1(t *fx.Array) *fx.Array { return t }

// Couplings draw rows of what they were given: pairs together, products apart,
// noise anew.
func TestCouplings(t *testing.T) {
	x := fx.Arange(fx.Float64, 50).Reshape(50, 1)
	y := x.AddScalar(1000)
	const n = 4000
	correlation := func(p flow.Pairs) float64 {
		a, b := p.X0.Sub(p.X0.Mean()), p.X1.Sub(p.X1.Mean())
		return a.Mul(b).Mean().Div(a.Square().Mean().Mul(b.Square().Mean()).Sqrt()).Item()
	}
	near(t, "correlation of pairs", correlation(flow.Pairs{X0: x, X1: y}.Draw(random.New(1), n)), 1, 1e-12)
	near(t, "correlation of a product", correlation(flow.Product{X0: x, X1: y}.Draw(random.New(1), n)), 0, 0.06)
	noise := flow.Noise{X1: y}.Draw(random.New(1), n)
	near(t, "correlation of noise", correlation(noise), 0, 0.06)
	near(t, "mean of the noise", noise.X0.Mean().Item(), 0, 0.06)
	near(t, "its mean square", noise.X0.Square().Mean().Item(), 1, 0.1)
	near(t, "mean of the points", noise.X1.Mean().Item(), 1024.5, 2)
	for want, err := range map[string]error{
		"flow: a product lacks X0 or X1": flow.Product{X0: x}.Validate(),
		"flow: a product of points [50 1] and [50 2]: they must be [n, ...] and [m, ...] of the same kind": flow.Product{X0: x, X1: fx.Zeros(fx.Float64, 50, 2)}.Validate(),
		"flow: a product of float64 and int32: they must have one float type":                              flow.Product{X0: x, X1: fx.Zeros(fx.Int32, 9, 1)}.Validate(),
		"flow: noise lacks the points that it is to become, [n, ...]":                                      flow.Noise{}.Validate(),
		"flow: noise with values that are not finite":                                                      flow.Noise{X1: y.DivScalar(0)}.Validate(),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A U-Net is a velocity of images, trained like any other.
func TestImageField(t *testing.T) {
	net := nn.NewUNet(random.New(1), nn.UNetOptions{Channels: 1, Features: 8, Multipliers: []int{1, 2}, Blocks: 1, TimeFactor: 1000})
	images := random.Uniform(random.New(2), fx.Float32, -1, 1, 16, 8, 8, 1)
	trained, history, err := flow.Rectify(random.New(3), flow.ImageField{Net: net}, flow.Noise{X1: images},
		flow.Config{Steps: 20, Batch: 8, Average: 0.9, Rule: optim.NewAdam(optim.Constant(1e-3))})
	if err != nil || !(history[19] < history[0]) {
		t.Fatal(history, err)
	}
	end, _ := flow.Forward(trained, random.Normal(random.New(4), fx.Float32, 3, 8, 8, 1), flow.Euler(4))
	if end.IsFinite().All().Item() == 0 {
		t.Error("the images are not finite")
	}
}
