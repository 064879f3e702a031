package random_test

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

func TestWrongPrograms(t *testing.T) {
	key := random.New(0)
	f := fx.Float32
	inf := math.Inf(1)
	for _, c := range []struct {
		want string
		call func()
	}{
		{"random.Split: the key is nil", func() { random.Split(nil, 2) }},
		{"random.Split: -1 keys", func() { random.Split(key, -1) }},
		{"random.SplitArray: the key is uint32[3 2]; it must be one key, uint32[2] (use fx.Vmap for many)", func() { random.SplitArray(random.SplitArray(key, 3), 2) }},
		{"random.Normal: the key is int32[2]; it must be one key, uint32[2] (use fx.Vmap for many)", func() { random.Normal(fx.New([]int32{1, 2}), f) }},
		{"random.Normal: dtype int32; it must be float32 or float64", func() { random.Normal(key, fx.Int32) }},
		{"random.Normal: shape [2 -1] has a negative axis", func() { random.Normal(key, f, 2, -1) }},
		{"random.FoldIn: the data is float32; it must be an integer", func() { random.FoldIn(key, fx.Scalar(float32(1))) }},
		{"random.FoldIn: the data has shape [1]; it must be a scalar (use fx.Vmap for many)", func() { random.FoldIn(key, fx.New([]int32{1})) }},
		{"random.FoldIn: the data is nil", func() { random.FoldIn(key, (*fx.Array)(nil)) }},
		{"random.Uniform: the interval from 1 to 1 is empty in float32", func() { random.Uniform(key, f, 1, 1) }},
		{"random.Uniform: the interval from 1 to 1.00000001 is empty in float32", func() { random.Uniform(key, f, 1, 1.00000001) }},
		{"random.Uniform: the interval from NaN to 1 is empty in float32", func() { random.Uniform(key, f, math.NaN(), 1) }},
		{"random.Uniform: the interval [0, +Inf) is not finite in float64", func() { random.Uniform(key, fx.Float64, 0, inf) }},
		{"random.Uniform: the interval [-3e+38, 3e+38) is not finite in float32", func() { random.Uniform(key, f, -3e38, 3e38) }},
		{"random.TruncatedNormal: the interval from 2 to -2 is empty in float32", func() { random.TruncatedNormal(key, f, 2, -2) }},
		{"random.TruncatedNormal: the interval [5, +Inf] has probability 2.9e-07, too little for float32", func() { random.TruncatedNormal(key, f, 5, inf) }},
		{"random.Randint: dtype float32; it must be uint8, uint32, int32 or int64", func() { random.Randint(key, f, 0, 2) }},
		{"random.Randint: the interval [3, 3) is empty", func() { random.Randint(key, fx.Int32, 3, 3) }},
		{"random.Randint: the interval [0, 257) does not fit uint8", func() { random.Randint(key, fx.Uint8, 0, 257) }},
		{"random.Randint: the interval [-9223372036854775808, 9223372036854775807) holds more than 2^31 numbers (Bits has all there are)", func() { random.Randint(key, fx.Int64, math.MinInt64, math.MaxInt64) }},
		{"random.Bernoulli: the probability is nil", func() { random.Bernoulli(key, nil) }},
		{"random.Bernoulli: dtype int32; it must be float32 or float64", func() { random.Bernoulli(key, fx.Scalar(int32(1))) }},
		{"random.Bernoulli: the probability has shape [3], which does not broadcast to [2 2]", func() { random.Bernoulli(key, fx.Ones(f, 3), 2, 2) }},
		{"random.Rademacher: dtype uint8; it must be float32, float64, int32 or int64", func() { random.Rademacher(key, fx.Uint8) }},
		{"random.Categorical: the logits are nil", func() { random.Categorical(key, nil, 0) }},
		{"random.Categorical: axis 2 of logits of shape [2 3]", func() { random.Categorical(key, fx.Ones(f, 2, 3), 2) }},
		{"random.Categorical: logits of shape [2 0] have no category along axis -1", func() { random.Categorical(key, fx.Ones(f, 2, 0), -1) }},
		{"random.Permutation: -1 elements; there may be 0 to 2^31-1", func() { random.Permutation(key, -1) }},
		{"random.Shuffle: the array is nil", func() { random.Shuffle(key, nil, 0) }},
		{"random.Shuffle: axis 0 of an array of shape []", func() { random.Shuffle(key, fx.Scalar(1.0), 0) }},
		{"random.Gamma: the concentration is nil", func() { random.Gamma(key, nil) }},
		{"random.Gamma: the key is nil", func() { random.Gamma(nil, fx.Ones(f)) }},
		{"random.Gamma: dtype int32; it must be float32 or float64", func() { random.Gamma(key, fx.Scalar(int32(1))) }},
		{"random.Gamma: the concentration has shape [3], which does not broadcast to [2]", func() { random.Gamma(key, fx.Ones(f, 3), 2) }},
		{"random.Beta: the concentration is nil", func() { random.Beta(key, fx.Ones(f), nil) }},
		{"random.Beta: the concentrations are float32 and float64; convert one with AsType", func() { random.Beta(key, fx.Ones(f), fx.Ones(fx.Float64)) }},
		{"random.Beta: the concentration has shape [3], which does not broadcast to [2]", func() { random.Beta(key, fx.Ones(f), fx.Ones(f, 3), 2) }},
		{"random.Dirichlet: concentrations of shape []; the last axis must hold one for each category", func() { random.Dirichlet(key, fx.Ones(f)) }},
		{"random.Dirichlet: the concentration has shape [3 2], which does not broadcast to [4 2]", func() { random.Dirichlet(key, fx.Ones(f, 3, 2), 4) }},
		{"random.Laplace: dtype int32; it must be float32 or float64", func() { random.Laplace(key, fx.Int32, 2) }},
		{"random.Logistic: shape [-1] has a negative axis", func() { random.Logistic(key, f, -1) }},
		{"random.MultivariateNormal: the mean or the covariance is nil", func() { random.MultivariateNormal(key, nil, fx.Ones(f, 2, 2)) }},
		{"random.MultivariateNormal: a mean float32[2] and a covariance float32[2 3]; they must be [n] and [n, n], of one dtype (use fx.Vmap for many)", func() { random.MultivariateNormal(key, fx.Ones(f, 2), fx.Ones(f, 2, 3)) }},
		{"random.Orthogonal: a matrix of 0 by 3", func() { random.Orthogonal(key, f, 0, 3) }},
		{"random.Choice: 5 different indices below 4", func() { random.Choice(key, 4, 5) }},
	} {
		func() {
			defer func() {
				e, ok := recover().(*fx.Error)
				if !ok {
					t.Errorf("no *fx.Error, want %q", c.want)
					return
				}
				got := strings.TrimPrefix(e.Error(), "fx: ")
				at := regexp.MustCompile(` \(errors_test\.go:\d+\)$`)
				if !at.MatchString(got) || at.ReplaceAllString(got, "") != c.want {
					t.Errorf("got  %q\nwant %q", got, c.want)
				}
			}()
			c.call()
		}()
	}
}

// TestEmpty draws nothing.
func TestEmpty(t *testing.T) {
	key := random.New(0)
	for name, a := range map[string]*fx.Array{
		"split":       random.SplitArray(key, 0),
		"normal":      random.Normal(key, fx.Float64, 3, 0),
		"permutation": random.Permutation(key, 0),
		"shuffle":     random.Shuffle(key, fx.Ones(fx.Float32, 2, 0), 1),
		"choice":      random.Choice(key, 5, 0),
		"categorical": random.Categorical(key, fx.Ones(fx.Float32, 0, 3), 1),
	} {
		if len(a.Float64s()) != 0 {
			t.Errorf("%s: %v", name, a)
		}
	}
}
