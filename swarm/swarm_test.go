package swarm

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

func quadratic(x *fx.Array) *fx.Array {
	return x.Mul(fx.New([]float64{1, 4})).Mul(x).Sum().MulScalar(0.5)
}

func near(t *testing.T, what string, got *fx.Array, want []float64, tol float64) {
	t.Helper()
	fxtest.MustBeNear(t, what, got.Float64s(), want, tol)
}

// TestConsensusPoint: against the formula, and at the ends of α's range.
func TestConsensusPoint(t *testing.T) {
	x := random.Normal(random.New(1), fx.Float64, 7, 3)
	e := random.Normal(random.New(2), fx.Float64, 7)
	xs, es := x.Float64s(), e.Float64s()
	want, sum := make([]float64, 3), 0.0
	for i, v := range es {
		w := math.Exp(-2.5 * v)
		sum += w
		for j := range want {
			want[j] += w * xs[3*i+j]
		}
	}
	for j := range want {
		want[j] /= sum
	}
	near(t, "consensus", ConsensusPoint(x, e, fx.Scalar(2.5)), want, 1e-14)
	// A constant added to all values changes nothing, however large.
	near(t, "shifted", ConsensusPoint(x, e.AddScalar(1e4), fx.Scalar(2.5)), want, 1e-10)
	best := int(e.ArgMin(0).Item())
	near(t, "α = 1e15", ConsensusPoint(x, e, fx.Scalar(1e15)), xs[3*best:3*best+3], 0)
	near(t, "huge values", ConsensusPoint(x, e.MulScalar(1e300), fx.Scalar(1e15)), xs[3*best:3*best+3], 0)
	near(t, "α → 0", ConsensusPoint(x, e, fx.Scalar(1e-18)), x.Mean(0).Float64s(), 1e-14)

	// Particles without a finite value count for nothing, even at no finite place.
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		more := fx.Concatenate(0, x, fx.Full(fx.Float64, bad, 1, 3))
		values := fx.Concatenate(0, e, fx.Full(fx.Float64, bad, 1))
		near(t, "with a bad particle", ConsensusPoint(more, values, fx.Scalar(2.5)), want, 1e-14)
	}
	if v := ConsensusPoint(x, fx.Full(fx.Float64, math.NaN(), 7), fx.Scalar(1.0)); !math.IsNaN(v.Float64s()[0]) {
		t.Errorf("the consensus of bad particles is %v", v)
	}
	// A batch of swarms.
	xx, ee := fx.Stack(0, x, x.MulScalar(2)), fx.Stack(0, e, e.Neg())
	type swarm struct{ X, E *fx.Array }
	both := fx.Vmap(func(s swarm) *fx.Array { return ConsensusPoint(s.X, s.E, fx.Scalar(2.5)) })(swarm{xx, ee})
	near(t, "first of a batch", both.Index(0), want, 1e-14)
}

// TestStepIsTheFormula: one step of every kind against the formula, with the
// noise that the step draws, taken from a step on a swarm whose noise is known.
func TestStepIsTheFormula(t *testing.T) {
	x := random.Normal(random.New(3), fx.Float64, 6, 2).AddScalar(1)
	const lambda, sigma, dt, alpha, gamma = 1.5, 0.8, 0.1, 3.0, 0.2
	base := CBO{Alpha: optim.Constant(alpha), Lambda: lambda, Sigma: optim.Constant(sigma), Dt: dt}
	key := random.New(4)
	b := random.Normal(random.Split(key, 3)[2], fx.Float64, 6, 2).Float64s()
	m := ConsensusPoint(x, values(quadratic, x), fx.Scalar(alpha)).Float64s()
	xs := x.Float64s()
	for _, noise := range []Noise{Isotropic, Anisotropic} {
		for _, order := range []Order{Simultaneous, Sequential} {
			for _, drift := range []float64{0, gamma} {
				c := base
				c.Noise, c.Order, c.GradDrift = noise, order, drift
				var want []float64
				for i := range 6 {
					var y, off [2]float64
					for j := range 2 {
						g := []float64{1, 4}[j] * xs[2*i+j]
						y[j] = xs[2*i+j] - dt*lambda*(xs[2*i+j]-m[j]) - dt*drift*g
						off[j] = xs[2*i+j] - m[j]
						if order == Sequential {
							off[j] = y[j] - m[j]
						}
					}
					r := math.Hypot(off[0], off[1])
					for j := range 2 {
						scale := r
						if noise == Anisotropic {
							scale = off[j]
						}
						want = append(want, y[j]+sigma*math.Sqrt(dt)*scale*b[2*i+j])
					}
				}
				next, told := c.Step(quadratic, c.Init(key, x))
				near(t, "a step", next.X, want, 1e-14)
				near(t, "its consensus", told.Consensus, m, 0)
			}
		}
	}
}

// TestGrowth: the mean squared distance from a consensus that stays, over many
// particles, grows by the factor that is promised.
func TestGrowth(t *testing.T) {
	const d, n = 3, 60_000
	// One particle, at the origin, is the consensus: the value there is far less.
	hole := func(x *fx.Array) *fx.Array {
		return fx.Where(x.Norm().Equal(fx.Const(0)), fx.Const(-1e6), x.Sum().MulScalar(0))
	}
	x := fx.Concatenate(0, fx.Zeros(fx.Float64, 1, d), random.Normal(random.New(1), fx.Float64, n, d))
	for _, noise := range []Noise{Isotropic, Anisotropic} {
		for _, order := range []Order{Simultaneous, Sequential} {
			c := CBO{Alpha: optim.Constant(1e15), Lambda: 1.2, Sigma: optim.Constant(1.3), Dt: 0.1, Noise: noise, Order: order}
			next, _ := fx.Jit(func(s CBOState) pair { a, b := c.Step(hole, s); return pair{a, b} })(c.Init(random.New(2), x)).both()
			got := next.X.Square().Sum().Item() / x.Square().Sum().Item()
			if want := c.Growth(d, 1.3); math.Abs(got/want-1) > 0.02 {
				t.Errorf("noise %v, order %v: factor %v, want %v", noise, order, got, want)
			}
		}
	}
}

type pair struct {
	S CBOState
	C Course
}

func (p pair) both() (CBOState, Course) { return p.S, p.C }

// TestHoppingIsProximal: for a quadratic the mean of infinitely many samples is
// the proximal point for every α, so that the mean over hops must come near.
func TestHoppingIsProximal(t *testing.T) {
	x := fx.New([]float64{0.5, -0.25})
	for _, alpha := range []float64{0.5, 5, 40} {
		c := ConsensusHopping{N: 2000, Alpha: optim.Constant(alpha), S: optim.Constant(0.1)}
		hops := fx.Jit(fx.Vmap(func(key *fx.Array) *fx.Array {
			s, _ := c.Step(quadratic, c.Init(key, x))
			return s.X
		}))(random.SplitArray(random.New(7), 225))
		tau := alpha * 0.01
		want := []float64{0.5 / (1 + tau), -0.25 / (1 + 4*tau)}
		mean, err := hops.Mean(0).Float64s(), hops.Std(0).DivScalar(15).Float64s()
		for j := range want {
			// 4 standard errors, and the bias of the weights' ratio, of order 1/N.
			if bound := 4*err[j] + 20*alpha/2000*0.01; math.Abs(mean[j]-want[j]) > bound {
				t.Errorf("α = %v: mean %v, want %v within %v", alpha, mean, want, bound)
			}
		}
		exact, told := NewMinimisingMovement(tau).Step(quadratic, x)
		near(t, "the proximal point", exact, want, 1e-8)
		if r := told.Residual.Item(); r > 1e-7 {
			t.Errorf("residual %v", r)
		}
	}
}

// TestFindsTheMinimum: on the test functions, and the same compiled, plain and
// mapped over runs.
func TestFindsTheMinimum(t *testing.T) {
	start := fx.Full(fx.Float64, 2, 2)
	c := CBO{Alpha: optim.Constant(50), Lambda: 1, Sigma: optim.Constant(1.2), Dt: 0.1, Noise: Anisotropic, Batch: 100}
	for name, f := range map[string]Objective{"Rastrigin": data.Rastrigin, "Ackley": data.Ackley} {
		run := func(key *fx.Array) *fx.Array {
			s, course := c.Run(f, c.Init(key, Cloud(key, start, 1.5, 300)), 150)
			return fx.Concatenate(0, c.Consensus(f, s), course.Best.Index(149), course.Variance.Index(149).Reshape(1))
		}
		keys := random.SplitArray(random.New(5), 3)
		all := fx.Jit(fx.Vmap(run))(keys)
		one := run(keys.Index(1))
		near(t, name+", one of a batch", all.Index(1), one.Float64s(), 1e-12)
		if v := all.Abs().Max().Item(); v > 0.1 {
			t.Errorf("%s: %v after the runs, want all next to 0", name, all)
		}
	}
}

// TestGroups: with groups every particle goes to the consensus of its own.
func TestGroups(t *testing.T) {
	x := random.Normal(random.New(1), fx.Float64, 12, 2)
	v := values(quadratic, x)
	c := NewCBO()
	c.Batch = 4
	m := c.grouped(random.New(9), x, v, fx.Scalar(3.0)).Float64s()
	count := map[[2]float64]int{}
	for i := range 12 {
		count[[2]float64{m[2*i], m[2*i+1]}]++
	}
	if len(count) != 3 {
		t.Fatalf("%d different consensus points of three groups", len(count))
	}
	for point, n := range count {
		var members []int32
		for i := range 12 {
			if point == [2]float64{m[2*i], m[2*i+1]} {
				members = append(members, int32(i))
			}
		}
		at := fx.New(members)
		if n != 4 {
			t.Errorf("a group of %d particles", n)
		}
		near(t, "a group's consensus", ConsensusPoint(x.Take(at, 0), v.Take(at, 0), fx.Scalar(3.0)), point[:], 1e-12)
	}
}

func TestBadValues(t *testing.T) {
	log := func(x *fx.Array) *fx.Array { return x.Log().Sum() } // NaN for negative x
	c := NewCBO()
	x := fx.New([]float64{1, 2, 3, -1}, 4, 1)
	s, course := c.Run(log, c.Init(random.New(1), x), 1)
	if course.Bad.Int32s()[0] != 1 || course.Err() != nil {
		t.Errorf("%v bad particles, %v", course.Bad, course.Err())
	}
	if v := course.Variance.Float64s()[0]; math.Abs(v-2.0/3) > 1e-15 {
		t.Errorf("variance %v of 1, 2, 3", v)
	}
	if s.X.IsFinite().All().Item() != 1 || course.Best.Float64s()[0] != 1 {
		t.Errorf("particles %v, best %v", s.X, course.Best)
	}
	_, course = c.Run(log, c.Init(random.New(1), x.Abs().Neg()), 2)
	if err := course.Err(); err == nil || err.Error() != "swarm: no particle of 4 has a finite value at step 0" {
		t.Errorf("error %v", err)
	}
}

func TestSchedules(t *testing.T) {
	for step, want := range map[int32][2]float64{0: {1, 50}, 9: {1, 50}, 10: {1 / math.Log2(3), 100}, 25: {0.5, 200}} {
		sigma, alpha := LogCooling(1, 10)(fx.Scalar(step)), Doubling(50, 10)(fx.Scalar(step))
		near(t, "σ", sigma, []float64{want[0]}, 1e-14)
		near(t, "α", alpha, []float64{want[1]}, 1e-10)
	}
}

func TestReduction(t *testing.T) {
	r := Reduction{Mu: 0.5, Min: 10}
	for _, c := range []struct {
		n             int
		before, after float64
		want          int
	}{{100, 1, 0.5, 75}, {100, 1, 2, 100}, {100, 1, 1, 100}, {12, 1, 0, 10}, {8, 1, 0, 8}, {100, 0, 0, 100}, {100, math.NaN(), 1, 100}} {
		if got := r.Size(c.n, c.before, c.after); got != c.want {
			t.Errorf("%d particles, variance %v to %v: %d, want %d", c.n, c.before, c.after, got, c.want)
		}
	}
	c := NewCBO()
	s := c.Init(random.New(1), Cloud(random.New(2), fx.Zeros(fx.Float64, 2), 1, 20))
	small := Reduce(s, 7)
	if small.X.Dim(0) != 7 || small.Key.Uint32s()[0] == s.Key.Uint32s()[0] {
		t.Errorf("reduced to %v", small.X)
	}
	kept := map[float64]bool{}
	for _, v := range s.X.Float64s() {
		kept[v] = true
	}
	for _, v := range small.X.Float64s() {
		if !kept[v] {
			t.Errorf("%v is no coordinate of a particle", v)
		}
	}
}

func TestMistakes(t *testing.T) {
	c, key := NewCBO(), random.New(0)
	x := fx.Ones(fx.Float64, 4, 2)
	with := func(change func(*CBO)) func() {
		return func() { c := NewCBO(); change(&c); c.Init(key, x) }
	}
	for want, call := range map[string]func(){
		"swarm.CBO: alpha is 0 at step 0; it must be above 0":                  with(func(c *CBO) { c.Alpha = optim.Constant(0) }),
		"swarm.CBO: alpha is nil; a number is optim.Constant(number)":          with(func(c *CBO) { c.Alpha = nil }),
		"swarm.CBO: alpha is +Inf at step 0; it must be finite":                with(func(c *CBO) { c.Alpha = optim.Constant(inf) }),
		"swarm.CBO: sigma is -1 at step 0; it must be at least 0":              with(func(c *CBO) { c.Sigma = optim.Constant(-1) }),
		"swarm.CBO: lambda is 0; it must be positive":                          with(func(c *CBO) { c.Lambda = 0 }),
		"swarm.CBO: the time step is NaN; it must be positive":                 with(func(c *CBO) { c.Dt = math.NaN() }),
		"time step times lambda is 3; from 2 on the particles move away":       with(func(c *CBO) { c.Dt = 3 }),
		"no noise has the number 2":                                            with(func(c *CBO) { c.Noise = 2 }),
		"no order has the number -1":                                           with(func(c *CBO) { c.Order = -1 }),
		"batches of 1 particles; they must have at least two":                  with(func(c *CBO) { c.Batch = 1 }),
		"swarm.CBO: batches of 3 particles do not divide 4":                    with(func(c *CBO) { c.Batch = 3 }),
		"the gradient's drift is NaN; it must be finite":                       with(func(c *CBO) { c.GradDrift = math.NaN() }),
		"swarm.CBO: 1 particles in 2 dimensions; there must be at least two":   func() { c.Init(key, x.SliceAxis(0, 0, 1)) },
		"swarm.CBO: the particles are float64[4]; they must be":                func() { c.Init(key, fx.Ones(fx.Float64, 4)) },
		"swarm.CBO: the key is int32[4]; it must be one key":                   func() { c.Init(fx.Ones(fx.Int32, 4), x) },
		"swarm.CBO: the objective is nil":                                      func() { c.Run(nil, c.Init(key, x), 1) },
		"the objective returns float64[2] for one point":                       func() { c.Run(func(x *fx.Array) *fx.Array { return x }, c.Init(key, x), 1) },
		"swarm.CBO: 0 steps; there must be at least one":                       func() { c.Run(quadratic, c.Init(key, x), 0) },
		"swarm.CBO.Growth: 0 dimensions":                                       func() { c.Growth(0, 1) },
		"swarm.ConsensusHopping: 1 samples; there must be at least two":        func() { h := NewConsensusHopping(1); h.N = 1; h.Init(key, fx.Ones(fx.Float64, 2)) },
		"the deviation of the samples is 0 at step 0; it must be above 0":      func() { NewConsensusHopping(0).Init(key, fx.Ones(fx.Float64, 2)) },
		"swarm.ConsensusHopping: the point is float64[4 2]":                    func() { NewConsensusHopping(1).Init(key, x) },
		"swarm.MinimisingMovement: tau is -1; it must be positive":             func() { NewMinimisingMovement(-1).Step(quadratic, fx.Ones(fx.Float64, 2)) },
		"swarm.MinimisingMovement: there is no inner optimizer":                func() { MinimisingMovement{Tau: 1, Steps: 1}.Step(quadratic, fx.Ones(fx.Float64, 2)) },
		"swarm.MinimisingMovement: 0 steps; there must be at least one":        func() { NewMinimisingMovement(1).Run(quadratic, fx.Ones(fx.Float64, 2), 0) },
		"swarm.ConsensusPoint: the values are float64[3]; for these particles": func() { ConsensusPoint(x, fx.Ones(fx.Float64, 3), fx.Scalar(1.0)) },
		"swarm.ConsensusPoint: alpha is float64[2]; it must be a float scalar": func() { ConsensusPoint(x, fx.Ones(fx.Float64, 4), fx.Ones(fx.Float64, 2)) },
		"swarm.Cloud: a deviation of -1":                                       func() { Cloud(key, fx.Ones(fx.Float64, 2), -1, 5) },
		"swarm.Cloud: 1 particles; there must be at least two":                 func() { Cloud(key, fx.Ones(fx.Float64, 2), 1, 1) },
		"swarm.Reduce: 5 of 4 particles":                                       func() { Reduce(c.Init(key, x), 5) },
		"swarm.Reduction: mu is 2; it must be from 0 to 1":                     func() { Reduction{2, 2}.Size(4, 1, 1) },
		"swarm.Doubling: an epoch of 0 steps":                                  func() { Doubling(1, 0)(fx.Scalar(int32(0))) },
	} {
		fxtest.MustFail(t, want, call)
	}
}

// TestOptimizer: on trees it is CBO on their vectors.
func TestOptimizer(t *testing.T) {
	type tree struct{ A, B *fx.Array }
	loss := func(p tree) *fx.Array { return quadratic(fx.Concatenate(0, p.A, p.B.Reshape(1))) }
	c := NewCBO()
	o := Optimizer[tree]{CBO: c, N: 20, Deviation: 2, Key: random.New(3)}
	p := tree{fx.New([]float64{1}), fx.Scalar(-1.0)}
	end, _, info := optim.Descend(o, loss, p, o.Init(p), 5)

	keys := random.Split(random.New(3), 2)
	_, course := c.Run(quadratic, c.Init(keys[1], Cloud(keys[0], fx.New([]float64{1, -1}), 2, 20)), 5)
	want := course.Consensus.Float64s()
	near(t, "the end", fx.Concatenate(0, end.A, end.B.Reshape(1)), want[8:], 1e-12)
	near(t, "variance", info.Values["variance"], course.Variance.Float64s(), 1e-12)
	near(t, "loss", info.Loss.Index(1), []float64{0.5*want[0]*want[0] + 2*want[1]*want[1]}, 1e-12)
	near(t, "loss", info.Loss.Index(0), []float64{2.5}, 0)
	if n := info.Values["evaluations"].Int32s()[0]; n != 21 {
		t.Errorf("%d evaluations", n)
	}
	for want, f := range map[string]func(){
		"swarm.Optimizer: 1 particles; there must be at least two":       func() { o := o; o.N = 1; o.Init(p) },
		"swarm.Optimizer: the deviation of the first particles is 0":     func() { o := o; o.Deviation = 0; o.Init(p) },
		"swarm.Optimizer: the key is nothing":                            func() { o := o; o.Key = nil; o.Init(p) },
		"swarm.Optimizer: lambda is 0":                                   func() { o := o; o.CBO.Lambda = 0; o.Init(p) },
		"swarm.Optimizer: the state is a <nil> and must be a swarm.CBOS": func() { o.Step(loss, p, nil) },
	} {
		fxtest.MustFail(t, want, f)
	}
}
