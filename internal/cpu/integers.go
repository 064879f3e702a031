package cpu

import "github.com/fluxion-go/fluxion/internal/graph"

// Integer and bool loops. Integers wrap around; division and remainder by
// zero give 0 (there is no value to give, and no way to stop mid-array).

func intLoop[T integer](p *graph.Prim) tileFunc {
	unary := func(f func(T) T) tileFunc {
		return func(dst view, src []view) {
			d, x := graph.View[T](dst), graph.View[T](src[0])
			for i, v := range x {
				d[i] = f(v)
			}
		}
	}
	binary := func(f func(a, b T) T) tileFunc {
		return func(dst view, src []view) {
			d, x, y := graph.View[T](dst), graph.View[T](src[0]), graph.View[T](src[1])
			for i := range d {
				d[i] = f(x[i], y[i])
			}
		}
	}
	compare := func(f func(a, b T) bool) tileFunc {
		return func(dst view, src []view) {
			d, x, y := graph.View[uint8](dst), graph.View[T](src[0]), graph.View[T](src[1])
			for i := range d {
				d[i] = b2u(f(x[i], y[i]))
			}
		}
	}
	switch p {
	case graph.NegP:
		return unary(func(a T) T { return -a })
	case graph.AbsP:
		return unary(func(a T) T {
			if a < 0 {
				return -a
			}
			return a
		})
	case graph.SignP:
		return unary(func(a T) T {
			if a > 0 {
				return 1
			}
			if a < 0 {
				return ^T(0)
			}
			return 0
		})
	case graph.FloorP, graph.CeilP, graph.RoundP:
		return unary(func(a T) T { return a })
	case graph.NotP:
		return unary(func(a T) T { return ^a })
	case graph.AddP:
		return binary(func(a, b T) T { return a + b })
	case graph.SubP:
		return binary(func(a, b T) T { return a - b })
	case graph.MulP:
		return binary(func(a, b T) T { return a * b })
	case graph.DivP:
		return binary(func(a, b T) T {
			if b == 0 {
				return 0
			}
			return a / b
		})
	case graph.RemP:
		return binary(func(a, b T) T {
			if b == 0 {
				return 0
			}
			return a % b
		})
	case graph.MaxP:
		return binary(func(a, b T) T { return max(a, b) })
	case graph.MinP:
		return binary(func(a, b T) T { return min(a, b) })
	case graph.AndP:
		return binary(func(a, b T) T { return a & b })
	case graph.OrP:
		return binary(func(a, b T) T { return a | b })
	case graph.XorP:
		return binary(func(a, b T) T { return a ^ b })
	case graph.ShlP:
		return binary(func(a, b T) T { return a << uint64(b) })
	case graph.ShrP:
		return binary(func(a, b T) T { return a >> uint64(b) })
	case graph.EqP:
		return compare(func(a, b T) bool { return a == b })
	case graph.NeP:
		return compare(func(a, b T) bool { return a != b })
	case graph.LtP:
		return compare(func(a, b T) bool { return a < b })
	case graph.LeP:
		return compare(func(a, b T) bool { return a <= b })
	case graph.GtP:
		return compare(func(a, b T) bool { return a > b })
	case graph.GeP:
		return compare(func(a, b T) bool { return a >= b })
	case graph.SelectP:
		return func(dst view, src []view) {
			d, c, x, y := graph.View[T](dst), graph.View[uint8](src[0]), graph.View[T](src[1]), graph.View[T](src[2])
			for i := range d { // d may be any of the others
				v := y[i]
				if c[i] != 0 {
					v = x[i]
				}
				d[i] = v
			}
		}
	}
	panic("cpu: no integer loop for " + p.Name)
}

// boolLoop is uint8's, but for negation.
func boolLoop(p *graph.Prim) tileFunc {
	if p == graph.NotP {
		return func(dst view, src []view) {
			d, x := graph.View[uint8](dst), graph.View[uint8](src[0])
			for i, v := range x {
				d[i] = 1 - v
			}
		}
	}
	return intLoop[uint8](p)
}
