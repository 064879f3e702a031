package orthogonaltrustregion

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// The known methods that trust regions contain, written from their formulas and
// sharing nothing with the library's.
var formulas = map[string]func(m *fx.Array) *fx.Array{
	nameFrobenius: func(m *fx.Array) *fx.Array { return m.Div(m.Mul(m).Sum().Sqrt()) },
	nameMax:       func(m *fx.Array) *fx.Array { return m.Div(m.Abs()) },
	nameSpectral: func(m *fx.Array) *fx.Array { // M (M'M)^(-1/2)
		values, vectors := fx.Eigh(m.T().MatMul(m))
		return m.MatMul(vectors.Div(values.Sqrt()).MatMul(vectors.T()))
	},
}

const specialSteps, specialAlpha, specialRate, specialNoise = 100, 0.2, 0.02, 0.3

// special measures how far a method of the library goes from the formula, over
// walks on a problem with noise.
func (e experiment) special(env *study.Env) {
	const n = 8
	keys := random.Split(random.FoldIn(random.New(env.Seed), partSpecial), 4)
	p := draw(keys[0], n, condition, random.Normal(keys[1], fx.Float64, n, n))
	start := random.Normal(keys[2], fx.Float64, n, n)
	noise := random.Normal(keys[3], fx.Float64, specialSteps, n, n).MulScalar(specialNoise)
	for _, name := range []string{nameFrobenius, nameMax, nameSpectral} {
		rule := optim.Bind(e.methods.region(optim.Constant(specialRate), specialAlpha, 0, optim.Uniform(normOf(name))), []string{"X"})
		type place struct {
			X, Y, M *fx.Array // the library's and the formula's
			First   *fx.Array
			State   optim.State
		}
		run := fx.Jit(func(noise *fx.Array) *fx.Array {
			_, apart := fx.Scan(func(at place, noise *fx.Array) (place, *fx.Array) {
				g := fx.Grad(p.loss)(at.X).Add(noise)
				u, s := rule.Update([]*fx.Array{g}, at.State, []*fx.Array{at.X})
				h := fx.Grad(p.loss)(at.Y).Add(noise)
				m := fx.Where(at.First, h, at.M.MulScalar(1-specialAlpha).Add(h.MulScalar(specialAlpha)))
				next := place{at.X.Add(u[0]), at.Y.Sub(formulas[name](m).MulScalar(specialRate)), m, fx.Scalar(false), s}
				return next, next.X.Sub(next.Y).Abs().Max()
			}, place{start, start, fx.ZerosLike(start), fx.Scalar(true), rule.Init([]*fx.Array{start})}, noise)
			return apart.Max()
		})
		env.Record.With("norm", name).Scalar("formula", run(noise).Item())
	}
}

// factors are the matrices whose orthogonal factor Newton and Schulz's steps have
// to find.
var factors = []struct {
	name string
	draw func(key *fx.Array) *fx.Array
}{
	{"Gaussian 128 x 64", func(key *fx.Array) *fx.Array { return random.Normal(key, fx.Float64, 128, 64) }},
	{"condition 100", func(key *fx.Array) *fx.Array {
		keys := random.Split(key, 2)
		u, v := random.Orthogonal(keys[0], fx.Float64, 128, 64), random.Orthogonal(keys[1], fx.Float64, 64, 64)
		return u.Mul(fx.New(data.LogSpaced(64, 100))).MatMul(v)
	}},
	// It keeps a few small singular values, which five steps do not raise.
	{nameSquare, func(key *fx.Array) *fx.Array { return random.Normal(key, fx.Float64, 64, 64) }},
}

const nameSquare = "square Gaussian"

// seen is how much of the Frobenius norm a singular value must have at first.
const seen = 0.003

// schulz measures the singular values after the steps.
func (e experiment) schulz(env *study.Env) {
	keys := random.Split(random.FoldIn(random.New(env.Seed), partSchulz), len(factors))
	for i, f := range factors {
		a := f.draw(keys[i])
		u, s, vt := fx.SVD(a)
		after := linalg.NewtonSchulz(a, e.methods.steps)
		// The steps keep singular vectors: these are the singular values, in the
		// order of those before.
		end := u.T().MatMul(after).MatMul(vt.T()).Diagonal(0).Float64s()
		before := s.Div(a.Norm()).Float64s()
		least, unseen := math.Inf(1), 0
		for k, v := range end {
			if before[k] >= seen {
				least = math.Min(least, v)
			} else {
				unseen++
			}
		}
		r := env.Record.With("matrix", f.name)
		r.Scalar("largest", study.Sample(end).Max())
		r.Scalar("least", least)
		r.Scalar("unseen", float64(unseen))
		r.Series("singular", before, end)
	}
}
