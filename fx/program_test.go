package fx

import (
	"slices"
	"strings"
	"testing"
)

// interpret runs a traced program, for the few primitives of the tests.
func interpret(t *testing.T, p *Program, inputs []*Array, env map[int]*Array) []*Array {
	t.Helper()
	for i, v := range p.Inputs {
		env[v.ID] = inputs[i]
	}
	for _, c := range p.Constants {
		env[c.ID] = c.Array
	}
	for _, s := range p.Steps {
		in := make([]*Array, len(s.In))
		for i, v := range s.In {
			if in[i] = env[v.ID]; in[i] == nil {
				t.Fatalf("%s uses value %d, which is not there", s.Op, v.ID)
			}
			if !slices.Equal(in[i].Shape(), v.Shape) || in[i].DType() != v.DType {
				t.Fatalf("value %d is %v%v, and said to be %v%v", v.ID, in[i].DType(), in[i].Shape(), v.DType, v.Shape)
			}
		}
		switch s.Op {
		case "add":
			env[s.Out[0].ID] = in[0].Add(in[1])
		case "mul":
			env[s.Out[0].ID] = in[0].Mul(in[1])
		case "tanh":
			env[s.Out[0].ID] = in[0].Tanh()
		case "broadcast":
			env[s.Out[0].ID] = in[0].BroadcastTo(s.Attrs["shape"].([]int)...)
		case "scan":
			body, carry, xs := s.Attrs["body"].(*Program), in[:s.Attrs["carry"].(int)], in[s.Attrs["carry"].(int):][:s.Attrs["xs"].(int)]
			state := slices.Clone(carry)
			var outs [][]*Array
			for k := range s.Attrs["length"].(int) {
				args := slices.Clone(state)
				for _, x := range xs {
					args = append(args, x.Index(k))
				}
				results := interpret(t, body, args, env)
				state = results[:len(carry)]
				outs = append(outs, slices.Clone(results[len(carry):]))
			}
			for i, v := range s.Out {
				if i < len(carry) {
					env[v.ID] = state[i]
					continue
				}
				var parts []*Array
				for _, o := range outs {
					parts = append(parts, o[i-len(carry)])
				}
				env[v.ID] = Stack(0, parts...)
			}
		default:
			t.Fatalf("a step %s with %v", s.Op, s.Attrs)
		}
	}
	var outs []*Array
	for _, v := range p.Outputs {
		outs = append(outs, env[v.ID])
	}
	return outs
}

// TestTrace: running the steps gives what the function gives, through wrapped
// functions, constants and loops.
func TestTrace(t *testing.T) {
	type pair struct{ A, B *Array }
	outside := New([]float32{3, 4})
	wrapped := Checkpoint(func(x *Array) *Array { return x.Mul(x).Add(outside) })
	custom := CustomJVP(func(x *Array) *Array { return x.Tanh() }, func(x, dx *Array) *Array { return dx })
	for name, f := range map[string]func(pair) pair{
		"plain":   func(p pair) pair { return pair{p.A.Add(p.B).MulScalar(2), p.A} },
		"wrapped": func(p pair) pair { return pair{wrapped(wrapped(p.A)), custom(wrapped(p.B)).StopGradient()} },
		"loop": func(p pair) pair {
			last, all := Scan(func(c, x *Array) (*Array, *Array) {
				c = wrapped(c).Mul(x).Add(p.B)
				return c, c.Tanh()
			}, p.A, New([]float32{1, -1, 0.5}))
			return pair{last, all}
		},
		"constant": func(p pair) pair { return pair{outside, p.B.Add(New([]float32{1, 2}))} },
	} {
		x := pair{New([]float32{0.5, -1}), New([]float32{2, 0.25})}
		p := Trace(f, x)
		got, want := interpret(t, p, Leaves(x), map[int]*Array{}), Leaves(f(x))
		for i := range want {
			if !slices.Equal(got[i].Float32s(), want[i].Float32s()) {
				t.Errorf("%s: result %d is %v, want %v", name, i, got[i], want[i])
			}
		}
	}
}

func TestTraceMistake(t *testing.T) {
	defer func() {
		err, ok := recover().(*Error)
		if !ok || !strings.Contains(err.Error(), "Trace: the function uses a float32[2] of Jit, whose value is not known here") {
			t.Errorf("panic with %v", err)
		}
	}()
	Jit(func(x *Array) *Array {
		Trace(func(y *Array) *Array { return y.Add(x) }, New([]float32{1, 2}))
		return x
	})(New([]float32{1, 2}))
}
