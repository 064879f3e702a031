package fx

import (
	"slices"
	"sync"

	"github.com/fluxion-go/fluxion/internal/compile"
	"github.com/fluxion-go/fluxion/internal/cpu"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// JitOption changes how Jit compiles.
type JitOption func(*jitConfig)

type jitConfig struct{ donate []string }

// Donate lets a compiled function write its results over the arrays at a path
// of its argument ("" is all of them), so that a training step updates in
// place. Looking at a donated array after the call is an error. An array that
// somebody else still holds by other means, or that stands in the argument
// twice, is copied instead.
func Donate(path string) JitOption {
	return func(c *jitConfig) { c.donate = append(c.donate, path) }
}

// Jit compiles f. The first call with arguments of a given structure (the
// tree, shapes, dtypes and static fields) traces f on placeholders and
// compiles what it did; later calls run that and do not call f. Arrays that f
// captured from outside are constants of the compiled program. Called inside
// another transformation, f becomes part of that one.
func Jit[X, Y any](f func(X) Y, opts ...JitOption) func(X) Y {
	c := &jitted[X, Y]{f: f, programs: map[string]*jitProgram[Y]{}}
	for _, o := range opts {
		o(&c.cfg)
	}
	return c.call
}

type jitted[X, Y any] struct {
	f        func(X) Y
	cfg      jitConfig
	spares   sync.Pool // of *jitCall
	mu       sync.Mutex
	programs map[string]*jitProgram[Y]
}

// jitProgram is what one structure of arguments compiled to.
type jitProgram[Y any] struct {
	once    sync.Once
	run     *cpu.Program // nil if f cannot be compiled on its own: call it
	y       Y            // the result's structure
	shapes  []graph.Shape
	donated []bool
	keep    any // the argument, whose static pointers are part of the key
}

// jitCall is the memory of a call, so that the next needs none.
type jitCall struct {
	w          walker
	in         []*graph.Node
	args, outs []*graph.Buffer
	results    []*Array
}

// done lets go of everything that the call saw.
func (m *jitCall) done() {
	clear(m.w.leaves)
	clear(m.in)
	clear(m.args)
	clear(m.outs)
	clear(m.results)
}

// resized is s with n elements, all zero.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (c *jitted[X, Y]) call(x X) Y {
	m, _ := c.spares.Get().(*jitCall)
	if m == nil {
		m = &jitCall{}
	}
	defer func() {
		m.done()
		c.spares.Put(m)
	}()
	key := flattenInto(&m.w, &x)
	m.in = resized(m.in, len(m.w.leaves))
	in, known := m.in, true
	for i, a := range m.w.leaves {
		in[i] = a.node("Jit")
		if in[i].Tracked() {
			return c.f(x)
		}
		known = known && in[i].Value() != nil
	}
	if !known {
		evaluate("Jit", in)
	}
	c.mu.Lock()
	p, ok := c.programs[string(key)]
	if !ok {
		p = &jitProgram[Y]{}
		c.programs[string(key)] = p
	}
	c.mu.Unlock()
	p.once.Do(func() {
		defer func() {
			if r := recover(); r != nil { // f failed: the next call tries again
				c.mu.Lock()
				delete(c.programs, string(key))
				c.mu.Unlock()
				panic(r)
			}
		}()
		c.compile(p, x, in)
	})
	if p.run == nil {
		return c.f(x)
	}
	return p.call(m)
}

// compile traces f and compiles it.
func (c *jitted[X, Y]) compile(p *jitProgram[Y], x X, in []*graph.Node) {
	scope := &graph.Scope{Name: "Jit", Abstract: true}
	params := make([]*graph.Node, len(in))
	for i, n := range in {
		params[i] = graph.Placeholder(n.Aval(), scope)
	}
	y := c.f(unflatten(x, wrapAll(params)))
	outs := nodes("Jit", Leaves(y))
	fn, captured := graph.CloseAll(params, outs)
	for _, n := range captured {
		if n.Tracked() {
			return
		}
	}
	evaluate("Jit", captured)
	p.donated = make([]bool, len(in))
	for i, path := range Paths(x) {
		p.donated[i] = slices.ContainsFunc(c.cfg.donate, func(d string) bool { return under(path, d) })
	}
	e := engine()
	p.run = e.Load(compile.Compile(fn, p.donated, e.Fold))
	for _, n := range outs {
		p.shapes = append(p.shapes, n.Shape)
	}
	p.y = Map(func(*Array) *Array { return &Array{} }, y) // let go of the trace
	p.keep = Map(func(*Array) *Array { return &Array{} }, x)
}

// call runs the program.
func (p *jitProgram[Y]) call(m *jitCall) Y {
	m.args, m.outs, m.results = resized(m.args, len(m.in)), resized(m.outs, len(p.shapes)), resized(m.results, len(p.shapes))
	in, args, outs := m.in, m.args, m.outs
	for i, n := range in {
		present("Jit", n)
		args[i] = n.Value()
	}
	for i, r := range p.run.Donated {
		if r >= 0 && owned(args, i) && in[i].Give() {
			outs[r] = args[i]
		}
	}
	for i, v := range p.run.Results {
		if outs[i] == nil {
			val := p.run.Values[v]
			outs[i] = graph.NewBuffer(val.DType, val.Len)
		}
	}
	p.run.Run(args, outs)
	for i, b := range outs {
		m.results[i] = wrap(graph.Constant(b, p.shapes[i]))
	}
	return unflatten(p.y, m.results)
}

// owned reports whether nobody else holds argument i's memory.
func owned(args []*graph.Buffer, i int) bool {
	if args[i].Shared() {
		return false
	}
	for j, b := range args {
		if j != i && b == args[i] {
			return false
		}
	}
	return true
}
