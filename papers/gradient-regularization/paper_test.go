package gradientregularization

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// less is a smaller experiment.
func less() study.PerScale[plan] {
	p := plans
	p.Quick.rounds, p.Quick.depths = 2, []int{deep}
	p.Quick.cases = slices.Clone(p.Quick.cases)
	for i := range p.Quick.cases {
		p.Quick.cases[i].steps = 3000
	}
	p.Default = p.Quick
	p.Default.cases = append(p.Default.cases, cases[2])
	p.Default.train, p.Default.test, p.Default.side, p.Default.batch, p.Default.epochs = 256, 100, 8, 64, 1
	p.Default.hidden = 16
	return p
}

func run(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int) *study.Outcome {
	t.Helper()
	p := experiment{methods, less()}.paper()
	if scale == study.Quick || len(seeds) > 1 {
		p.Figures = nil // they take longer than the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads})
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(o *optim.GradientRegularization[nn.DiagonalLinear])) lineup {
		return lineup{func(kind optim.Differencing, rate, gamma, eps optim.Schedule) optim.Optimizer[nn.DiagonalLinear] {
			o := optim.GradientRegularization[nn.DiagonalLinear]{Base: optim.NewSGD(rate), Kind: kind, Gamma: gamma, Eps: eps}
			change(&o)
			return o
		}}
	}
	exchanged := map[optim.Differencing]optim.Differencing{optim.ForwardDifference: optim.BackwardDifference,
		optim.BackwardDifference: optim.ForwardDifference, optim.DoubleBackpropagation: optim.DoubleBackpropagation}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"up and down exchanged", with(func(o *optim.GradientRegularization[nn.DiagonalLinear]) { o.Kind = exchanged[o.Kind] }), []string{"1", "2", "4"}},
		{"a normalised step", with(func(o *optim.GradientRegularization[nn.DiagonalLinear]) { o.Normalize = true }), []string{"4"}},
		{"no penalty", with(func(o *optim.GradientRegularization[nn.DiagonalLinear]) { o.Gamma = optim.Constant(0) }), []string{"1", "2", "4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			studytest.MustLose(t, run(t, c.methods, study.Quick, []uint64{1000}, 1), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSmall: threads and the seeds that run beside do not matter; a single seed
// decides no claim about five but the one about identities; figures can be drawn.
func TestSmall(t *testing.T) {
	two := run(t, published, study.Default, []uint64{0, 1}, 2)
	alone := run(t, published, study.Default, []uint64{1}, 1)
	for _, at := range [][]any{{"error", "case", caseMean, "method", nameDouble}, {"accuracy", "method", nameBackward, "eps", 0.1}} {
		if a, b := alone.Results.First().Scalar(at[0].(string), at[1:]...), two.Results.Seeds[1].Record.Scalar(at[0].(string), at[1:]...); a != b {
			t.Errorf("%v: seed 1 has %v alone and %v beside seed 0", at, a, b)
		}
	}
	for i, v := range alone.Verdicts {
		if v.Status == study.Reproduced && v.Claim != "4" && !alone.Paper.Claims[i].Timed {
			t.Errorf("claim %s is reproduced by one seed", v.Claim)
		}
	}
	if len(alone.Figures) != 4 {
		t.Errorf("figures %v, want 4", alone.Figures)
	}
}

// TestTable: a training's number chooses its constants.
func TestTable(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Default, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := less().Default
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, p.batch)
	if err != nil {
		t.Fatal(err)
	}
	net, order := network(p, sets, 1), random.Permutation(random.New(1), 2*p.batch).Reshape(2, p.batch)
	for i, a := range arms() {
		if a.method != nameForward || a.gamma != 0.05 || a.rate != 0.1 {
			continue
		}
		table, err := trainer(env, a.method)
		if err != nil {
			t.Fatal(err)
		}
		direct := classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: func(classify.Choice) optim.Optimizer[nn.Sequential] {
			return optim.WithGradientRegularization[nn.Sequential](optim.NewMomentum(optim.Constant(a.rate), 0.9), a.gamma, a.eps)
		}})
		one, _ := table.Steps(table.Start(net, float64(i)), sets.Train, order, float64(i), random.New(0))
		two, _ := direct.Steps(direct.Start(net, 0), sets.Train, order, 0, random.New(0))
		x, _ := linalg.Ravel(one.Net)
		y, _ := linalg.Ravel(two.Net)
		if d := x.Sub(y).Abs().Max().Item(); d != 0 {
			t.Errorf("%v differs by %v from its optimizer", a, d)
		}
	}
}

// TestTwiceReverse: both ways of double backpropagation make the same step.
func TestTwiceReverse(t *testing.T) {
	net := nn.NewMLP(random.New(0), []int{5, 7, 3}, nn.Tanh, nn.LayerOptions{DType: fx.Float64})
	x := random.Normal(random.New(1), fx.Float64, 4, 5)
	loss := func(net nn.MLP) *fx.Array { return net.Apply(x).Square().Mean() }
	step := func(method string) *fx.Array {
		o := stepper(method)
		next, _, _ := o.Step(loss, net, o.Init(net))
		v, _ := linalg.Ravel(next)
		return v
	}
	if d := step(nameDouble).Sub(step(nameReverse)).Abs().Max().Item(); !(d < 1e-14) {
		t.Errorf("they differ by %v", d)
	}
}

// TestTrain: the integral along a training, by hand for one step, and the end at
// a fitted loss.
func TestTrain(t *testing.T) {
	c := cases[2]
	p, net := c.draw(3), nn.NewDiagonalLinear(fx.Float64, c.features, c.alpha)
	s := setting{nameForward, 0.2, 0.05}
	in := asked{p, fx.Scalar(0.02), fx.Scalar(s.gamma), fx.Scalar(s.eps), net, fx.Scalar(int32(1))}
	end := train(published.optimizer(s, in), s.ahead(), in)
	g := fx.Grad(p.loss)(net)
	q := p.correlation(net)
	if d := g.Plus.Sub(q.Mul(net.Plus).MulScalar(2)).Abs().Max().Item() + g.Minus.Add(q.Mul(net.Minus).MulScalar(2)).Abs().Max().Item(); !(d < 1e-14) {
		t.Errorf("the gradient is off by %v from (2 q Plus, -2 q Minus)", d)
	}
	want := q.Mul(p.correlation(linalg.Axpy(fx.Scalar(s.eps), g, net))).MulScalar(0.02)
	if d := end.Integral.Sub(want).Abs().Max().Item(); !(d < 1e-14) {
		t.Errorf("the integral is off by %v", d)
	}
	in.Steps = fx.Scalar(int32(5000))
	end = fx.Jit(func(in asked) place { return train(published.optimizer(s, in), s.ahead(), in) })(in)
	if l, n := p.loss(end.Net).Item(), end.Step.Item(); !(l < fitted) || n == 5000 {
		t.Errorf("the loss is %v after %v steps", l, n)
	}
}

// TestCrossing: the flatness at the level lies between those of the two epochs.
func TestCrossing(t *testing.T) {
	env, err := study.NewEnv(context.Background(), Paper(), study.Default, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := less().Default
	sets, err := classify.Open(env, data.Options{Size: p.side, Train: p.train, Test: p.test}, p.batch)
	if err != nil {
		t.Fatal(err)
	}
	a, b := point{network(p, sets, 1), 0.08}, point{network(p, sets, 2), 0.005}
	crossing(env, env.Record, a, b, sets)
	x, y := flatness(env, a.net, sets), flatness(env, b.net, sets)
	// 0.02 is half way from 0.08 to 0.005 in the logarithm.
	r := env.Record.Record()
	for name, want := range map[string]float64{"gradient": math.Sqrt(x.gradient * y.gradient), "top_eigenvalue": math.Sqrt(x.top * y.top)} {
		if got := r.Scalar(name); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	loss := func(net nn.Sequential) *fx.Array {
		some := sets.Train.Slice(0, 250)
		return nn.SoftmaxCrossEntropy(net.Apply(some.Pixels), some.Labels).Mean()
	}
	top, err := linalg.TopEigen(func(v nn.Sequential) nn.Sequential { return fx.HVP(loss, a.net, v) }, a.net, 1, random.New(5), linalg.EigenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(x.top/top.Values[0]-1) > 0.02 {
		t.Errorf("the largest eigenvalue is %v, want %v", x.top, top.Values[0])
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Default, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
