package implicit

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
)

// The linear system's products do not compute the function again: what depends on the
// solution alone stands before the loop.
func TestProductsAreLinear(t *testing.T) {
	type args struct{ X, P, CT vec }
	a := args{random(90, 6), random(91, 6), random(92, 6)}
	F := func(x, p vec) vec { return x.Tanh().Mul(p).Add(x.Square().MulScalar(0.1)).Sub(x) }
	for name, linear := range map[string]linalg.Solver[vec]{
		"BiCGStab": linalg.BiCGStab[vec]{}, "GMRES": linalg.GMRES[vec]{}, "NormalCG": linalg.NormalCG[vec]{}, "CG": linalg.CG[vec]{},
	} {
		p := fx.Trace(func(a args) vec {
			g, _ := RootVJP(F, a.X, a.P, a.CT, linear)
			return g
		}, a)
		outside, inside := count(p, "tanh", false)
		if outside == 0 || inside != 0 {
			t.Errorf("%s: tanh stands %d times before the loop and %d times in it", name, outside, inside)
		}
	}
	// The count finds what is in a loop.
	p := fx.Trace(func(x vec) vec {
		y, _ := fx.Scan(func(y vec, _ struct{}) (vec, struct{}) { return y.Tanh(), struct{}{} }, x, struct{}{}, fx.Length(3))
		return y
	}, a.X)
	if outside, inside := count(p, "tanh", false); outside != 0 || inside != 1 {
		t.Errorf("%d before and %d in a loop whose body has one", outside, inside)
	}
}

// count counts a primitive before and inside of loops.
func count(p *fx.Program, op string, looped bool) (outside, inside int) {
	for _, s := range p.Steps {
		if s.Op == op {
			if looped {
				inside++
			} else {
				outside++
			}
		}
		for _, v := range s.Attrs {
			if body, ok := v.(*fx.Program); ok {
				o, i := count(body, op, true)
				outside, inside = outside+o, inside+i
			}
		}
	}
	return outside, inside
}
