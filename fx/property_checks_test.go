package fx

import (
	"fmt"
	"slices"
	"sync"

	"github.com/fluxion-go/fluxion/internal/cpu"
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// property is something that must hold of the rows it is of.
type property struct {
	of    func(row) bool
	big   bool
	check func(c *instance, r row)
}

func every(row) bool         { return true }
func forward(r row) bool     { return r.order >= 1 }
func reverse(r row) bool     { return r.order >= 1 && !r.forwardOnly }
func twice(r row) bool       { return r.order >= 2 && !r.forwardOnly }
func continuous(r row) bool  { return !r.exact32 }
func nextForward(r row) bool { return r.order >= 2 }

var properties = map[string]property{
	"forward mode against finite differences":    {of: forward, check: checkJVP},
	"reverse mode is the transpose of forward":   {of: reverse, check: checkTranspose},
	"second derivatives":                         {of: twice, check: checkSecond},
	"second derivatives in forward mode":         {of: nextForward, check: checkSecondForward},
	"Jacobians by rows and by columns":           {of: reverse, check: checkJacobians},
	"Vmap against a loop":                        {of: every, check: checkVmap},
	"Vmap of Vmap":                               {of: every, check: checkVmapTwice},
	"Vmap of Grad":                               {of: reverse, check: checkVmapGrad},
	"Grad of Vmap":                               {of: reverse, check: checkGradVmap},
	"Vmap of JVP":                                {of: forward, check: checkVmapJVP},
	"float32 against float64":                    {of: continuous, check: check32},
	"same bits on every engine":                  {of: every, big: true, check: checkEngines},
	"same bits of the gradient on every engine":  {of: reverse, big: true, check: checkEnginesGrad},
	"same bits compiled":                         {of: every, check: checkJit},
	"same bits of the compiled gradient":         {of: reverse, check: checkJitGrad},
	"same bits of the compiled batched gradient": {of: reverse, check: checkJitVmapGrad},
	"same bits compiled, large":                  {of: every, big: true, check: checkJit},
}

func checkJVP(c *instance, _ row) {
	v := c.directions(c.in)
	_, dy := JVP(c.p.f, c.in, v)
	ct := c.directions(dy)
	want := along(func(x []*Array) *Array { return inner(c.p.f(x), ct) }, c.in, v)
	c.near("JVP along a direction", inner(dy, ct).Item(), want, 1e-6)
	_, lin := Linearize(c.p.f, c.in)
	c.same("Linearize", lin(v), dy)
}

func checkTranspose(c *instance, _ row) {
	y, pull := VJP(c.p.f, c.in)
	u, v := c.directions(c.in), c.directions(y)
	_, ju := JVP(c.p.f, c.in, u)
	c.near("<u, J'v> where <Ju, v>", inner(u, pull(v)).Item(), inner(ju, v).Item(), 1e-11)
}

// gradAlong is the derivative of a gradient's inner product with w.
func gradAlong(f func([]*Array) *Array, w []*Array) func([]*Array) *Array {
	return func(x []*Array) *Array { return inner(Grad(f)(x), w) }
}

func checkSecond(c *instance, _ row) {
	loss := c.loss()
	v, w := c.directions(c.in), c.directions(c.in)
	m := gradAlong(loss, w)
	rr := Grad(m)(c.in)
	c.near("gradient of the gradient", inner(rr, v).Item(), along(m, c.in, v), 1e-6)
	c.nearAll("forward over reverse", HVP(loss, c.in, w), rr, 1e-10)
	fr := Grad(func(x []*Array) *Array {
		_, d := JVP(loss, x, w)
		return d
	})(c.in)
	c.nearAll("reverse over forward", fr, rr, 1e-10)
}

func checkSecondForward(c *instance, _ row) {
	v, w := c.directions(c.in), c.directions(c.in)
	loss := c.loss()
	d := func(x []*Array) *Array {
		_, d := JVP(loss, x, w)
		return d
	}
	_, dd := JVP(d, c.in, v)
	c.near("JVP of JVP", dd.Item(), along(d, c.in, v), 1e-6)
}

// checkJacobians compares both ways to the Jacobian of one result with respect
// to one operand.
func checkJacobians(c *instance, _ row) {
	isFloat := func(a *Array) bool { return a.DType().IsFloat() }
	y := slices.IndexFunc(c.p.f(c.in), isFloat)
	i := c.g.int("operand", 0, len(c.in)-1)
	if y < 0 || !isFloat(c.in[i]) {
		return
	}
	f := func(v *Array) *Array {
		x := slices.Clone(c.in)
		x[i] = v
		return c.p.f(x)[y]
	}
	columns, rows := JacFwd(f)(c.in[i]), JacRev(f)(c.in[i])
	c.nearAll("JacFwd where JacRev", []*Array{columns}, []*Array{rows}, 1e-11)
}

// examples makes n further versions of the flagged operands, and stacks them.
func (c *instance) examples(n int, batched []bool) (each [][]*Array, stacked []*Array) {
	for range n {
		x := c.values()
		for i := range x {
			if !batched[i] {
				x[i] = c.in[i]
			}
		}
		each = append(each, x)
	}
	stacked = slices.Clone(c.in)
	for i := range stacked {
		if batched[i] {
			parts := make([]*Array, n)
			for k := range parts {
				parts[k] = each[k][i]
			}
			if n > 0 {
				stacked[i] = Stack(0, parts...)
			} else {
				stacked[i] = wrap(graph.Full(c.in[i].DType(), 0, c.in[i].n.Shape.Prepend(0)))
			}
		}
	}
	return each, stacked
}

// mapped are Vmap's options that batch the flagged operands of a list.
func mapped(batched []bool) []VmapOption {
	var opts []VmapOption
	for i, b := range batched {
		if !b {
			opts = append(opts, InAxis(fmt.Sprintf("[%d]", i), NotMapped))
		}
	}
	return opts
}

// subset draws which operands are batched: at least one.
func (c *instance) subset() []bool {
	flags := make([]bool, len(c.in))
	for i := range flags {
		flags[i] = c.g.bool("batched")
	}
	if !slices.Contains(flags, true) {
		flags[c.g.int("batched", 0, len(flags)-1)] = true
	}
	return flags
}

// stackResults stacks what f gives for each example.
func stackResults(f func([]*Array) []*Array, each [][]*Array) []*Array {
	var out []*Array
	for k, x := range each {
		for i, y := range f(x) {
			if k == 0 {
				out = append(out, y.ExpandDims(0))
			} else {
				out[i] = Concatenate(0, out[i], y.ExpandDims(0))
			}
		}
	}
	return out
}

// againstLoop checks that Vmap of f is a loop over f, with the examples along
// any axis of the operands.
func (c *instance) againstLoop(what string, f func([]*Array) []*Array) {
	n := pick(c.g.T, "examples", 2, 1, 3)
	batched := c.subset()
	each, stacked := c.examples(n, batched)
	opts := mapped(batched)
	for i, b := range batched {
		if b && c.g.int("moved", 0, 3) == 0 {
			axis := c.g.int("axis of the examples", 0, stacked[i].NDim()-1)
			stacked[i] = stacked[i].MoveAxis(0, axis)
			opts = append(opts, InAxis(fmt.Sprintf("[%d]", i), axis))
		}
	}
	c.nearAll(what, Vmap(f, opts...)(stacked), stackResults(f, each), 1e-12)
}

func checkVmap(c *instance, _ row) {
	for bits := 1; bits < 1<<len(c.in); bits++ {
		batched := make([]bool, len(c.in))
		for i := range batched {
			batched[i] = bits>>i&1 == 1
		}
		each, stacked := c.examples(2, batched)
		got := Vmap(c.p.f, mapped(batched)...)(stacked)
		c.nearAll(fmt.Sprintf("Vmap over %v", batched), got, stackResults(c.p.f, each), 1e-12)
	}
	c.againstLoop("Vmap", c.p.f)
	none := c.subset()
	_, stacked := c.examples(0, none)
	for i, y := range Vmap(c.p.f, mapped(none)...)(stacked) {
		if want := append([]int{0}, c.p.f(c.in)[i].Shape()...); !slices.Equal(y.Shape(), want) {
			c.g.Fatalf("Vmap over no examples gives %v, want shape %v", y.n.Aval(), want)
		}
	}
}

func checkVmapTwice(c *instance, _ row) {
	first, second := c.subset(), c.subset()
	var table [2][2][]*Array
	for o := range table {
		for i := range table[o] {
			table[o][i] = c.values()
		}
	}
	value := func(k, o, i int) *Array { // operand k of outer example o, inner i
		if !second[k] {
			o = 0
		}
		if !first[k] {
			i = 0
		}
		return table[o][i][k]
	}
	var each [][]*Array
	stacked := make([]*Array, len(c.in))
	for o := range 2 {
		for i := range 2 {
			x := make([]*Array, len(c.in))
			for k := range x {
				x[k] = value(k, o, i)
			}
			each = append(each, x)
		}
	}
	for k := range stacked {
		stacked[k] = value(k, 0, 0)
		if first[k] {
			stacked[k] = Stack(0, value(k, 0, 0), value(k, 0, 1))
		}
		if second[k] {
			other := value(k, 1, 0)
			if first[k] {
				other = Stack(0, other, value(k, 1, 1))
			}
			stacked[k] = Stack(0, stacked[k], other)
		}
	}
	got := Vmap(Vmap(c.p.f, mapped(first)...), mapped(second)...)(stacked)
	want := stackResults(c.p.f, each)
	for i, n := range nodes("test", want) {
		want[i] = wrap(graph.Reshape(n, append(graph.Shape{2, 2}, n.Shape[1:]...)))
	}
	c.nearAll("Vmap of Vmap", got, want, 1e-12)
}

func checkVmapGrad(c *instance, _ row) { c.againstLoop("Vmap of Grad", Grad(c.loss())) }

func checkVmapJVP(c *instance, _ row) {
	v := c.directions(c.in)
	c.againstLoop("Vmap of JVP", func(x []*Array) []*Array {
		_, d := JVP(c.p.f, x, v)
		return d
	})
}

func checkGradVmap(c *instance, _ row) {
	loss, batched := c.loss(), c.subset()
	each, stacked := c.examples(2, batched)
	got := Grad(func(x []*Array) *Array { return Vmap(loss, mapped(batched)...)(x).Sum() })(stacked)
	want := stackResults(Grad(loss), each)
	for i := range want {
		if !batched[i] && want[i].DType().Differentiable() {
			want[i] = want[i].Sum(0)
		} else if !batched[i] {
			want[i] = want[i].Index(0)
		}
	}
	c.nearAll("Grad of Vmap", got, want, 1e-11)
}

// as converts the float arrays, and complex ones likewise.
func as(d DType, x []*Array) []*Array {
	out := slices.Clone(x)
	for i := range x {
		if x[i].DType().IsFloat() {
			out[i] = x[i].AsType(d)
		} else if x[i].IsComplex() {
			out[i] = x[i].AsType(map[DType]DType{Float32: Complex64, Float64: Complex128}[d])
		}
	}
	return out
}

func check32(c *instance, _ row) {
	x := as(Float32, c.in)
	c.nearAll("float32", as(Float64, c.p.f(x)), c.p.f(as(Float64, x)), 2e-4)
}

// engines are the plain-Go engine with one thread and, for every set of
// instructions that this machine has, one with several.
var engines = sync.OnceValue(func() []*cpu.Engine {
	var out []*cpu.Engine
	for _, l := range kernel.Available() {
		threads := 3
		if l == kernel.Off {
			threads = 1
		}
		e, err := cpu.NewEngine(l, threads)
		if err != nil {
			panic(err)
		}
		out = append(out, e)
	}
	return out
})

func (c *instance) onEveryEngine(f func([]*Array) []*Array) {
	x := c.in
	if c.g.bool("float32") {
		x = as(Float32, x)
	}
	Eval(x)
	var want []*Array
	for i, e := range engines() {
		y := f(x)
		if bad := e.Evaluate(nodes("test", y)); bad != nil {
			c.g.Fatal("the result is abstract")
		}
		if i == 0 {
			want = y
			continue
		}
		c.same(fmt.Sprintf("level %v with %d threads", e.Level(), e.Threads()), y, want)
	}
}

func checkEngines(c *instance, _ row)     { c.onEveryEngine(c.p.f) }
func checkEnginesGrad(c *instance, _ row) { c.onEveryEngine(Grad(c.loss())) }

// compiled checks f compiled against f.
func (c *instance) compiled(what string, f func([]*Array) []*Array, x []*Array) {
	want := f(x)
	jit := Jit(f)
	c.same(what, jit(x), want)
	c.same(what+", second call", jit(x), want)
}

func checkJit(c *instance, _ row) {
	x := c.in
	if c.g.bool("float32") {
		x = as(Float32, x)
	}
	c.compiled("Jit", c.p.f, x)
}

func checkJitGrad(c *instance, _ row) { c.compiled("Jit of Grad", Grad(c.loss()), c.in) }

func checkJitVmapGrad(c *instance, _ row) {
	batched := c.subset()
	_, stacked := c.examples(2, batched)
	c.compiled("Jit of Vmap of Grad", Vmap(Grad(c.loss()), mapped(batched)...), stacked)
}
