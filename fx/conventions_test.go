package fx

import (
	"fmt"
	"math"
	"testing"
)

// Where a function has no derivative, or a formula for it divides by zero, the
// derivative is the one that the field expects.
func TestDerivativesAtSpecialPlaces(t *testing.T) {
	inf := math.Inf(1)
	ofSum := func(f func(x *Array) *Array) func(*Array) *Array {
		return Grad(func(x *Array) *Array { return f(x).Sum() })
	}
	for _, c := range []struct {
		name string
		f    func(x *Array) *Array
		at   []float64
		want string
	}{
		{"relu", (*Array).Relu, []float64{-1, 0, 1}, "[0 0 1]"},
		{"abs", (*Array).Abs, []float64{-1, 0, 1}, "[-1 0 1]"},
		{"maximum of equals", func(x *Array) *Array { return x.Maximum(ZerosLike(x)) }, []float64{-1, 0, 1}, "[0 0.5 1]"},
		{"clip", func(x *Array) *Array { return x.Clip(-1, 1) }, []float64{-2, 0, 2}, "[0 1 0]"},
		{"largest of equals", func(x *Array) *Array { return x.Max() }, []float64{3, 1, 3}, "[0.5 0 0.5]"},
		{"norm of zeros", func(x *Array) *Array { return x.Norm() }, []float64{0, 0}, "[0 0]"},
		{"product with a zero", func(x *Array) *Array { return x.Prod() }, []float64{2, 0, 5}, "[0 10 0]"},
		{"product with two zeros", func(x *Array) *Array { return x.Prod() }, []float64{0, 0, 5}, "[0 0 0]"},
		{"power 0", func(x *Array) *Array { return x.Pow(ZerosLike(x)) }, []float64{0, 2}, "[0 0]"},
		{"power 2 at 0", func(x *Array) *Array { return x.Pow(FullLike(x, 2)) }, []float64{0, -3}, "[0 -6]"},
		{"exponent at base 0", func(x *Array) *Array { return ZerosLike(x).Pow(x) }, []float64{1, 2}, "[0 0]"},
		{"softplus far out", (*Array).Softplus, []float64{-800, 0, 800}, "[0 0.5 1]"},
		{"log sigmoid far out", (*Array).LogSigmoid, []float64{-800, 0, 800}, "[1 0.5 -0]"},
		{"elu far out", func(x *Array) *Array { return x.Elu(1) }, []float64{-800, 0, 800}, "[0 1 1]"},
		{"logsumexp far out", func(x *Array) *Array { return x.LogSumExp() }, []float64{-800, 800}, "[0 1]"},
		{"logsumexp with -Inf", func(x *Array) *Array { return x.LogSumExp() }, []float64{-inf, 1}, "[0 1]"},
		{"sort of equals", func(x *Array) *Array { return x.Sort(0).Mul(Arange(Float64, 3)) }, []float64{1, 0, 1}, "[1 0 2]"},
		{"taken twice", func(x *Array) *Array { return x.Take(New([]int32{0, 0, 9}), 0) }, []float64{1, 2}, "[2 1]"},
		{"replaced", func(x *Array) *Array { return x.ScatterSet(New([]int32{0, 5}, 2, 1), Const(7)) }, []float64{1, 2}, "[0 1]"},
		{"replacement", func(x *Array) *Array { return Zeros(Float64, 2).ScatterSet(New([]int32{0, 0, 9}, 3, 1), x) }, []float64{1, 2, 3}, "[0 1 0]"},
		{"stopped", func(x *Array) *Array { return x.StopGradient().Mul(x) }, []float64{3}, "[3]"},
	} {
		x := New(c.at)
		if got, want := fmt.Sprint(ofSum(c.f)(x)), fmt.Sprintf("float64[%d]%s", len(c.at), c.want); got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// A custom rule is what counts, in either mode, under Vmap and compiled, and
// what its function captured has no derivative.
func TestCustomRulesReplaceDerivatives(t *testing.T) {
	k := Scalar(2.0)
	byJVP := func(k *Array) func(*Array) *Array {
		return CustomJVP(func(x *Array) *Array { return x.Mul(k) }, func(x, dx *Array) *Array { return dx.Mul(x).MulScalar(100) })
	}
	byVJP := func(k *Array) func(*Array) *Array {
		return CustomVJP(func(x *Array) *Array { return x.Mul(k) },
			func(x *Array) (*Array, *Array) { return x.Mul(k), x },
			func(x, ct *Array) *Array { return ct.Mul(x).MulScalar(100) })
	}
	x := New([]float64{1, 3})
	for name, rule := range map[string]func(*Array) func(*Array) *Array{"CustomJVP": byJVP, "CustomVJP": byVJP} {
		f := rule(k)
		sum := func(x *Array) *Array { return f(x).Sum() }
		_, forward := JVP(f, x, OnesLike(x))
		wrt := Grad(func(k *Array) *Array { return rule(k)(x).Sum() })(k)
		for _, c := range []struct {
			what string
			got  *Array
			want string
		}{
			{"value", f(x), "float64[2][2 6]"},
			{"Grad", Grad(sum)(x), "float64[2][100 300]"},
			{"JVP", forward, "float64[2][100 300]"},
			{"Vmap of Grad", Vmap(Grad(f))(x), "float64[2][100 300]"},
			{"Grad of Vmap", Grad(func(x *Array) *Array { return Vmap(f)(x).Sum() })(x), "float64[2][100 300]"},
			{"Jit of Grad", Jit(Grad(sum))(x), "float64[2][100 300]"},
			{"Grad in Scan", Grad(func(x *Array) *Array {
				_, y := Scan(func(c, v *Array) (*Array, *Array) { return c, f(v) }, Scalar(0.0), x)
				return y.Sum()
			})(x), "float64[2][100 300]"},
			{"captured", wrt, "float64[](0)"},
		} {
			if got := fmt.Sprint(c.got); got != c.want {
				t.Errorf("%s: %s: %s, want %s", name, c.what, got, c.want)
			}
		}
	}
}

// Cond computes the branch that is taken and not the other, which here would
// never end.
func TestCondTakesOneBranch(t *testing.T) {
	forever := func(x *Array) *Array {
		return While(func(x *Array) *Array { return Ones(Bool) }, func(x *Array) *Array { return x }, x)
	}
	f := func(x *Array) *Array {
		return Cond(x.Greater(Const(0)), func(x *Array) *Array { return x.Exp() }, forever, x)
	}
	if got := f(Scalar(0.0).AddScalar(1)).Item(); math.Abs(got-math.E) > 1e-15 {
		t.Error(got)
	}
	if got := Jit(f)(Scalar(1.0)).Item(); math.Abs(got-math.E) > 1e-15 {
		t.Error(got)
	}
}
