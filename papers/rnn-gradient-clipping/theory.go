package rnngradientclipping

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

const (
	boundMatrices = 200
	boundSteps    = 30
	boundSize     = 20
)

// recordBound measures, for random recurrent matrices whose largest singular value
// sigma is below 1, the error signals of a tanh network against the bound
// sigma^(T-k) |delta_T|: the largest quotient of all.
func (l lineup) recordBound(r *study.Recorder) {
	quotient := func(key *fx.Array) *fx.Array {
		keys := random.Split(key, 5)
		draw := func(k *fx.Array, shape ...int) *fx.Array { return random.Normal(k, fx.Float64, shape...) }
		u := draw(keys[0], boundSize, boundSize)
		sigma := random.Uniform(keys[1], fx.Float64, 0.3, 0.999, 1).Squeeze(0)
		u = u.Mul(sigma.Div(largestSingular(u)))
		cell := nn.RNNCell{W: draw(keys[2], 2, boundSize), U: u, Activation: nn.Tanh}
		weights := draw(keys[3], boundSize)
		_, _, delta := l.signals(cell, draw(keys[4], boundSteps, 2), cell.Start(), func(h *fx.Array) *fx.Array {
			return h.Index(-1).Dot(weights)
		})
		norms := delta.Square().Sum(-1).Sqrt()
		left := fx.Arange(fx.Float64, boundSteps).MulScalar(-1).AddScalar(boundSteps - 1)
		return norms.Div(sigma.Log().Mul(left).Exp().Mul(norms.Index(-1))).Max()
	}
	all := fx.Jit(fx.Vmap(quotient))(random.SplitArray(random.New(89), boundMatrices))
	r.Scalar("bound_quotient", all.Max().Item())
}

// unit is the one-unit network of the paper: x_t = w sigmoid(x_{t-1}) + b.
type unit struct{ W, B *fx.Array }

const (
	unitSteps  = 50
	unitTarget = 0.7
	wallGrid   = 60
)

// The window on the error surface: where the network has two attractors, and the
// start, 0.5, changes from one's basin to the other's.
var wallW, wallB = [2]float64{4.5, 6.5}, [2]float64{-3.6, -2.0}

// loss is (x_50 - 0.7)^2 from x_0 = 0.5.
func (u unit) loss() *fx.Array {
	x, _ := fx.Scan(func(x *fx.Array, _ []*fx.Array) (*fx.Array, []*fx.Array) {
		return u.W.Mul(x.Sigmoid()).Add(u.B), nil
	}, fx.FullLike(u.W, 0.5), nil, fx.Length(unitSteps))
	return x.SubScalar(unitTarget).Square()
}

// wallStart, wallRate and wallSteps are two descents that meet the wall.
var wallStart = [2]float64{5.6, -2.78}

const (
	wallRate  = 0.02
	wallSteps = 40
)

// recordWall records the surface, the largest jump between neighbouring cells as a
// share of its range, and two descents, without clipping and with it.
func recordWall(r *study.Recorder) {
	at := func(limits [2]float64, i int) float64 {
		return limits[0] + (limits[1]-limits[0])*float64(i)/(wallGrid-1)
	}
	ws, bs := fx.Linspace(fx.Float64, wallW[0], wallW[1], wallGrid), fx.Linspace(fx.Float64, wallB[0], wallB[1], wallGrid)
	surface := fx.Jit(fx.Vmap(fx.Vmap(unit.loss, fx.InAxis("B", fx.NotMapped)), fx.InAxis("W", fx.NotMapped)))(unit{ws, bs})
	values := make([][]float64, wallGrid)
	var rows, cols []string
	low, high, jump := math.Inf(1), math.Inf(-1), 0.0
	for i := range values {
		values[i] = surface.Index(i).Float64s()
		rows, cols = append(rows, study.FormatNumber(at(wallB, i))), append(cols, study.FormatNumber(at(wallW, i)))
		for j, v := range values[i] {
			low, high = math.Min(low, v), math.Max(high, v)
			if j > 0 {
				jump = math.Max(jump, math.Abs(v-values[i][j-1]))
			}
			if i > 0 {
				jump = math.Max(jump, math.Abs(v-values[i-1][j]))
			}
		}
	}
	r.Grid("wall", "b", rows, "w", cols, values)
	r.Scalar("wall_jump", jump/(high-low))
	for _, m := range []struct {
		name string
		rule optim.Rule
	}{
		{nameSGD, optim.NewSGD(optim.Constant(wallRate))},
		{nameC, optim.Chain(optim.ClipByGlobalNorm(threshold), optim.NewSGD(optim.Constant(wallRate)))},
	} {
		path := descend(optim.FromRule[unit](m.rule), unit{fx.Scalar(wallStart[0]), fx.Scalar(wallStart[1])})
		r.With("arm", m.name).Series("path", path.W.Float64s(), path.B.Float64s())
	}
}

// descend lists the points of a descent on the error surface.
func descend(o optim.Optimizer[unit], from unit) unit {
	type state struct {
		P unit
		S optim.State
	}
	return fx.Jit(func(s state) unit {
		_, path := fx.Scan(func(s state, _ []*fx.Array) (state, unit) {
			p, next, _ := o.Step(unit.loss, s.P, s.S)
			return state{p, next}, s.P
		}, s, nil, fx.Length(wallSteps))
		return path
	})(state{from, o.Init(from)})
}
