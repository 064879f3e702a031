package optim

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// The interface has to serve methods that need more than a gradient. These are
// small ones of each kind, run plain and compiled.

// dot is the inner product of two trees, in float64.
func dot[P any](a, b P) *fx.Array {
	sum := fx.Scalar(0.0)
	bl := fx.Leaves(b)
	for i, x := range fx.Leaves(a) {
		sum = sum.Add(x.Mul(bl[i]).Sum().AsType(fx.Float64))
	}
	return sum
}

// axpy is p + c v.
func axpy[P any](p P, c *fx.Array, v P) P {
	return fx.Map2(func(p, v *fx.Array) *fx.Array { return p.Add(v.Mul(c.AsType(p.DType()))) }, p, v)
}

// lookahead takes the gradient at a predicted point: p minus the last step.
type lookahead[P any] struct{ base Rule }

type lookaheadState[P any] struct {
	Base State
	Last P
}

func (o lookahead[P]) Init(p P) State {
	leaves, _ := Floats(p)
	return lookaheadState[P]{o.base.Init(leaves), fx.Map(fx.ZerosLike, p)}
}

func (o lookahead[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := s.(lookaheadState[P])
	ahead := fx.Map2((*fx.Array).Add, p, own.Last)
	value, grad := fx.ValueAndGrad(loss)(ahead)
	g, _ := Floats(grad)
	leaves, _ := Floats(p)
	u, base := o.base.Update(g, own.Base, leaves)
	next := ApplyUpdates(p, u)
	return next, lookaheadState[P]{base, fx.Map2((*fx.Array).Sub, next, p)}, Info{Loss: value}
}

// hutchinson divides by a random estimate of the Hessian's diagonal and keeps
// its key, and a step length that begins infinite, in the state.
type hutchinson[P any] struct{ rate, floor, beta float64 }

type hutchinsonState[P any] struct {
	Key, Limit *fx.Array
	D          P
}

func (o hutchinson[P]) Init(p P) State {
	return hutchinsonState[P]{random.New(7), fx.Scalar(math.Inf(1)), fx.Map(fx.OnesLike, p)}
}

func (o hutchinson[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	own := s.(hutchinsonState[P])
	value, g := fx.ValueAndGrad(loss)(p)
	keys := random.Split(own.Key, 2)
	z := fx.Map(func(a *fx.Array) *fx.Array {
		return random.Uniform(keys[1], a.DType(), -1, 1, a.Shape()...).Sign()
	}, p)
	hz := fx.HVP(loss, p, z)
	d := fx.Map3(func(d, z, h *fx.Array) *fx.Array { return move(o.beta, d, z.Mul(h)) }, own.D, z, hz)
	norm := dot(g, g).Sqrt()
	rate := fx.Scalar(o.rate).Minimum(own.Limit)
	next := fx.Map3(func(p, d, g *fx.Array) *fx.Array {
		return p.Sub(g.Div(d.Abs().Maximum(fx.Const(o.floor))).Mul(rate.AsType(p.DType())))
	}, p, d, g)
	return next, hutchinsonState[P]{keys[0], norm.MulScalar(100), d}, Info{Loss: value, Values: map[string]*fx.Array{"norm": norm}}
}

// backtracking is gradient descent with Armijo's line search, in a While loop
// that calls the loss.
type backtracking[P any] struct{ first float64 }

func (backtracking[P]) Init(P) State { return nil }

func (o backtracking[P]) Step(loss Loss[P], p P, s State) (P, State, Info) {
	value, g := fx.ValueAndGrad(loss)(p)
	slope := dot(g, g)
	type search struct{ Rate, Trials *fx.Array }
	end := fx.While(func(c search) *fx.Array {
		gain := value.Sub(loss(axpy(p, c.Rate.Neg(), g))).AsType(fx.Float64)
		return gain.Less(c.Rate.Mul(slope).MulScalar(0.5)).And(c.Trials.Less(fx.Const(40)))
	}, func(c search) search {
		return search{c.Rate.MulScalar(0.5), c.Trials.AddScalar(1)}
	}, search{fx.Scalar(o.first), fx.Scalar(int32(0))})
	return axpy(p, end.Rate.Neg(), g), s, Info{Loss: value, Values: map[string]*fx.Array{"trials": end.Trials}}
}

// point is the parameters of the problem on which the methods are tried: a
// quadratic with curvatures 1, 4 and 20 and its minimum at 1.
type point struct{ A, B *fx.Array }

func bowl(p point) *fx.Array {
	c := fx.New([]float32{1, 4})
	return p.A.SubScalar(1).Square().Mul(c).Sum().Add(p.B.SubScalar(1).Square().MulScalar(20)).MulScalar(0.5)
}

func startPoint() point { return point{fx.New([]float32{3, -2}), fx.Scalar(float32(2))} }

type run struct {
	P point
	S State
}

// bits lists a tree's values exactly.
func bits(tree any) []uint64 {
	var out []uint64
	for _, a := range fx.Leaves(tree) {
		for _, v := range a.Float64s() {
			out = append(out, math.Float64bits(v))
		}
	}
	return out
}

func TestMethodsOfEveryKind(t *testing.T) {
	stream := func(i *fx.Array) Loss[point] { // minima around 1
		return func(p point) *fx.Array {
			shift := i.AsType(fx.Float32).SubScalar(1.5).MulScalar(0.1)
			return bowl(point{p.A.Add(shift), p.B.Sub(shift)})
		}
	}
	entropy := NewEntropySGD[point](Constant(0.5), random.New(3))
	entropy.L, entropy.InnerRate, entropy.OuterMomentum, entropy.InnerMomentum = 4, Constant(0.05), 0.2, 0
	averaged := NewAveraging(FromRule[point](NewAdam(Constant(0.1))), 0.9)
	for name, m := range map[string]trial{
		"look ahead": try(lookahead[point]{NewMomentum(Constant(0.02), 0.8)}, 60, 1e-2),
		"Hessian":    try(hutchinson[point]{0.5, 0.1, 0.5}, 30, 1e-3),
		"search":     try(backtracking[point]{1}, 60, 1e-2),
		"average":    try(averaged, 60, 0.1),
		"rules": try(FromRule[point](Chain(ClipByGlobalNorm(10), SkipNonFinite(NewLaProp(Warmup(5, Cosine(0.2, 0, 60))), 3),
			ByPath(Group{"A", Scale(1)}, Group{"B", Chain()}))), 60, 0.05),
		"accumulation": {func(p point) State { return averaged.Init(p) }, func(r run) (run, Info) {
			p, s, info := averaged.Step(MeanLoss(stream, 4), r.P, r.S)
			return run{p, s}, info
		}, 60, 0.3},
		"stream": {entropy.Init, func(r run) (run, Info) {
			p, s, info := entropy.StepStream(stream, r.P, r.S)
			return run{p, s}, info
		}, 60, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			plain, compiled := run{P: startPoint()}, run{P: startPoint()}
			plain.S, compiled.S = m.init(plain.P), m.init(compiled.P)
			type result struct {
				Run  run
				Info Info
			}
			step := fx.Jit(func(r run) result {
				next, info := m.step(r)
				return result{next, info}
			}, fx.Donate(""))
			for i := range m.steps {
				if want := bowl(compiled.P); i == 0 && name != "stream" && name != "accumulation" {
					want := want.Item()
					r := step(compiled)
					if got := r.Info.Loss.Item(); got != want {
						t.Fatalf("Info.Loss is %v, the loss is %v", got, want)
					}
					compiled = r.Run
				} else {
					compiled = step(compiled).Run
				}
				if i < 6 {
					plain, _ = m.step(plain)
					fx.Eval(plain)
					if !slices.Equal(bits(plain), bits(compiled)) {
						t.Fatalf("step %d: plain %v, compiled %v", i, fx.Leaves(plain), fx.Leaves(compiled))
					}
				}
			}
			if end := bowl(compiled.P).Item(); !(end < m.limit) {
				t.Errorf("the loss after %d steps is %v", m.steps, end)
			}
		})
	}
}

// trial is a method on the bowl, and how low it has to come.
type trial struct {
	init  func(point) State
	step  func(run) (run, Info)
	steps int
	limit float64
}

func try(o Optimizer[point], steps int, limit float64) trial {
	return trial{o.Init, func(r run) (run, Info) {
		p, s, info := o.Step(bowl, r.P, r.S)
		return run{p, s}, info
	}, steps, limit}
}

// The mean over a stream is the mean of its losses, and so is its gradient.
func TestMeanLoss(t *testing.T) {
	stream := func(i *fx.Array) Loss[*fx.Array] {
		return func(p *fx.Array) *fx.Array { return p.Mul(p).Mul(i.AsType(fx.Float64).AddScalar(1)).Sum() }
	}
	p := fx.New([]float64{1, -2})
	for n := 1; n < 5; n++ {
		value, g := fx.ValueAndGrad(MeanLoss(stream, n))(p)
		factor := float64(n+1) / 2
		if value.Item() != 5*factor || !slices.Equal(g.Float64s(), []float64{2 * factor, -4 * factor}) {
			t.Errorf("n = %d: value %v, gradient %v", n, value, g)
		}
	}
}
