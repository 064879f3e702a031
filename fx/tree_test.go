package fx

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type leafy struct {
	W      *Array
	Name   string
	hidden *Array
	Inner  any
	Map    map[string]*Array
	List   []leafy
	Next   *leafy
	None   *Array
	Act    func(*Array) *Array
}

func sample() leafy {
	s := func(v float64) *Array { return Scalar(v) }
	return leafy{W: s(1), Name: "a", hidden: s(2), Inner: dense{s(3), nil}, Map: map[string]*Array{"b": s(5), "a": s(4)},
		List: []leafy{{W: s(6)}, {hidden: s(7)}}, Next: &leafy{W: s(8)}}
}

func items(tree any) (out []float64) {
	for _, a := range Leaves(tree) {
		out = append(out, a.Item())
	}
	return out
}

func TestTreeOrderAndPaths(t *testing.T) {
	x := sample()
	if got, want := items(x), []float64{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("leaves %v, want %v", got, want)
	}
	want := []string{"W", "hidden", "Inner.W", `Map["a"]`, `Map["b"]`, "List[0].W", "List[1].hidden", "Next.W"}
	if d := cmp.Diff(want, Paths(x)); d != "" {
		t.Error(d)
	}
}

func TestMapKeepsTheOldTree(t *testing.T) {
	x := sample()
	y := Map(func(a *Array) *Array { return a.MulScalar(10) }, x)
	if got, want := items(y), []float64{10, 20, 30, 40, 50, 60, 70, 80}; !slices.Equal(got, want) {
		t.Errorf("mapped %v, want %v", got, want)
	}
	if got, want := items(x), []float64{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("the old tree became %v", got)
	}
	if y.Name != "a" || y.None != nil {
		t.Error("static fields changed")
	}
}

// TestKeysTellTreesApart lists changes after which Jit must compile anew.
func TestKeysTellTreesApart(t *testing.T) {
	key := func(x leafy) string { return string(flattenInto(new(walker), &x)) }
	base := key(sample())
	if key(sample()) != base {
		t.Error("equal trees have different keys")
	}
	act := func(c float64) func(*Array) *Array { return func(a *Array) *Array { return a.MulScalar(c) } }
	for name, change := range map[string]func(*leafy){
		"static":    func(x *leafy) { x.Name = "b" },
		"shape":     func(x *leafy) { x.W = Zeros(Float64, 1) },
		"dtype":     func(x *leafy) { x.W = Zeros(Float32) },
		"new leaf":  func(x *leafy) { x.None = Scalar(1.0) },
		"map key":   func(x *leafy) { x.Map = map[string]*Array{"a": Scalar(4.0), "c": Scalar(5.0)} },
		"length":    func(x *leafy) { x.List = x.List[:1] },
		"type":      func(x *leafy) { x.Inner = struct{ W, B *Array }{Scalar(3.0), nil} },
		"moved":     func(x *leafy) { x.W, x.None = nil, x.W },
		"nil inner": func(x *leafy) { x.Inner = nil },
		"function":  func(x *leafy) { x.Act = act(1) },
	} {
		x := sample()
		change(&x)
		if key(x) == base {
			t.Errorf("%s: the key is the same", name)
		}
	}
	x, y := sample(), sample()
	x.Act, y.Act = act(1), act(2)
	if key(x) == key(y) {
		t.Error("two closures of one function have the same key")
	}
}

func TestTreeThatContainsItself(t *testing.T) {
	x := &leafy{W: Scalar(1.0)}
	x.Next = x
	defer func() {
		if e, ok := recover().(*Error); !ok {
			t.Errorf("got %v", e)
		}
	}()
	Leaves(x)
}

func TestTreesWithoutLeaves(t *testing.T) {
	var none any
	if got := Map(func(a *Array) *Array { return a }, none); got != nil {
		t.Errorf("got %v", got)
	}
	if got := Map2(func(a, _ *Array) *Array { return a }, none, none); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestConstIsRoundedOnce(t *testing.T) {
	if v := Const(0.1).AsType(Float64).Item(); v != 0.1 {
		t.Errorf("got %v", v)
	}
}
