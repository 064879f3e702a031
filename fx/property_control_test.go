package fx

import (
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Control flow: each row draws among programs that nest it with the others.

// variant is a program over arrays that the gen draws shapes for.
type variant struct {
	name string
	draw func(g *gen) program
}

// controlRow draws one of the variants.
func controlRow(p *graph.Prim, forwardOnly bool, variants ...variant) []row {
	var rows []row
	for _, v := range variants {
		rows = append(rows, row{prim: p, name: p.Name + ", " + v.name, order: 2, forwardOnly: forwardOnly, draw: v.draw})
	}
	return rows
}

func controlRows() (rows []row) {
	rows = append(rows, controlRow(graph.ScanP, false, scanVariants()...)...)
	rows = append(rows, controlRow(graph.WhileP, true, whileVariants()...)...)
	rows = append(rows, controlRow(graph.CondP, false, condVariants()...)...)
	rows = append(rows, controlRow(graph.CheckpointP, false, checkpointVariants()...)...)
	rows = append(rows, controlRow(graph.CustomJVPP, false, customJVPVariants()...)...)
	return append(rows, controlRow(graph.CustomVJPP, false, customVJPVariants()...)...)
}

func (g *gen) steps() int { return pick(g.T, "steps", 2, 1, 3, 0) }

// direction is one of Scan's two.
func (g *gen) direction() []ScanOption {
	if g.bool("reversed") {
		return []ScanOption{Reversed()}
	}
	return nil
}

func small(s ...int) operand { return within(s, -0.8, 0.8) }

func scanVariants() []variant {
	return []variant{
		{"a recurrent network", func(g *gen) program {
			n, t, dir := g.int("width", 1, 3), g.steps(), g.direction()
			return program{[]operand{small(n), small(t, n), small(n, n)}, func(x []*Array) []*Array {
				h, y := Scan(func(h, in *Array) (*Array, *Array) {
					next := x[2].MatMul(h).Add(in).Tanh()
					return next, next.Mul(h)
				}, x[0], x[1], dir...)
				return []*Array{h, y}
			}}
		}},
		{"carries of several types", func(g *gen) program {
			t := g.steps()
			type carry struct {
				Count, Sum, Fixed *Array
			}
			return program{[]operand{small(2), integers(nil, -2, 2)}, func(x []*Array) []*Array {
				c, y := Scan(func(c carry, _ []*Array) (carry, [2]*Array) {
					scaled := c.Sum.Mul(c.Count.AsType(c.Sum.DType())).Add(c.Fixed)
					return carry{c.Count.Add(Scalar(int32(1))), scaled.Sin(), c.Fixed}, [2]*Array{c.Count, scaled}
				}, carry{x[1], x[0], x[0].Exp()}, nil, Length(t))
				return []*Array{c.Count, c.Sum, c.Fixed, y[0], y[1]}
			}}
		}},
		{"Scan in Scan", func(g *gen) program {
			outer, inner, dir := g.steps(), g.steps(), g.direction()
			return program{[]operand{small(), small(outer, inner), small()}, func(x []*Array) []*Array {
				c, y := Scan(func(c, row *Array) (*Array, *Array) {
					d, sums := Scan(func(d, v *Array) (*Array, *Array) {
						next := d.Mul(x[2]).Add(v.Mul(c)).Sin()
						return next, next.Add(c)
					}, c, row, dir...)
					return d.Mul(c).Cos(), sums
				}, x[0], x[1], dir...)
				return []*Array{c, y}
			}}
		}},
		{"Cond in Scan", func(g *gen) program {
			return program{[]operand{small(2), apart(graph.Shape{g.steps()}), small()}, func(x []*Array) []*Array {
				c, y := Scan(func(c, v *Array) (*Array, *Array) {
					next := Cond(v.Greater(Const(0)), func(c *Array) *Array { return c.Mul(v).Mul(x[2]) },
						func(c *Array) *Array { return c.Sin().Sub(x[2]) }, c)
					return next, next.Mul(v)
				}, x[0], x[1])
				return []*Array{c, y}
			}}
		}},
		{"While in Scan", func(g *gen) program { // counts are integers, so that reverse mode need not enter the While
			return program{[]operand{small(2), integers(graph.Shape{g.steps()}, 0, 3)}, func(x []*Array) []*Array {
				c, y := Scan(func(c, n *Array) (*Array, *Array) {
					doubled := While(func(k [2]*Array) *Array { return k[0].Greater(Scalar(int32(0))) },
						func(k [2]*Array) [2]*Array { return [2]*Array{k[0].Sub(Scalar(int32(1))), k[1].Add(k[1])} },
						[2]*Array{n, Scalar(int32(1))})
					f := doubled[1].AsType(c.DType()).MulScalar(0.25)
					return c.Mul(f).Sin(), doubled[1]
				}, x[0], x[1])
				return []*Array{c, y}
			}}
		}},
		{"Grad in Vmap in Scan", func(g *gen) program {
			n := g.int("examples", 1, 2)
			return program{[]operand{small(2), small(g.steps(), n, 2)}, func(x []*Array) []*Array {
				theta, losses := Scan(func(theta, batch *Array) (*Array, *Array) {
					loss := func(theta, v *Array) *Array { return theta.Dot(v).Sin().Add(theta.Square().Sum()) }
					grads := Vmap(func(v *Array) *Array { return Grad(func(th *Array) *Array { return loss(th, v) })(theta) })(batch)
					return theta.Sub(grads.Mean(0).MulScalar(0.1)), loss(theta, batch.Index(0))
				}, x[0], x[1])
				return []*Array{theta, losses}
			}}
		}},
		{"Checkpoint in Scan", func(g *gen) program {
			return program{[]operand{small(2), small(g.steps(), 2), small(2, 2)}, func(x []*Array) []*Array {
				step := Checkpoint(func(in [2]*Array) [2]*Array {
					h := x[2].MatMul(in[0].Mul(in[1])).Sin()
					return [2]*Array{h, h.Mul(in[1])}
				})
				c, y := Scan(func(c, v *Array) (*Array, *Array) {
					out := step([2]*Array{c, v})
					return out[0], out[1]
				}, x[0], x[1])
				return []*Array{c, y}
			}}
		}},
		{"custom rules in Scan", func(g *gen) program {
			dir := g.direction()
			return program{[]operand{small(2), small(g.steps(), 2)}, func(x []*Array) []*Array {
				c, y := Scan(func(c, v *Array) (*Array, *Array) {
					return squareByVJP(c.Add(v)), squareByJVP(c.Mul(v))
				}, x[0], x[1], dir...)
				return []*Array{c, y}
			}}
		}},
		{"a loop that differentiates itself", func(g *gen) program {
			t := g.steps()
			return program{[]operand{small()}, one(func(x []*Array) *Array {
				return Grad(func(v *Array) *Array {
					c, _ := Scan(func(c *Array, _ []*Array) (*Array, []*Array) { return c.Mul(v).Sin(), nil }, v.Cos(), nil, Length(t))
					return c
				})(x[0])
			})}
		}},
	}
}

// countdown runs body until the counter, an int32 scalar, is 0.
func countdown(n, x *Array, body func(x *Array) *Array) *Array {
	return While(func(c [2]*Array) *Array { return c[0].Greater(Scalar(int32(0))) },
		func(c [2]*Array) [2]*Array { return [2]*Array{c[0].Sub(Scalar(int32(1))), body(c[1])} }, [2]*Array{n, x})[1]
}

func whileVariants() []variant {
	return []variant{
		{"a counted loop", func(g *gen) program {
			return program{[]operand{small(2), integers(nil, 0, 3), small(2)}, one(func(x []*Array) *Array {
				return countdown(x[1], x[0], func(v *Array) *Array { return v.Mul(x[2]).Sin() })
			})}
		}},
		{"a test that captures", func(g *gen) program {
			return program{[]operand{within(nil, 0.5, 1), integers(nil, 1, 5)}, one(func(x []*Array) *Array {
				type pair struct{ V, I *Array }
				return While(func(p pair) *Array { return p.I.Less(x[1]) },
					func(p pair) pair { return pair{p.V.Square().Add(x[0]), p.I.Add(p.I)} }, pair{x[0], Scalar(int32(1))}).V
			})}
		}},
		{"While in While", func(g *gen) program {
			return program{[]operand{small(), integers(nil, 0, 2), integers(nil, 0, 2)}, one(func(x []*Array) *Array {
				return countdown(x[1], x[0], func(v *Array) *Array {
					return countdown(x[2], v, func(w *Array) *Array { return w.Mul(v).Cos() })
				})
			})}
		}},
		{"Scan in While", func(g *gen) program {
			return program{[]operand{small(), integers(nil, 0, 2), small(g.steps())}, one(func(x []*Array) *Array {
				return countdown(x[1], x[0], func(v *Array) *Array {
					c, _ := Scan(func(c, w *Array) (*Array, []*Array) { return c.Mul(w).Sin().Add(v), nil }, v, x[2])
					return c
				})
			})}
		}},
	}
}

func condVariants() []variant {
	return []variant{
		{"branches that capture", func(g *gen) program {
			return program{[]operand{bools(nil), small(2), small(2), small()}, one(func(x []*Array) *Array {
				return Cond(x[0], func(v *Array) *Array { return v.Mul(x[2]).Sin() }, func(v *Array) *Array { return v.Square().Mul(x[3]).Add(x[2]) }, x[1])
			})}
		}},
		{"a branch that is constant", func(g *gen) program {
			return program{[]operand{bools(nil), small(2)}, func(x []*Array) []*Array {
				y := Cond(x[0], func(v *Array) [2]*Array { return [2]*Array{v.Exp(), Scalar(int32(1))} },
					func(v *Array) [2]*Array { return [2]*Array{OnesLike(v), Scalar(int32(2))} }, x[1])
				return y[:]
			}}
		}},
		{"Cond in Cond", func(g *gen) program {
			return program{[]operand{bools(nil), bools(nil), small(2), small(2)}, one(func(x []*Array) *Array {
				return Cond(x[0], func(v *Array) *Array {
					return Cond(x[1], func(w *Array) *Array { return w.Mul(x[3]).Mul(v) }, func(w *Array) *Array { return w.Sin() }, v.Exp())
				}, func(v *Array) *Array { return v.Mul(x[3]) }, x[2])
			})}
		}},
		{"Scan in Cond", func(g *gen) program {
			return program{[]operand{bools(nil), small(2), small(g.steps(), 2)}, one(func(x []*Array) *Array {
				return Cond(x[0], func(v *Array) *Array {
					c, _ := Scan(func(c, w *Array) (*Array, []*Array) { return c.Mul(w).Sin(), nil }, v, x[2])
					return c
				}, func(v *Array) *Array { return v.Cos() }, x[1])
			})}
		}},
	}
}

func checkpointVariants() []variant {
	return []variant{
		{"with captured arrays", func(g *gen) program {
			return program{[]operand{small(g.dim()), small()}, one(func(x []*Array) *Array {
				return Checkpoint(func(v *Array) *Array { return v.Mul(x[1]).Sin().Mul(v) })(x[0])
			})}
		}},
		{"Checkpoint in Checkpoint", func(g *gen) program {
			return program{[]operand{small(2), small(2)}, func(x []*Array) []*Array {
				y := Checkpoint(func(v [2]*Array) [2]*Array {
					w := Checkpoint(func(w *Array) *Array { return w.Mul(v[1]).Exp() })(v[0].Sin())
					return [2]*Array{w, w.Mul(x[0])}
				})([2]*Array{x[0], x[1]})
				return y[:]
			}}
		}},
		{"Vmap in Checkpoint in Vmap", func(g *gen) program {
			return program{[]operand{small(2, 2), small(2)}, one(func(x []*Array) *Array {
				return Vmap(func(v *Array) *Array {
					return Checkpoint(func(v *Array) *Array {
						return Vmap(func(s *Array) *Array { return s.Mul(v.Sum()).Sin() })(v.Mul(x[1]))
					})(v)
				})(x[0])
			})}
		}},
		{"Grad in Checkpoint", func(g *gen) program {
			return program{[]operand{small(2)}, one(func(x []*Array) *Array {
				return Checkpoint(Grad(func(v *Array) *Array { return v.Sin().Mul(v).Sum() }))(x[0])
			})}
		}},
	}
}

// squareByJVP and squareByVJP are the square with rules of their own, which
// are right, so that all properties hold of programs with them.
func squareByJVP(x *Array) *Array {
	return CustomJVP(func(x *Array) *Array { return x.Square() }, func(x, dx *Array) *Array { return x.Mul(dx).MulScalar(2) })(x)
}

func squareByVJP(x *Array) *Array {
	return CustomVJP(func(x *Array) *Array { return x.Square() },
		func(x *Array) (*Array, *Array) { return x.Square(), x },
		func(x, ct *Array) *Array { return x.Mul(ct).MulScalar(2) })(x)
}

type pairOf struct{ A, B *Array }

// productByJVP and productByVJP give a*b and sin(a) with rules of their own.
func productByJVP(p pairOf) pairOf {
	return CustomJVP(func(p pairOf) pairOf { return pairOf{p.A.Mul(p.B), p.A.Sin()} }, func(p, d pairOf) pairOf {
		return pairOf{p.A.Mul(d.B).Add(p.B.Mul(d.A)), p.A.Cos().Mul(d.A)}
	})(p)
}

func productByVJP(p pairOf) pairOf {
	f := func(p pairOf) pairOf { return pairOf{p.A.Mul(p.B), p.A.Sin()} }
	return CustomVJP(f, func(p pairOf) (pairOf, [3]*Array) { return f(p), [3]*Array{p.A, p.B, p.A.Cos()} },
		func(r [3]*Array, ct pairOf) pairOf {
			return pairOf{ct.A.Mul(r[1]).Add(ct.B.Mul(r[2])), ct.A.Mul(r[0])}
		})(p)
}

// customVariants are the same for both kinds of rule.
func customVariants(square func(*Array) *Array, product func(pairOf) pairOf) []variant {
	return []variant{
		{"of one array", func(g *gen) program {
			return program{[]operand{small(g.shape(0, 2)...)}, one(func(x []*Array) *Array { return square(x[0].Sin()) })}
		}},
		{"of a tree", func(g *gen) program {
			s := g.shape(0, 2)
			return program{[]operand{small(s...), small(s...)}, func(x []*Array) []*Array {
				y := product(pairOf{x[0], x[1]})
				return []*Array{y.A, y.B.Mul(y.A)}
			}}
		}},
		{"under Vmap, with one operand shared", func(g *gen) program {
			return program{[]operand{small(3), small()}, one(func(x []*Array) *Array {
				return Vmap(func(v *Array) *Array { return product(pairOf{v, x[1]}).A.Add(square(v)) })(x[0])
			})}
		}},
		{"under JVP", func(g *gen) program {
			return program{[]operand{small(2), small(2)}, func(x []*Array) []*Array {
				y, d := JVP(func(v *Array) *Array { return product(pairOf{v, x[1]}).A.Mul(square(v)) }, x[0], x[1])
				return []*Array{y, d}
			}}
		}},
		{"under Grad under Vmap", func(g *gen) program {
			return program{[]operand{small(2), small()}, one(func(x []*Array) *Array {
				return Vmap(Grad(func(v *Array) *Array { return product(pairOf{v, square(v).Mul(x[1])}).A }))(x[0])
			})}
		}},
		{"in itself", func(g *gen) program {
			return program{[]operand{small(2)}, one(func(x []*Array) *Array {
				return Checkpoint(func(v *Array) *Array { return square(product(pairOf{square(v), v}).A) })(x[0])
			})}
		}},
	}
}

func customJVPVariants() []variant { return customVariants(squareByJVP, productByJVP) }
func customVJPVariants() []variant { return customVariants(squareByVJP, productByVJP) }
