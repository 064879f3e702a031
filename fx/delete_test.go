package fx

import (
	"slices"
	"testing"
)

func mustFail(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if _, ok := recover().(*Error); !ok {
			t.Errorf("%s: no error", what)
		}
	}()
	f()
}

func TestDelete(t *testing.T) {
	square := Jit(func(x *Array) *Array { return x.Square() })
	x := Arange(Float32, 20_000)
	y := square(x)
	first := &y.node("").Value().Bytes()[0]
	Delete(map[string]*Array{"y": y, "again": y})
	Delete(y)
	mustFail(t, "Float32s of a deleted array", func() { y.Float32s() })
	mustFail(t, "a sum with a deleted array", func() { y.Add(x) })
	mustFail(t, "a compiled function of a deleted array", func() { square(y) })
	if z := square(x); &z.node("").Value().Bytes()[0] != first {
		t.Error("the next result is not in the memory of the deleted one")
	} else if z.Float32s()[300] != 90_000 {
		t.Errorf("got %v", z.Float32s()[300])
	}
}

// What somebody else holds stays: a constant of a compiled function, an array
// with another name, one that is not computed yet.
func TestDeleteKeepsWhatOthersHold(t *testing.T) {
	c := Arange(Float32, 20_000).Square()
	add := Jit(func(x *Array) *Array { return x.Add(c) })
	one := Ones(Float32, 20_000)
	want := add(one).Float32s()
	Delete(c)
	Ones(Float32, 20_000).AddScalar(5).Float32s() // would be written over c
	if got := add(one).Float32s(); !slices.Equal(got, want) {
		t.Error("the constant of a compiled function changed")
	}
	pending := one.AddScalar(1)
	Delete(pending)
	if pending.Float32s()[7] != 2 {
		t.Error("an array that was not computed yet is wrong")
	}
	later := one.AddScalar(2)
	Delete(one)
	mustFail(t, "a sum of an array that is deleted before it is computed", func() { later.Float32s() })
	gone := Arange(Float32, 20_000).Square()
	gone.Float32s()
	Delete(gone)
	mustFail(t, "a function that captured a deleted array", func() { Jit(func(x *Array) *Array { return gone.Add(x) })(pending) })
}

// Functions may hand on what they were given, and constants of theirs.
func TestDeleteWhatFunctionsHandOn(t *testing.T) {
	x, c := Arange(Float32, 20_000).Square(), Arange(Float32, 20_000).Square()
	x.Float32s()
	c.Float32s()
	want := x.Float32s()
	for name, f := range map[string]func(x *Array) *Array{
		"checkpoint": Checkpoint(func(x *Array) *Array { return x }),
		"cond": func(x *Array) *Array {
			return Cond(Scalar(true), func(x *Array) *Array { return x }, func(x *Array) *Array { return x.Neg() }, x)
		},
		"while": func(x *Array) *Array {
			return While(func(*Array) *Array { return Scalar(false) }, func(x *Array) *Array { return x.Neg() }, x)
		},
		"constant": func(x *Array) *Array { return Checkpoint(func(*Array) *Array { return c })(x) },
	} {
		y, z := f(x), f(x)
		if !slices.Equal(y.Float32s(), want) || !slices.Equal(z.Float32s(), want) {
			t.Fatalf("%s: wrong", name)
		}
		Delete(y)
		Ones(Float32, 20_000).AddScalar(5).Float32s()
		if !slices.Equal(x.Float32s(), want) || !slices.Equal(z.Float32s(), want) || !slices.Equal(c.Float32s(), want) {
			t.Errorf("%s: Delete of a result took the memory of something else", name)
		}
	}
}
