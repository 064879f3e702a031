package multiobjective

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// GradDrop keeps, in every coordinate, either the positive or the negative
// parts of the gradients, at random: positive with probability P = (1 + sum_i
// g_i / sum_i |g_i|)/2 (Chen et al., "Just Pick a Sign", 2020, algorithm 1). It
// is no weighted sum of the gradients.
//
// Leak, if not nil, has one number in [0, 1] for each objective: the share of
// its gradient that is never dropped.
type GradDrop struct{ Leak []float64 }

func (GradDrop) String() string { return "GradDrop" }

// Apply is Aggregator's; it needs a key.
func (d GradDrop) Apply(j, key *fx.Array) (*fx.Array, error) {
	checkJacobian("GradDrop", j)
	m, dtype := j.Dim(0), j.DType()
	leak := d.Leak
	if leak == nil {
		leak = make([]float64, m)
	}
	if len(leak) != m {
		return nil, fmt.Errorf("multiobjective: GradDrop: %d leaks for %d objectives", len(leak), m)
	}
	for i, v := range leak {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("multiobjective: GradDrop: leak %d is %v, which is not in [0, 1]", i, v)
		}
	}
	if key == nil {
		return nil, fmt.Errorf("multiobjective: GradDrop: %w", errNoKey)
	}
	if j.IsFinite().All().Item() == 0 {
		return nil, fmt.Errorf("GradDrop: %w", ErrNotFinite)
	}
	zero := fx.Zeros(dtype)
	size := j.Abs().Sum(0)
	share := fx.Where(size.Greater(zero), j.Sum(0).Div(size), fx.ZerosLike(size))
	p := share.AddScalar(1).MulScalar(0.5)
	up := p.Greater(random.Uniform(key, dtype, 0, 1, j.Dim(1)))
	kept := fx.Where(up, j.Maximum(zero), j.Minimum(zero))
	l := fx.New(leak, m, 1).AsType(dtype)
	return l.Mul(j).Add(l.Neg().AddScalar(1).Mul(kept)).Sum(0), nil
}
