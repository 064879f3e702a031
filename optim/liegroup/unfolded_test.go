package liegroup

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/fx/fxtest"
	"github.com/fluxion-go/fluxion/random"
)

// TestUnfolded: leaves of any shape have the bits of the matrices that they unfold to.
func TestUnfolded(t *testing.T) {
	shapes := [][]int{{2, 2, 3, 4}, {5}, {3, 2}, {}}
	matrices := [][]int{{12, 4}, {1, 5}, {3, 2}, {1, 1}}
	draw := func(seed uint64, shapes [][]int) (list []*fx.Array) {
		for i, s := range shapes {
			list = append(list, random.Normal(random.New(seed+uint64(i)), fx.Float32, matrices[i]...).Reshape(s...))
		}
		return list
	}
	type pair struct{ folded, plain Preconditioner }
	p := pair{New(Unfolded{Kronecker{MaxSize: 4}}, draw(0, shapes), random.New(9)), New(Kronecker{MaxSize: 4}, draw(0, matrices), random.New(9))}
	for i := range uint64(3) {
		v, h := 10+10*i, 100+10*i
		p = pair{p.folded.Update(draw(v, shapes), draw(h, shapes), fx.Scalar(0.1)), p.plain.Update(draw(v, matrices), draw(h, matrices), fx.Scalar(0.1))}
	}
	got, want := p.folded.Apply(draw(50, shapes)), p.plain.Apply(draw(50, matrices))
	for i := range got {
		if !slices.Equal(got[i].Shape(), shapes[i]) || !slices.Equal(got[i].Float64s(), want[i].Float64s()) {
			t.Errorf("leaf %d is %v%v, want %v", i, got[i].Shape(), got[i].Float64s(), want[i].Float64s())
		}
	}
	if !slices.Equal(p.folded.Dense().Float64s(), p.plain.Dense().Float64s()) || p.folded.Skipped.Item() != 0 {
		t.Error("Dense differs, or pairs were left out")
	}
}

func TestUnfoldedMistakes(t *testing.T) {
	x := []*fx.Array{fx.Zeros(fx.Float32, 3)}
	fxtest.MustFail(t, "there is no family for the matrices; NewKronecker makes one", func() { New(Unfolded{}, x, random.New(0)) })
	fxtest.MustFail(t, "the family takes all leaves as one vector and needs no matrices", func() { New(Unfolded{XMat{}}, x, random.New(0)) })
	fxtest.MustFail(t, "the largest size of a triangular factor is negative", func() { New(Unfolded{Kronecker{-1}}, x, random.New(0)) })
	fxtest.MustFail(t, "a leaf has shape [0 3], without elements", func() {
		New(Unfolded{NewKronecker()}, []*fx.Array{fx.Zeros(fx.Float32, 0, 3)}, random.New(0))
	})
}
