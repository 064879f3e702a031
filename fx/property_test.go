package fx

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/internal/cpu"
	"github.com/fluxion-go/fluxion/internal/graph"
	"github.com/fluxion-go/fluxion/internal/threefry"
	"pgregory.net/rapid"
)

// The properties that every primitive has, checked on random programs of
// random shapes. A row of the table draws programs that contain its primitive;
// what must hold of them is in properties. Rows are in property_*_test.go.

// program is a function with its operands, each of which can be made again
// with other values.
type program struct {
	in []operand
	f  func([]*Array) []*Array
}

// operand makes an array; its shape and dtype are fixed, floats are float64.
type operand func(*threefry.Stream) *Array

// row is a primitive and its programs.
type row struct {
	prim        *graph.Prim
	name        string  // if not the primitive's
	order       int     // how often its programs can be differentiated: 0, 1, 2
	forwardOnly bool    // no reverse mode
	exact32     bool    // no float32 check: the result is no continuous function
	slack       float64 // how much less exact than others the row is; 0 means 1
	draw        func(g *gen) program
}

func (r row) String() string {
	if r.name != "" {
		return r.name
	}
	return r.prim.Name
}

// gen draws programs.
type gen struct {
	*rapid.T
	big bool // sizes at which work is spread over threads
}

// uniform draws whole numbers of which none is more likely than another;
// rapid's own generators prefer small ones by far.
func uniform(lo, hi int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) int {
		n, v, all := hi-lo+1, 0, 1
		for ; all < 16*n; all *= 2 {
			v *= 2
			if rapid.Bool().Draw(t, "bit") {
				v++
			}
		}
		return lo + v*n/all
	})
}

// pick draws one of some values, each as likely as the others.
func pick[T any](t *rapid.T, name string, of ...T) T {
	return of[uniform(0, len(of)-1).Draw(t, name)]
}

func (g *gen) int(name string, lo, hi int) int { return uniform(lo, hi).Draw(g.T, name) }
func (g *gen) bool(name string) bool           { return rapid.Bool().Draw(g.T, name) }

// dim is the size of an axis; often 1, sometimes 0.
func (g *gen) dim() int {
	if g.big {
		return pick(g.T, "dim", 1, 33, 65, 130)
	}
	return pick(g.T, "dim", 2, 3, 1, 2, 3, 0)
}

// some is the size of an axis that is not empty.
func (g *gen) some() int { return max(1, g.dim()) }

func (g *gen) shape(lo, hi int) graph.Shape {
	s := make(graph.Shape, g.int("rank", lo, min(hi, 3)))
	for i := range s {
		s[i] = g.dim()
		if g.big && s[:i+1].Size() > 40_000 {
			s[i] = 2
		}
	}
	return s
}

// someShape is a shape without empty axes.
func (g *gen) someShape(lo, hi int) graph.Shape {
	s := g.shape(lo, hi)
	for i := range s {
		s[i] = max(1, s[i])
	}
	return s
}

// stretchable is a shape that broadcasts to s.
func (g *gen) stretchable(s graph.Shape) graph.Shape {
	t := slices.Clone(s)
	for i := range t {
		if g.int("stretched", 0, 3) == 0 {
			t[i] = 1
		}
	}
	return t[g.int("axes left out", 0, min(1, len(t))):]
}

func (g *gen) axis(s graph.Shape) int { return g.int("axis", 0, len(s)-1) }

// axes is a non-empty set of axes.
func (g *gen) axes(s graph.Shape) []int {
	var axes []int
	for i := range s {
		if g.bool("axis") {
			axes = append(axes, i)
		}
	}
	if len(axes) == 0 {
		axes = []int{g.axis(s)}
	}
	return axes
}

// array is a constant of any shape, rank 0 included.
func array[T Elem](v []T, s graph.Shape) *Array {
	return wrap(graph.Constant(graph.BufferOf(v), slices.Clone(s)))
}

// values makes an operand whose elements come from f.
func values(s graph.Shape, f func(u *threefry.Stream, i int) float64) operand {
	return func(u *threefry.Stream) *Array {
		v := make([]float64, s.Size())
		for i := range v {
			v[i] = f(u, i)
		}
		return array(v, s)
	}
}

// within makes an operand with values between lo and hi.
func within(s graph.Shape, lo, hi float64) operand {
	return values(s, func(u *threefry.Stream, _ int) float64 { return lo + float64((hi-lo)*u.Float64()) })
}

// apart makes an operand whose values differ from each other and from 0 by
// far more than a step of a finite difference.
func apart(s graph.Shape) operand {
	return func(u *threefry.Stream) *Array {
		n := s.Size()
		v := make([]float64, n)
		for i, p := range u.Permutation(n) {
			v[i] = float64((float64(p)+0.5-float64(n/2))*max(0.05, 2/float64(n+1))) + float64(0.005*u.Float64())
		}
		return array(v, s)
	}
}

// integers makes an int32 operand with values from lo to hi.
func integers(s graph.Shape, lo, hi int) operand {
	return func(u *threefry.Stream) *Array {
		v := make([]int32, s.Size())
		for i := range v {
			v[i] = int32(lo + u.IntN(hi-lo+1))
		}
		return array(v, s)
	}
}

func bools(s graph.Shape) operand {
	o := integers(s, 0, 1)
	return func(u *threefry.Stream) *Array { return o(u).AsType(Bool) }
}

// instance is a program with values.
type instance struct {
	g  *gen
	r  row
	p  program
	u  *threefry.Stream
	in []*Array
}

// instance makes a program of a row and gives it values.
func (r row) instance(t *rapid.T, big bool) *instance {
	g := &gen{t, big}
	c := &instance{g: g, r: r, p: r.draw(g)}
	u := threefry.New(rapid.Uint64().Draw(t, "seed"))
	c.u = &u
	c.in = c.values()
	return c
}

// values makes new operands.
func (c *instance) values() []*Array {
	out := make([]*Array, len(c.p.in))
	for i, o := range c.p.in {
		out[i] = o(c.u)
	}
	return out
}

// directions makes a tangent for each array; those that are not floats get
// zeros.
func (c *instance) directions(like []*Array) []*Array {
	out := make([]*Array, len(like))
	for i, a := range like {
		out[i] = ZerosLike(a)
		if a.DType().IsFloat() {
			out[i] = within(a.Shape(), -1, 1)(c.u).AsType(a.DType())
		} else if a.IsComplex() {
			out[i] = complexWithin(a.Shape(), -1, 1)(c.u).AsType(a.DType())
		}
	}
	return out
}

// inner is the inner product of the float arrays of two lists; of complex ones
// the real part of the product, in which tangents and cotangents pair.
func inner(a, b []*Array) *Array {
	sum := Scalar(0.0)
	for i := range a {
		if a[i].DType().IsFloat() {
			sum = sum.Add(a[i].AsType(Float64).Mul(b[i].AsType(Float64)).Sum())
		} else if a[i].IsComplex() {
			sum = sum.Add(a[i].AsType(Complex128).Mul(b[i].AsType(Complex128)).Sum().Real())
		}
	}
	return sum
}

// loss is the inner product of the program's results with fixed cotangents.
func (c *instance) loss() func([]*Array) *Array {
	ct := c.directions(c.p.f(c.in))
	return func(x []*Array) *Array { return inner(c.p.f(x), ct) }
}

// moved is x + s*v.
func moved(x, v []*Array, s float64) []*Array {
	out := slices.Clone(x)
	for i := range x {
		if x[i].DType().Differentiable() {
			out[i] = x[i].Add(v[i].MulScalar(s))
		}
	}
	return out
}

// along is the derivative of f at x along v by finite differences of fourth
// order. With steps of 1e-3 their own error passes the tolerance for some loops.
func along(f func([]*Array) *Array, x, v []*Array) float64 {
	const h = 3e-4
	at := func(s float64) float64 { return f(moved(x, v, s*h)).Item() }
	return (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
}

func (c *instance) near(what string, got, want, tolerance float64) {
	tolerance *= max(1, c.r.slack)
	if d := math.Abs(got - want); !(d <= tolerance*(1+math.Abs(want))) {
		c.g.Fatalf("%s: %v, want %v (operands %v)", what, got, want, c.in)
	}
}

// nearAll compares the elements of two lists of arrays.
func (c *instance) nearAll(what string, got, want []*Array, tolerance float64) {
	if len(got) != len(want) {
		c.g.Fatalf("%s: %d results, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !slices.Equal(got[i].Shape(), want[i].Shape()) || got[i].DType() != want[i].DType() {
			c.g.Fatalf("%s: result %d is %v, want %v", what, i, got[i].n.Aval(), want[i].n.Aval())
		}
		a, b := reals(got[i]), reals(want[i])
		for j := range a {
			if a[j] != b[j] && (a[j] == a[j] || b[j] == b[j]) {
				c.near(fmt.Sprintf("%s: element %d of result %d", what, j, i), a[j], b[j], tolerance)
			}
		}
	}
}

// same compares bit for bit.
func (c *instance) same(what string, got, want []*Array) {
	if g, w := bitsOf(got), bitsOf(want); !slices.Equal(g, w) {
		c.g.Fatalf("%s: %v, want %v (operands %v)", what, got, want, c.in)
	}
}

// TestPrimitives checks every property on every row.
func TestPrimitives(t *testing.T) {
	for _, r := range allRows() {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			seen := false
			applicable := slices.DeleteFunc(slices.Sorted(maps.Keys(properties)), func(p string) bool { return !properties[p].of(r) })
			rapid.Check(t, func(t *rapid.T) {
				p := pick(t, "property", applicable...)
				c := r.instance(t, properties[p].big)
				seen = seen || uses(c.p.f(c.in), r.prim)
				properties[p].check(c, r)
			})
			if !seen {
				t.Errorf("no program of the row used the primitive %s", r.prim.Name)
			}
		})
	}
}

// uses reports whether the arrays are computed with a primitive, bodies of
// control flow included.
func uses(out []*Array, p *graph.Prim) bool { return among(graph.Pending(nodes("test", out)), p) }

func among(ops []*graph.Op, p *graph.Prim) bool {
	return slices.ContainsFunc(ops, func(op *graph.Op) bool {
		if op.Prim == p {
			return true
		}
		switch a := op.Attrs.(type) {
		case graph.CallAttrs:
			return among(a.Body.Ops, p)
		case graph.ScanAttrs:
			return among(a.Body.Ops, p)
		case graph.WhileAttrs:
			return among(a.Test.Ops, p) || among(a.Body.Ops, p)
		case graph.CondAttrs:
			return among(a.Then.Ops, p) || among(a.Else.Ops, p)
		}
		return false
	})
}

func allRows() []row {
	return slices.Concat(elementwiseRows(), structuralRows(), reductionRows(), indexRows(), windowRows(), complexRows(), fftRows(), decompositionRows(), controlRows())
}

// Every primitive that the engine runs has a row, and every primitive that
// package graph declares is run by the engine.
func TestEveryPrimitiveHasARow(t *testing.T) {
	rows := map[*graph.Prim]bool{}
	for _, r := range allRows() {
		rows[r.prim] = true
	}
	all := cpu.Primitives()
	for _, p := range all {
		if !rows[p] {
			t.Errorf("primitive %s has no row in the table of properties", p.Name)
		}
	}
	declared := map[string]bool{"Identity": true}
	files, err := filepath.Glob("../internal/graph/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	assigned := regexp.MustCompile(`(?m)^\s*([A-Z]\w*P)\s+=`)
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range assigned.FindAllStringSubmatch(string(src), -1) {
			declared[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?m)^var ([A-Z]\w*P) =`).FindAllStringSubmatch(string(src), -1) {
			declared[m[1]] = true
		}
	}
	if len(declared) != len(all) {
		t.Errorf("package graph declares %d primitives %v, the engine runs %d", len(declared), slices.Sorted(maps.Keys(declared)), len(all))
	}
}
