package multiobjective

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Aggregator makes one update direction of a Jacobian. Step against it: a
// gradient method subtracts it.
type Aggregator interface {
	fmt.Stringer
	// Apply gives the vector [n], in the dtype of the Jacobian j [m, n], whose
	// values must be known. key is a random key for aggregators that draw
	// numbers; others do not look at it, and it may be nil.
	Apply(j, key *fx.Array) (*fx.Array, error)
}

// Weighting is an Aggregator that is a weighted sum of the gradients, with
// weights that depend on their inner products alone.
type Weighting interface {
	Aggregator
	// Weights gives w [m], float64, for a Gramian g [m, m] whose values must be
	// known: A(J) = J'w.
	Weights(g, key *fx.Array) (*fx.Array, error)
}

// ErrNotFinite is what aggregators return for gradients with a NaN or an
// infinity.
var ErrNotFinite = errors.New("multiobjective: a gradient has a value that is not finite")

// weighting is a Weighting made of its rule.
type weighting struct {
	name  string
	check error // what is wrong with its settings, whatever the gradients
	rule  func(g gramian, in input) ([]float64, error)
}

// input is what a rule gets besides the Gramian: the random key, or nil, and the
// relative precision of the Gramian's elements.
type input struct {
	key *fx.Array
	eps float64
}

// NewWeighting makes a Weighting of a rule: it gets the Gramian as rows, which
// it must not change, and gives as many weights.
func NewWeighting(name string, rule func(g [][]float64, key *fx.Array) ([]float64, error)) Weighting {
	return weighting{name: name, rule: func(g gramian, in input) ([]float64, error) { return rule(g, in.key) }}
}

func (w weighting) String() string { return w.name }

// Weights is Weighting's.
func (w weighting) Weights(g, key *fx.Array) (*fx.Array, error) {
	if g == nil || g.NDim() != 2 || g.Dim(0) != g.Dim(1) || !g.DType().IsFloat() || g.Dim(0) == 0 {
		fail(w.name, "the Gramian is %v; it must be a square matrix of floats, [objectives, objectives]", g)
	}
	if w.check != nil {
		return nil, fmt.Errorf("multiobjective: %s: %w", w.name, w.check)
	}
	rows := rowsOf(g)
	if !rows.finite() {
		return nil, fmt.Errorf("%s: %w", w.name, ErrNotFinite)
	}
	eps := 0x1p-52
	if g.DType() == fx.Float32 {
		eps = 0x1p-23
	}
	weights, err := w.rule(rows, input{key, eps})
	if err != nil {
		return nil, fmt.Errorf("multiobjective: %s: %w", w.name, err)
	}
	if len(weights) != len(rows) {
		return nil, fmt.Errorf("multiobjective: %s: %d weights for %d objectives", w.name, len(weights), len(rows))
	}
	return fx.New(weights), nil
}

// Apply is Aggregator's. The product J J' is taken in float64.
func (w weighting) Apply(j, key *fx.Array) (*fx.Array, error) {
	checkJacobian(w.name, j)
	wide := j.AsType(fx.Float64)
	weights, err := w.Weights(wide.MatMul(wide.T()), key)
	if err != nil {
		return nil, err
	}
	return wide.T().MatMul(weights).AsType(j.DType()), nil
}

func checkJacobian(op string, j *fx.Array) {
	if j == nil || j.NDim() != 2 || !j.DType().IsFloat() || j.Size() == 0 {
		fail(op, "the Jacobian is %v; it must be a matrix of floats, [objectives, parameters], with elements", j)
	}
}

// gramian is G, or another matrix, by rows.
type gramian [][]float64

func rowsOf(g *fx.Array) gramian {
	v, n := g.Float64s(), g.Dim(1)
	rows := make(gramian, g.Dim(0))
	for i := range rows {
		rows[i] = v[i*n : (i+1)*n]
	}
	return rows
}

func (g gramian) finite() bool {
	for _, row := range g {
		for _, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

func (g gramian) trace() float64 {
	var t float64
	for i := range g {
		t += g[i][i]
	}
	return t
}

// times is G v: the inner products of J'v with the gradients.
func (g gramian) times(v []float64) []float64 {
	out := make([]float64, len(g))
	for i, row := range g {
		out[i] = dot(row, v)
	}
	return out
}

func (g gramian) array() *fx.Array {
	var v []float64
	for _, row := range g {
		v = append(v, row...)
	}
	return fx.New(v, len(g), len(v)/len(g))
}

func dot(a, b []float64) float64 {
	var s float64
	for i := range a {
		s += float64(a[i] * b[i])
	}
	return s
}

// uniform is the weight 1/m for each of m objectives.
func uniform(m int) []float64 {
	w := make([]float64, m)
	for i := range w {
		w[i] = 1 / float64(m)
	}
	return w
}

// fail reports a mistake in the calling program.
func fail(op, format string, args ...any) { fx.Fail("multiobjective."+op, format, args...) }
