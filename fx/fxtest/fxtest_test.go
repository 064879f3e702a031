package fxtest_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
)

// listener takes down what a test would have been told.
type listener struct {
	testing.TB
	told []string
}

func (l *listener) Helper()           {}
func (l *listener) Error(args ...any) { l.told = append(l.told, fmt.Sprint(args...)) }
func (l *listener) Errorf(format string, args ...any) {
	l.told = append(l.told, fmt.Sprintf(format, args...))
}
func (l *listener) Fatalf(format string, args ...any) {
	l.Errorf(format, args...)
	panic(l)
}

func told(f func(testing.TB)) string {
	var l listener
	func() {
		defer func() { // of Fatalf
			if e := recover(); e != nil && e != any(&l) {
				panic(e)
			}
		}()
		f(&l)
	}()
	return strings.Join(l.told, "; ")
}

func TestMustFail(t *testing.T) {
	wrong := func() { fx.Ones(fx.Float32, 2).Add(fx.Ones(fx.Float32, 3)) }
	for want, f := range map[string]func(testing.TB){
		"":                              func(l testing.TB) { fxtest.MustFail(l, "shapes [2] and [3]", wrong) },
		`does not say "dtype"`:          func(l testing.TB) { fxtest.MustFail(l, "dtype", wrong) },
		"no panic, want an *fx.Error; ": func(l testing.TB) { fxtest.MustFail(l, "anything", func() {}) },
	} {
		if got := told(f); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	defer func() {
		if recover() != "another" {
			t.Error("a panic that is no *fx.Error is swallowed")
		}
	}()
	fxtest.Failure(&listener{}, func() { panic("another") })
}

func TestMustBeNear(t *testing.T) {
	for _, c := range []struct {
		got, want []float64
		told      string
	}{
		{[]float64{1, 100}, []float64{1.0001, 100.01}, ""},
		{[]float64{1, 2}, []float64{1, 2.001}, "x: element 1 is 2, want 2.001"},
		{[]float64{math.NaN()}, []float64{1}, "element 0 is NaN"},
		{[]float64{1}, []float64{1, 2}, "1 values, want 2"},
	} {
		got := told(func(l testing.TB) { fxtest.MustBeNear(l, "x", c.got, c.want, 1e-4) })
		if !strings.Contains(got, c.told) || (c.told == "") != (got == "") {
			t.Errorf("%v against %v: told %q, want %q", c.got, c.want, got, c.told)
		}
	}
}
