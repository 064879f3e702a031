package liegroup

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// referenceCase is a sequence of pairs of testdata/reference.py, with P after each.
type referenceCase struct {
	Family  string
	Shape   []int
	Second  bool
	Step    float64
	MaxSize int `json:"max_size"`
	U, V    [][]float64
	Pairs   []struct {
		V, H    []float64
		Moves   string
		Balance bool
		P       [][]float64
	}
}

func flatten(rows [][]float64) (all []float64) {
	for _, r := range rows {
		all = append(all, r...)
	}
	return all
}

func (c referenceCase) start() Factor {
	block := fx.Zeros(fx.Float64, c.Shape...)
	switch c.Family {
	case "triangular":
		return Triangular{}.Start(block, nil)
	case "general":
		return General{}.Start(block, nil)
	case "xmat":
		return XMat{}.Start(block, nil)
	case "kronecker":
		return Kronecker{c.MaxSize}.Start(block, nil)
	case "lowrank":
		rank := len(c.U[0])
		return LowRankFactor{fx.New(flatten(c.U), len(c.U), rank), fx.New(flatten(c.V), len(c.V), rank), fx.Ones(fx.Float64, len(c.U))}
	}
	panic(c.Family)
}

// keyFor looks for a key from which these choices are drawn.
func keyFor(family string, moves string, balance bool) *fx.Array {
	for seed := uint64(0); ; seed++ {
		key := random.New(seed)
		switch family {
		case "lowrank":
			keys := random.Split(key, 2)
			if coin(keys[0], balanceProbability).Bools()[0] == balance && coin(keys[1], 0.5).Bools()[0] == (moves == "U") {
				return key
			}
		case "kronecker":
			if coin(random.Split(key, 1)[0], balanceProbability).Bools()[0] == balance {
				return key
			}
		default:
			return nil
		}
	}
}

// TestReference follows the pairs of testdata/reference.json, whose formulas have
// matrices of full size.
func TestReference(t *testing.T) {
	raw, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []referenceCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, c := range cases {
		name := fmt.Sprintf("%s%v, second %v, max %d", c.Family, c.Shape, c.Second, c.MaxSize)
		seen[c.Family]++
		q, normalizer := c.start(), SecondOrder
		if !c.Second {
			normalizer = FirstOrder
		}
		for i, pair := range c.Pairs {
			v, h := fx.New(pair.V, c.Shape...), fx.New(pair.H, c.Shape...)
			if i == 0 {
				q = q.Scale(square(v).Div(square(h)).Sqrt().Sqrt())
			}
			q = q.Update(v, h, Fit{fx.Scalar(c.Step), normalizer, keyFor(c.Family, pair.Moves, pair.Balance)})
			want := fx.New(flatten(pair.P), len(pair.P), len(pair.P))
			off := q.Dense().Sub(want).Abs().Max().Item() / want.Abs().Max().Item()
			if !(off < 1e-12) {
				t.Fatalf("%s: after pair %d P is off by %v", name, i, off)
			}
		}
	}
	if len(seen) != 5 || seen["kronecker"] != 8 {
		t.Errorf("the reference has %v", seen)
	}
}

func TestNormHelpers(t *testing.T) {
	a := random.Normal(random.New(3), fx.Float64, 6, 6)
	x := random.Normal(random.New(4), fx.Float64, 6)
	got, want := triangularProduct(x, a), triu01(x.Outer(x)).MatMul(a)
	if d := got.Sub(want).Abs().Max().Item(); !(d < 1e-13) {
		t.Errorf("the product by sums is off by %v", d)
	}
	for seed := range uint64(20) {
		a := random.Normal(random.New(seed), fx.Float64, 5, 5)
		_, s, _ := fx.SVD(a)
		low, norm := spectralBound(a).Item(), s.Max().Item()
		if !(low <= norm*(1+1e-12) && norm <= math.Sqrt2*low) {
			t.Errorf("the bound of %v is %v", norm, low)
		}
	}
	if z := spectralBound(fx.Zeros(fx.Float64, 3, 3)).Item(); z != 0 {
		t.Errorf("the bound of 0 is %v", z)
	}
}
