package gradient

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Law is the distribution of a direction's components, of mean 0 and variance 1.
type Law int

const (
	Normal     Law = iota // standard normal, the paper's
	Rademacher            // -1 or 1: the least variance of the estimate
	Uniform               // uniform between -√3 and √3
)

// fourth is the fourth moment of a component.
func (l Law) fourth() float64 { return [...]float64{Normal: 3, Rademacher: 1, Uniform: 9.0 / 5}[l] }

// String is the law's name.
func (l Law) String() string {
	if l < Normal || l > Uniform {
		return fmt.Sprintf("Law(%d)", int(l))
	}
	return [...]string{"normal", "Rademacher", "uniform"}[l]
}

// Arrangement is how the directions of one estimate go together.
type Arrangement int

const (
	// Independent directions have nothing to do with each other.
	Independent Arrangement = iota
	// Orthogonal directions are the columns of a random orthogonal matrix times
	// √d, at most d of them. All d together give the gradient exactly. They are
	// found by a QR decomposition of a d x K matrix and are all in memory at once.
	// Their law must be Normal, to which the matrix belongs.
	Orthogonal
	// Antithetic directions come in pairs v, -v. A pair of finite differences is
	// the central difference, in which the error of order h falls out. Forward
	// refuses them: its slope is exact, and c v is the same for v and -v.
	Antithetic
)

// String is the arrangement's name.
func (a Arrangement) String() string {
	if a < Independent || a > Antithetic {
		return fmt.Sprintf("Arrangement(%d)", int(a))
	}
	return [...]string{"independent", "orthogonal", "antithetic"}[a]
}

// Directions says along how many directions an estimate looks, and which. The
// zero value is one normal direction.
type Directions struct {
	Count       int // K; 0 is 1
	Law         Law
	Arrangement Arrangement
}

func (d Directions) count() int { return max(d.Count, 1) }

// Validate checks the settings.
func (d Directions) Validate() error {
	switch {
	case d.Count < 0:
		return fmt.Errorf("%d directions; there must be at least one", d.Count)
	case d.Law < Normal || d.Law > Uniform:
		return fmt.Errorf("no law of directions has the number %d", int(d.Law))
	case d.Arrangement < Independent || d.Arrangement > Antithetic:
		return fmt.Errorf("no arrangement of directions has the number %d", int(d.Arrangement))
	case d.Arrangement == Orthogonal && d.Law != Normal:
		return fmt.Errorf("orthogonal directions of the %v law; there are only normal ones", d.Law)
	case d.Arrangement == Antithetic && d.count()%2 != 0:
		return fmt.Errorf("%d antithetic directions; they come in pairs", d.count())
	}
	return nil
}

// Variance is the mean square error E|g - ∇f|² of the forward gradient of a
// function of n parameters, relative to |∇f|². It panics with an *fx.Error if
// the settings are not valid.
func (d Directions) Variance(n int) float64 {
	mustBeValid("Directions.Variance", d)
	k := float64(d.count())
	switch d.Arrangement {
	case Orthogonal:
		if d.count() > n {
			fail("Directions.Variance", "%d orthogonal directions in %d dimensions", d.count(), n)
		}
		return float64(n)/k - 1
	case Antithetic: // half of them tell nothing new
		k /= 2
	}
	return (float64(n) + d.Law.fourth() - 2) / k
}

// seed is what one direction is made of: a key with a sign, or a row of a matrix
// of directions. In a batch of seeds arrays have a leading axis.
type seed struct{ Key, Sign, Row *fx.Array }

// seeds are those of all directions, for a tree with these float leaves.
func (d Directions) seeds(op string, key *fx.Array, leaves []*fx.Array) seed {
	k := d.count()
	switch d.Arrangement {
	case Orthogonal:
		n, wide := 0, fx.Float32
		for _, a := range leaves {
			n += a.Size()
			if a.DType() == fx.Float64 {
				wide = fx.Float64
			}
		}
		if k > n {
			fail(op, "%d orthogonal directions in %d dimensions", k, n)
		}
		return seed{Row: random.Orthogonal(key, wide, n, k).T().MulScalar(math.Sqrt(float64(n)))}
	case Antithetic:
		keys := random.SplitArray(key, k/2)
		signs := fx.Ones(fx.Float32, k/2)
		return seed{Key: fx.Concatenate(0, keys, keys), Sign: fx.Concatenate(0, signs, signs.Neg())}
	}
	return seed{Key: random.SplitArray(key, k)}
}

// first is the first of a batch of seeds; rest are the others.
func (s seed) first() seed { return fx.Map(func(a *fx.Array) *fx.Array { return a.Index(0) }, s) }

func (s seed) rest() seed {
	return fx.Map(func(a *fx.Array) *fx.Array { return a.Slice(fx.Range{From: 1, To: a.Dim(0)}) }, s)
}

// direction is the one that a seed stands for: a tree like p, in which leaves
// that are not floats are zero.
func direction[P any](l Law, s seed, p P) P {
	i, at := 0, 0
	return fx.Map(func(a *fx.Array) *fx.Array {
		if !a.DType().IsFloat() {
			return fx.ZerosLike(a)
		}
		var v *fx.Array
		if s.Row != nil {
			v = s.Row.Slice(fx.Range{From: at, To: at + a.Size()}).Reshape(a.Shape()...).AsType(a.DType())
		} else {
			v = l.draw(random.FoldIn(s.Key, i), a.DType(), a.Shape())
		}
		if s.Sign != nil {
			v = v.Mul(s.Sign.AsType(a.DType()))
		}
		i, at = i+1, at+a.Size()
		return v
	}, p)
}

func (l Law) draw(key *fx.Array, d fx.DType, shape []int) *fx.Array {
	switch l {
	case Rademacher:
		return random.Rademacher(key, d, shape...)
	case Uniform:
		return random.Uniform(key, d, -math.Sqrt(3), math.Sqrt(3), shape...)
	}
	return random.Normal(key, d, shape...)
}

var errAntithetic = errors.New("antithetic directions: the slope c is exact, so c v is the same for v and for -v, and a pair costs two " +
	"passes for one direction (they help finite differences only)")
