package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"math"
)

var floatOps = map[token.Token]op{token.ADD: opAdd, token.SUB: opSub, token.MUL: opMul, token.QUO: opDiv}
var integerOps = map[token.Token]op{token.ADD: opAddI, token.SUB: opSubI, token.AND: opAnd, token.OR: opOr, token.XOR: opXor}

func (t *tracer) binary(s scope, e *ast.BinaryExpr) value {
	if e.Op == token.SHL || e.Op == token.SHR {
		return t.shift(s, e)
	}
	x, y := t.expr(s, e.X), t.expr(s, e.Y)
	if x.n != nil && x.n.kind == mask {
		switch e.Op {
		case token.LAND:
			return value{n: t.g.add(opMaskAnd, mask, 0, x.n, y.n)}
		case token.LOR:
			return value{n: t.g.add(opMaskOr, mask, 0, x.n, y.n)}
		}
		t.fail(e, "operator %v on conditions", e.Op)
	}
	a, b := t.operand(x, y, e), t.operand(y, x, e)
	if a.kind == float && t.wide && (x.n != nil && x.bits == 32 || y.n != nil && y.bits == 32) {
		t.fail(e, "float32 arithmetic in a kernel that works in float64")
	}
	bits := max(x.bits, y.bits)
	switch {
	case e.Op == token.EQL || e.Op == token.NEQ || e.Op == token.LSS || e.Op == token.LEQ || e.Op == token.GTR || e.Op == token.GEQ:
		return value{n: t.compare(e, a, b)}
	case a.kind == float:
		o, ok := floatOps[e.Op]
		if !ok {
			break
		}
		if (o == opAdd || o == opSub) && (x.product || y.product) {
			t.fail(e, "a product meets an addition without an explicit conversion")
		}
		return value{n: t.g.add(o, float, 0, a, b), bits: bits, product: o == opMul}
	default:
		if o, ok := integerOps[e.Op]; ok {
			if a.op == opConst && o != opSubI {
				a, b = b, a
			}
			return value{n: t.g.add(o, integer, 0, a, b), bits: bits}
		}
	}
	t.fail(e, "operator %v", e.Op)
	return value{}
}

// operand returns v's node; a constant takes the other operand's kind.
func (t *tracer) operand(v, other value, at ast.Node) *node {
	if v.c != nil && other.n != nil && other.n.kind == integer {
		u, ok := constant.Uint64Val(constant.ToInt(v.c))
		if !ok {
			t.fail(at, "an integer constant that is none")
		}
		return t.g.constant(integer, u)
	}
	return t.node(v, at)
}

func (t *tracer) shift(s scope, e *ast.BinaryExpr) value {
	x := t.expr(s, e.X)
	count, ok := t.p.info.Types[e.Y]
	if !ok || count.Value == nil {
		t.fail(e, "a shift by something not constant")
	}
	n, _ := constant.Uint64Val(count.Value)
	o := opShl
	if e.Op == token.SHR {
		o = opShr
	}
	return value{n: t.g.add(o, integer, n, x.n), bits: x.bits}
}

func (t *tracer) compare(e *ast.BinaryExpr, a, b *node) *node {
	if a.kind == integer {
		switch e.Op {
		case token.EQL:
			return t.g.add(opCmpI, mask, 0, a, b)
		case token.NEQ:
			return t.g.add(opCmpI, mask, 4, a, b)
		}
		t.fail(e, "integers compare for equality only")
	}
	switch e.Op {
	case token.EQL:
		return t.g.add(opCmp, mask, predEQ, a, b)
	case token.NEQ:
		return t.g.add(opCmp, mask, predEQ^4, a, b)
	case token.LSS:
		return t.g.add(opCmp, mask, predLT, a, b)
	case token.LEQ:
		return t.g.add(opCmp, mask, predLE, a, b)
	case token.GTR:
		return t.g.add(opCmp, mask, predLT, b, a)
	default:
		return t.g.add(opCmp, mask, predLE, b, a)
	}
}

// intrinsics are the functions that one or a few instructions replace.
var intrinsics = map[string]func(t *tracer, a []*node) *node{
	"fma32":            func(t *tracer, a []*node) *node { return t.g.fma(a[0], a[1], a[2]) },
	"fma64":            func(t *tracer, a []*node) *node { return t.g.fma(a[0], a[1], a[2]) },
	"sqrt":             func(t *tracer, a []*node) *node { return t.g.add(opSqrt, float, 0, a...) },
	"math.Sqrt":        func(t *tracer, a []*node) *node { return t.g.add(opSqrt, float, 0, a...) },
	"abs":              func(t *tracer, a []*node) *node { return t.g.abs(a[0]) },
	"math.Abs":         func(t *tracer, a []*node) *node { return t.g.abs(a[0]) },
	"copysign":         func(t *tracer, a []*node) *node { return t.g.copysign(a[0], a[1]) },
	"math.Copysign":    func(t *tracer, a []*node) *node { return t.g.copysign(a[0], a[1]) },
	"round":            func(t *tracer, a []*node) *node { return t.g.add(opRound, float, 0, a...) },
	"floor":            func(t *tracer, a []*node) *node { return t.g.add(opRound, float, 1, a...) },
	"math.Floor":       func(t *tracer, a []*node) *node { return t.g.add(opRound, float, 1, a...) },
	"ceil":             func(t *tracer, a []*node) *node { return t.g.add(opRound, float, 2, a...) },
	"max":              func(t *tracer, a []*node) *node { return t.g.maximum(a[0], a[1]) },
	"min":              func(t *tracer, a []*node) *node { return t.g.minimum(a[0], a[1]) },
	"math.Float64bits": func(t *tracer, a []*node) *node { return t.g.cast(integer, a[0]) },
	"math.Float64frombits": func(t *tracer, a []*node) *node {
		return t.g.cast(float, a[0])
	},
	"math.Float32bits": func(t *tracer, a []*node) *node { return t.g.cast(integer, a[0]) },
	"math.Float32frombits": func(t *tracer, a []*node) *node {
		return t.g.cast(float, a[0])
	},
	"scaleb32": func(t *tracer, a []*node) *node { return t.g.add(opScale, float, 0, a...) },
	"math.NaN": func(t *tracer, a []*node) *node { return t.g.constant(float, t.floatBits(math.NaN())) },
}

// intrinsic returns what replaces a function here, or nil: only AVX-512 has an
// instruction that scales.
func (t *tracer) intrinsic(name string) func(t *tracer, a []*node) *node {
	if name == "scaleb32" && !t.g.s.masked {
		return nil
	}
	return intrinsics[name]
}

func (t *tracer) inlines(name string) bool {
	return t.p.funcs[name] != nil && t.intrinsic(name) == nil && name != "poly" && name != "poly32"
}

func (t *tracer) callExpr(s scope, c *ast.CallExpr) value {
	name := ""
	switch f := c.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.X.(*ast.Ident).Name + "." + f.Sel.Name
	}
	switch name {
	case "float64", "float32", "T":
		return t.convert(s, c, name)
	case "poly", "poly32":
		return t.poly(s, c)
	case "math.Inf":
		tv := t.p.info.Types[c.Args[0]]
		return value{n: t.g.constant(float, t.floatBits(math.Inf(constant.Sign(tv.Value)))), bits: t.g.bits}
	}
	if f := t.intrinsic(name); f != nil {
		var nodes []*node
		bits := 0
		for _, a := range t.args(s, c) {
			nodes = append(nodes, a.n)
			bits = max(bits, a.bits)
		}
		if t.wide && bits == 32 {
			t.fail(c, "float32 arithmetic in a kernel that works in float64")
		}
		return value{n: f(t, nodes), bits: t.g.bits}
	}
	if !t.inlines(name) {
		t.fail(c, "call of %s", name)
	}
	return t.call(t.p.funcs[name], t.args(s, c))[0]
}

// convert is a conversion: it rounds, so that nothing fuses across it. In a
// wide kernel float64 and float32 stand for the conversions on load and store.
func (t *tracer) convert(s scope, c *ast.CallExpr, to string) value {
	v := t.expr(s, c.Args[0])
	if v.n == nil {
		v = value{n: t.node(v, c)}
	}
	if v.n.op == opConst && v.n.kind == integer {
		t.fail(c, "conversion of an integer")
	}
	out := value{n: v.n, bits: map[string]int{"float64": 64, "float32": 32, "T": v.bits}[to]}
	if !t.wide && v.bits != 0 && out.bits != v.bits {
		t.fail(c, "a conversion between types outside of a kernel's ends")
	}
	return out
}

// poly unrolls Horner's rule.
func (t *tracer) poly(s scope, c *ast.CallExpr) value {
	x := t.expr(s, c.Args[0]).n
	table := t.p.tables[c.Args[1].(*ast.Ident).Name]
	if len(table) == 0 {
		t.fail(c, "poly takes a table of coefficients")
	}
	coefficient := func(i int) *node {
		return t.node(value{c: t.p.info.Types[table[i]].Value}, table[i])
	}
	y := coefficient(len(table) - 1)
	for i := len(table) - 2; i >= 0; i-- {
		y = t.g.fma(y, x, coefficient(i))
	}
	return value{n: y, bits: t.g.bits}
}
