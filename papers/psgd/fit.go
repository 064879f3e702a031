package psgd

import (
	"context"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Part A: how well each family comes to |H|^-1 from pairs (v, Hv), without a loss.

// Step of the fit, and with noise on h, which asks for a shorter one: claim 1b has
// that of the standard deviation noiseSize.
const (
	cleanStep = liegroup.DefaultStep
	noisyStep = 0.01
	noiseSize = 0.1
)

// The names of the baselines of part A.
const (
	nameBFGS   = "BFGS"
	nameClosed = "closed form"
)

// checkpoints are the numbers of pairs at which errors are recorded, up to n.
func checkpoints(n int) []int {
	var list []int
	for _, k := range []int{10, 20, 50, 100, 200, 500, 1000, 2000, 5000} {
		if k <= n {
			list = append(list, k)
		}
	}
	return list
}

// pairs are what part A is fitted to, the same for all methods: v and the noise on
// h, [pairs, n].
type pairs struct{ V, Noise *fx.Array }

// matrix is a Hessian with its inverse absolute value, [n, n]; with an axis in front,
// several.
type matrix struct{ H, Inverse *fx.Array }

// products are h = Hv + noise, [pairs, n].
func (m matrix) products(p pairs) *fx.Array { return p.V.MatMul(m.H).Add(p.Noise) }

// wrong is |P - |H|^-1| / ||H|^-1| in Frobenius' norm.
func (m matrix) wrong(p *fx.Array) *fx.Array {
	return p.Sub(m.Inverse).Flatten().Norm().Div(m.Inverse.Flatten().Norm())
}

// measured is what a method made of the pairs: the error after each, [pairs], or at
// the checkpoints; the condition number of PH at the end; and whether P stayed
// positive definite.
type measured struct{ Error, Cond, Definite *fx.Array }

// fitting takes the pairs and matrices, with an axis in front of the latter.
type fitting struct {
	Pairs    pairs
	Matrices matrix
	Step     *fx.Array
	Key      *fx.Array
}

// fitFamily fits a family to each of the matrices.
func fitFamily(f liegroup.Family) func(fitting) measured {
	return fx.Jit(func(in fitting) measured {
		like := func(x *fx.Array) []*fx.Array {
			if f.PerLeaf() {
				x = x.Reshape(fitRows, fitCols)
			}
			return []*fx.Array{x}
		}
		start := liegroup.New(f, like(fx.Zeros(fx.Float64, fitSize)), in.Key)
		return fx.Vmap(func(m matrix) measured {
			type pair struct{ V, H *fx.Array }
			end, errors := fx.Scan(func(p liegroup.Preconditioner, x pair) (liegroup.Preconditioner, *fx.Array) {
				p = p.Update(like(x.V), like(x.H), in.Step)
				return p, m.wrong(p.Dense())
			}, start, pair{in.Pairs.V, m.products(in.Pairs)})
			p := end.Dense()
			return measured{errors, linalg.Cond(p.MatMul(m.H)), fx.Eigvalsh(p).Min().Greater(fx.Const(0))}
		})(in.Matrices)
	})
}

// fitBFGS is the update of BFGS on the same pairs, without the line search that
// keeps it positive definite: B <- (I - r s y') B (I - r y s') + r s s' with s = v,
// y = h and r = 1/(y's), from a multiple of I as the families have it.
func fitBFGS() func(fitting) measured {
	return fx.Jit(func(in fitting) measured {
		return fx.Vmap(func(m matrix) measured {
			type pair struct{ V, H *fx.Array }
			type state struct{ B, Definite *fx.Array }
			h := m.products(in.Pairs)
			one := fx.Eye(fx.Float64, fitSize)
			scale := in.Pairs.V.Index(0).Norm().Div(h.Index(0).Norm())
			end, errors := fx.Scan(func(at state, x pair) (state, *fx.Array) {
				r := x.H.Dot(x.V).Reciprocal()
				left := one.Sub(x.V.Outer(x.H).Mul(r))
				b := left.MatMul(at.B).MatMul(left.T()).Add(x.V.Outer(x.V).Mul(r))
				return state{b, at.Definite.And(r.Greater(fx.Const(0)))}, m.wrong(b)
			}, state{one.Mul(scale), fx.Scalar(true)}, pair{in.Pairs.V, h})
			return measured{errors, linalg.Cond(end.B.MatMul(m.H)), end.Definite}
		})(in.Matrices)
	})
}

// fitClosed is (mean hh')^(-1/2) of the pairs up to each checkpoint: what the fit
// aims at, at the cost of n^3.
func fitClosed() func(fitting) measured {
	return fx.Jit(func(in fitting) measured {
		n := in.Pairs.V.Dim(0)
		return fx.Vmap(func(m matrix) measured {
			h := m.products(in.Pairs)
			var errors []*fx.Array
			var p *fx.Array
			for _, k := range checkpoints(n) {
				part := h.SliceAxis(0, 0, k)
				values, vectors := fx.Eigh(part.T().MatMul(part).DivScalar(float64(k)))
				p = rotated(vectors, values.Rsqrt())
				errors = append(errors, m.wrong(p))
			}
			return measured{fx.Stack(0, errors...), linalg.Cond(p.MatMul(m.H)), fx.Scalar(true)}
		})(in.Matrices)
	})
}

// fits is part A for one seed.
func (e experiment) fits(ctx context.Context, env *study.Env, p plan) error {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partFit), 4)
	h, inverse := matrices(keys[0])
	clean := fitting{Pairs: pairs{V: random.Normal(keys[1], fx.Float64, p.pairs, fitSize)}, Matrices: matrix{h, inverse}, Step: fx.Scalar(cleanStep), Key: keys[3]}
	clean.Pairs.Noise = fx.ZerosLike(clean.Pairs.V)
	type contestant struct {
		name string
		make func() func(fitting) measured
	}
	var all []contestant
	for _, f := range e.methods.fitted() {
		if !p.all && f.name != nameNewton {
			continue
		}
		all = append(all, contestant{f.name, func() func(fitting) measured { return fitFamily(f.family) }})
	}
	if p.all {
		all = append(all, contestant{nameBFGS, fitBFGS}, contestant{nameClosed, fitClosed})
	}
	task := env.Task("fits", len(all))
	defer task.Finish()
	for _, c := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		program, err := study.Once(env, "fit, "+c.name, func() (func(fitting) measured, error) { return c.make(), nil })
		if err != nil {
			return err
		}
		recordFit(env.Record.With("method", c.name, "noise", 0.0), program(clean), p.pairs)
		if c.name != nameXMat && c.name != nameKron && c.name != nameGeneral {
			for _, size := range p.noises {
				noisy := clean
				noisy.Pairs.Noise = random.Normal(keys[2], fx.Float64, p.pairs, fitSize).MulScalar(size)
				noisy.Step = fx.Scalar(noisyStep)
				recordFit(env.Record.With("method", c.name, "noise", size), program(noisy), p.pairs)
			}
		}
		task.Add(1)
	}
	return nil
}

// recordFit takes down the errors at the checkpoints and the end for each matrix.
func recordFit(r *study.Recorder, m measured, n int) {
	for i, name := range matrixNames {
		r := r.With("matrix", name)
		errors := m.Error.Index(i).Float64s()
		marks := checkpoints(n)
		for j, k := range marks {
			at := j // of the closed form, which has the checkpoints alone
			if len(errors) > len(marks) {
				at = k - 1
			}
			r.Point("error", float64(k), finiteOr(errors[at]))
			r.With("pairs", k).Scalar("error_at", finiteOr(errors[at]))
		}
		r.Scalar("error", finiteOr(errors[len(errors)-1]))
		r.Scalar("cond", finiteOr(m.Cond.Index(i).Item()))
		r.Scalar("definite", m.Definite.AsType(fx.Float64).Index(i).Item())
	}
}

// finiteOr makes NaN infinite: a fit that is lost has no order of sizes.
func finiteOr(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}
