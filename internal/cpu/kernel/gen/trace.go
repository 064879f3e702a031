package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"log"
	"maps"
	"math"
)

// value is what an expression stands for while a function is traced.
type value struct {
	n       *node
	c       constant.Value // a constant that has not met a typed operand yet
	bits    int            // 32 or 64
	product bool           // a product that an addition could fuse with
}

// tracer runs one kernel's function on symbolic vectors.
type tracer struct {
	p    *program
	g    *graph
	wide bool // float32 in memory, float64 in registers
}

type scope map[string]value

// trace returns the graph of a kernel and its result. bits is the type in
// memory.
func (p *program) trace(s isa, name string, bits int) (t *tracer, result *node) {
	t = &tracer{p: p, g: newGraph(s, bits)}
	f := p.funcs[name]
	if f == nil {
		log.Fatalf("no function %s", name)
	}
	// A float32 kernel that works in float64 says so in its first conversion:
	// look ahead, since lanes have one width from the start.
	if bits == 32 && f.Type.TypeParams == nil && convertsUp(f) {
		t.wide = true
		t.g.bits = 64
	}
	var args []value
	for range parameters(f) {
		args = append(args, value{n: t.g.add(opArg, float, uint64(len(args))), bits: bits})
	}
	if direct := intrinsics[name]; direct != nil {
		return t, direct(t, nodes(args))
	}
	out := t.call(f, args)
	return t, t.node(out[0], f.Name)
}

// convertsUp tells whether f converts a parameter to float64.
func convertsUp(f *ast.FuncDecl) (up bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if id, ok := c.Fun.(*ast.Ident); ok && id.Name == "float64" {
				up = true
			}
		}
		return true
	})
	return up
}

func nodes(values []value) (out []*node) {
	for _, v := range values {
		out = append(out, v.n)
	}
	return out
}

func parameters(f *ast.FuncDecl) (names []string) {
	for _, field := range f.Type.Params.List {
		for _, n := range field.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

func (t *tracer) fail(at ast.Node, format string, args ...any) {
	log.Fatalf("%v: "+format, append([]any{t.p.fset.Position(at.Pos())}, args...)...)
}

// call traces a function body.
func (t *tracer) call(f *ast.FuncDecl, args []value) []value {
	s := scope{}
	for i, name := range parameters(f) {
		s[name] = args[i]
	}
	if f.Type.Results != nil {
		for _, field := range f.Type.Results.List {
			for _, n := range field.Names {
				s[n.Name] = value{}
			}
		}
	}
	for _, stmt := range f.Body.List {
		switch stmt := stmt.(type) {
		case *ast.ReturnStmt:
			return t.list(s, stmt.Results)
		case *ast.IfStmt:
			t.branch(s, stmt)
		case *ast.AssignStmt:
			t.assign(s, stmt)
		default:
			t.fail(stmt, "statement of a kind that kernels may not have")
		}
	}
	t.fail(f, "%s does not end in a return", f.Name.Name)
	return nil
}

// list evaluates expressions; a single call may have several results.
func (t *tracer) list(s scope, exprs []ast.Expr) []value {
	if len(exprs) == 1 {
		if c, ok := exprs[0].(*ast.CallExpr); ok {
			if id, ok := c.Fun.(*ast.Ident); ok && t.inlines(id.Name) {
				return t.call(t.p.funcs[id.Name], t.args(s, c))
			}
		}
	}
	var out []value
	for _, e := range exprs {
		out = append(out, t.expr(s, e))
	}
	return out
}

func (t *tracer) args(s scope, c *ast.CallExpr) (out []value) {
	for _, a := range c.Args {
		v := t.expr(s, a)
		if v.n == nil && v.c != nil {
			v = value{n: t.node(v, a), bits: t.g.bits}
		}
		out = append(out, v)
	}
	return out
}

func (t *tracer) assign(s scope, stmt *ast.AssignStmt) {
	values := t.list(s, stmt.Rhs)
	for i, l := range stmt.Lhs {
		v := values[i]
		if v.n == nil {
			v = value{n: t.node(v, stmt), bits: t.g.bits}
		}
		s[l.(*ast.Ident).Name] = v
	}
}

// branch makes an if statement a choice by lane: of what the block assigns, or
// of leaving the vector to plain Go.
func (t *tracer) branch(s scope, stmt *ast.IfStmt) {
	if stmt.Else != nil || stmt.Init != nil {
		t.fail(stmt, "an if in a kernel has neither else nor an initial statement")
	}
	cond := t.expr(s, stmt.Cond).n
	for _, inner := range stmt.Body.List {
		switch inner := inner.(type) {
		case *ast.ReturnStmt:
			c, ok := inner.Results[0].(*ast.CallExpr)
			if ok {
				id, isIdent := c.Fun.(*ast.Ident)
				ok = isIdent && t.p.scalar[id.Name]
			}
			if !ok {
				t.fail(inner, "a conditional return calls a kernel:scalar function")
			}
			t.g.add(opLeave, mask, 0, cond)
		case *ast.AssignStmt:
			before := maps.Clone(s)
			t.assign(s, inner)
			for _, l := range inner.Lhs {
				name := l.(*ast.Ident).Name
				old, now := before[name], s[name]
				s[name] = value{n: t.g.choose(cond, now.n, old.n), bits: now.bits, product: now.product || old.product}
			}
		default:
			t.fail(inner, "an if in a kernel assigns or returns")
		}
	}
}

// node returns v's node; a constant takes the lanes' type.
func (t *tracer) node(v value, at ast.Node) *node {
	if v.n != nil {
		return v.n
	}
	if v.c == nil {
		t.fail(at, "no value")
	}
	f, _ := constant.Float64Val(constant.ToFloat(v.c))
	return t.g.constant(float, t.floatBits(f))
}

func (t *tracer) floatBits(f float64) uint64 {
	if t.g.bits == 32 {
		return uint64(math.Float32bits(float32(f)))
	}
	return math.Float64bits(f)
}

func (t *tracer) expr(s scope, e ast.Expr) value {
	if tv, ok := t.p.info.Types[e]; ok && tv.Value != nil && tv.Value.Kind() != constant.String {
		return t.constant(tv, e)
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return t.expr(s, e.X)
	case *ast.Ident:
		v, ok := s[e.Name]
		if !ok || v.n == nil {
			t.fail(e, "%s is not known here", e.Name)
		}
		return v
	case *ast.UnaryExpr:
		v := t.expr(s, e.X)
		switch {
		case e.Op == token.NOT:
			return value{n: t.g.not(v.n)}
		case e.Op == token.SUB && v.n.kind == float:
			return value{n: t.g.add(opNeg, float, 0, v.n), bits: v.bits, product: v.product}
		case e.Op == token.SUB:
			return value{n: t.g.add(opSubI, integer, 0, t.g.constant(integer, 0), v.n), bits: v.bits}
		}
	case *ast.BinaryExpr:
		return t.binary(s, e)
	case *ast.CallExpr:
		return t.callExpr(s, e)
	}
	t.fail(e, "expression of a kind that kernels may not have")
	return value{}
}

// constant makes an integer constant's node at once; a float's waits for the
// width of what it meets.
func (t *tracer) constant(tv types.TypeAndValue, e ast.Expr) value {
	if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 && b.Info()&types.IsUntyped == 0 {
		u, ok := constant.Uint64Val(constant.ToInt(tv.Value))
		if !ok {
			i, _ := constant.Int64Val(constant.ToInt(tv.Value))
			u = uint64(i)
		}
		return value{n: t.g.constant(integer, u), bits: t.g.bits, c: tv.Value}
	}
	return value{c: tv.Value}
}
