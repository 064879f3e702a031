package oasis

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// rows are examples of two classes: features, dense [n, d] or sparse, and
// targets [n], 0 or 1. Float64.
type rows struct {
	Dense  *fx.Array
	Sparse linalg.CSR
	Y      *fx.Array
}

func (r rows) n() int { return r.Y.Dim(0) }

func (r rows) features() int {
	if r.Dense == nil {
		return r.Sparse.Pattern.Cols
	}
	return r.Dense.Dim(1)
}

// logits are x w, [n].
func (r rows) logits(w *fx.Array) *fx.Array {
	if r.Dense == nil {
		return r.Sparse.MatVec(w)
	}
	return r.Dense.MatMul(w)
}

// logistic is the mean cross-entropy, in nats, plus lambda/2 |w|^2.
func logistic(r rows, lambda *fx.Array) optim.Loss[*fx.Array] {
	return func(w *fx.Array) *fx.Array {
		return nn.SigmoidCrossEntropy(r.logits(w), r.Y).Mean().Add(w.Square().Sum().Mul(lambda.MulScalar(0.5)))
	}
}

// squares is the mean squared error of sigmoid(x w), which is not convex.
func squares(r rows) optim.Loss[*fx.Array] {
	return func(w *fx.Array) *fx.Array { return r.logits(w).Sigmoid().Sub(r.Y).Square().Mean() }
}

// noise is the standard deviation of the teacher's logits: the larger, the fewer
// labels are on the wrong side.
const noise = 2

// draw makes n examples whose features have standard deviations 10^U(-kappa/2,
// kappa/2), with labels of a logistic teacher, and these deviations.
func draw(key *fx.Array, n, features int, kappa float64) (r rows, scales *fx.Array) {
	keys := random.Split(key, 4)
	z := random.Normal(keys[0], fx.Float64, n, features)
	teacher := random.Normal(keys[1], fx.Float64, features)
	c := data.Logistic(keys[2], z, teacher.Mul(teacher.Norm().Reciprocal()).MulScalar(noise))
	scales = random.Uniform(keys[3], fx.Float64, -0.5, 0.5, features).MulScalar(kappa * math.Ln10).Exp()
	return rows{Dense: z.Mul(scales), Y: c.Labels.AsType(fx.Float64)}, scales
}

// readRows reads a file of two classes in LIBSVM's format; class 1 is the larger
// label.
func readRows(env *study.Env, path string) (rows, error) {
	return study.Once(env, "rows "+path, func() (rows, error) {
		set, err := data.LoadLIBSVM(path, 0)
		if err != nil {
			return rows{}, err
		}
		labels, classes := set.Classes()
		if len(classes) != 2 {
			return rows{}, fmt.Errorf("%s has %d different labels: logistic regression is for two", path, len(classes))
		}
		column := make([]int, len(set.Indices))
		for i, c := range set.Indices {
			column[i] = int(c)
		}
		pattern := linalg.NewPattern(set.Rows, set.Cols, set.Starts, column)
		return rows{Sparse: linalg.CSR{Pattern: pattern, Values: fx.New(set.Values)}, Y: fx.New(labels).AsType(fx.Float64)}, nil
	})
}

// question is a problem in a compiled program.
type question struct {
	Rows   rows
	Lambda *fx.Array // float64 scalar
}

// Newton's iterations: from 0 the logistic loss needs about ten.
const newtonSteps = 30

// denseFeatures is up to how many features the Hessian is formed.
const denseFeatures = 1000

// optimum is the least value of the logistic loss: by Newton's method, or for
// many features by L-BFGS.
func optimum(env *study.Env, q question) (float64, error) {
	solve, err := study.Once(env, "optimum", func() (func(question) *fx.Array, error) {
		return fx.Jit(func(q question) *fx.Array {
			loss, w := logistic(q.Rows, q.Lambda), fx.Zeros(fx.Float64, q.Rows.features())
			if q.Rows.features() > denseFeatures {
				o := optim.NewLBFGS[*fx.Array]()
				w, _, _ = optim.Descend(optim.Optimizer[*fx.Array](o), loss, w, o.Init(w), 500)
				return loss(w)
			}
			end, values := fx.Scan(func(w *fx.Array, _ struct{}) (*fx.Array, *fx.Array) {
				value, g := fx.ValueAndGrad(loss)(w)
				return w.Sub(fx.Solve(hessian(q, w), g.ExpandDims(1)).Flatten()), value
			}, w, struct{}{}, fx.Length(newtonSteps))
			return values.Min().Minimum(loss(end))
		}), nil
	})
	if err != nil {
		return 0, err
	}
	return solve(q).Item(), nil
}

// hessian is the logistic loss' matrix of second derivatives, X'SX/n + lambda I
// with S = p (1-p).
func hessian(q question, w *fx.Array) *fx.Array {
	x := q.Rows.Dense
	if x == nil {
		x = q.Rows.Sparse.Dense()
	}
	p := q.Rows.logits(w).Sigmoid()
	s := p.Mul(fx.Const(1).Sub(p)).DivScalar(float64(q.Rows.n()))
	return x.T().MatMul(x.Mul(s.ExpandDims(1))).Add(fx.Eye(fx.Float64, x.Dim(1)).Mul(q.Lambda))
}

// exactDiagonal is its diagonal.
func exactDiagonal(q question, w *fx.Array) *fx.Array {
	p := q.Rows.logits(w).Sigmoid()
	s := p.Mul(fx.Const(1).Sub(p)).DivScalar(float64(q.Rows.n()))
	return s.MatMul(q.Rows.Dense.Square()).Add(q.Lambda)
}
