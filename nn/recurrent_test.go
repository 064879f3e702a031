package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

var doubleCell = nn.CellOptions{LayerOptions: double}

// recurrents adds to layers those over sequences.
func recurrents() map[string]layerRow {
	key := random.New(1)
	words := sample(9, fx.Float64, 3, 5, 4)
	deep := nn.RecurrentOptions{Layers: 2, Bidirectional: true, CellOptions: doubleCell}
	bare := nn.RecurrentOptions{CellOptions: nn.CellOptions{LayerOptions: nn.LayerOptions{DType: fx.Float64, NoBias: true}}}
	return map[string]layerRow{
		"rnn":       {nn.NewRNN(key, 4, 3, nn.Tanh, deep), words, []int{3, 5, 6}},
		"rnn relu":  {nn.NewRNN(key, 4, 3, nn.Softplus, bare), words, []int{3, 5, 3}},
		"gru":       {nn.NewGRU(key, 4, 3, deep), words, []int{3, 5, 6}},
		"gru bare":  {nn.NewGRU(key, 4, 3, bare), words, []int{3, 5, 3}},
		"lstm":      {nn.NewLSTM(key, 4, 3, deep), words, []int{3, 5, 6}},
		"lstm bare": {nn.NewLSTM(key, 4, 3, bare), sample(3, fx.Float64, 3, 2, 4, 4), []int{3, 2, 4, 3}},
	}
}

// TestFourierFeatures computes them by hand; the directions do not learn.
func TestFourierFeatures(t *testing.T) {
	f := nn.NewFourierFeatures(random.New(1), fx.Float64, 2, 6, 3)
	x := sample(2, fx.Float64, 4, 2)
	y := f.Apply(x)
	shapeIs(t, "y", y, 4, 6)
	w := f.W.Float64s()
	for i := range 4 {
		for k := range 3 {
			angle := 2 * math.Pi * (x.Index(i, 0).Item()*w[k] + x.Index(i, 1).Item()*w[3+k])
			near(t, "features", []float64{y.Index(i, k).Item(), y.Index(i, 3+k).Item()}, []float64{math.Cos(angle), math.Sin(angle)}, 1e-13)
		}
	}
	g := fx.Grad(func(f nn.FourierFeatures) *fx.Array { return f.Apply(x).Sum() })(f)
	near(t, "gradient", g.W.Float64s(), make([]float64, 6), 0)
	checkGradient(t, "gradient of points", func(x *fx.Array) *fx.Array { return f.Apply(x).Square().MulScalar(0.5).Sum().Add(f.Apply(x).Sum()) }, x)
}

// stepwise runs a cell input by input, without Scan.
func stepwise[S any](c nn.Cell[S], x *fx.Array, s S) (*fx.Array, S) {
	var outs []*fx.Array
	for i := range x.Dim(-2) {
		s = c.Step(c.Drive(x.SliceAxis(-2, i, i+1).Squeeze(-2)), s)
		outs = append(outs, c.Output(s))
	}
	return fx.Stack(-2, outs...), s
}

// continued checks a layer against its cell, and that a sequence can be cut.
func continued[S any](t *testing.T, r nn.Recurrent[S]) {
	t.Helper()
	x := sample(2, fx.Float64, 3, 6, 4)
	y, last := r.Run(x, nil)
	cell := r.Layers[0].Forward
	want, end := stepwise(cell, x, cell.Start(3))
	near(t, "outputs", y.Float64s(), want.Float64s(), 1e-14)
	near(t, "last state", flat(last), flat(end), 1e-14)
	first, middle := r.Run(x.SliceAxis(1, 0, 2), nil)
	second, cut := r.Run(x.SliceAxis(1, 2, 6), middle)
	near(t, "in two parts", fx.Concatenate(1, first, second).Float64s(), y.Float64s(), 1e-14)
	near(t, "state in two parts", flat(cut), flat(last), 1e-14)
}

func TestRecurrentIsItsCell(t *testing.T) {
	o := nn.RecurrentOptions{CellOptions: doubleCell}
	continued(t, nn.NewRNN(random.New(0), 4, 3, nn.Tanh, o))
	continued(t, nn.NewGRU(random.New(0), 4, 3, o))
	continued(t, nn.NewLSTM(random.New(0), 4, 3, o))
}

// TestBidirectional composes two layers of two directions by hand.
func TestBidirectional(t *testing.T) {
	r := nn.NewGRU(random.New(0), 4, 3, nn.RecurrentOptions{Layers: 2, Bidirectional: true, CellOptions: doubleCell})
	x := sample(2, fx.Float64, 2, 5, 4)
	y, last := r.Run(x, nil)
	h, n := x, 0
	for _, l := range r.Layers {
		f, fs := stepwise(l.Forward, h, l.Forward.Start(2))
		b, bs := stepwise(l.Backward, h.Flip(1), l.Backward.Start(2))
		near(t, "forward state", last[n].Float64s(), fs.Float64s(), 1e-14)
		near(t, "backward state", last[n+1].Float64s(), bs.Float64s(), 1e-14)
		h, n = fx.Concatenate(-1, f, b.Flip(1)), n+2
	}
	near(t, "outputs", y.Float64s(), h.Float64s(), 1e-14)
}

// TestRecurrentFirstValues: orthogonal recurrent matrices, zero biases, and 1 at
// the forget gate.
func TestRecurrentFirstValues(t *testing.T) {
	c := nn.NewLSTMCell(random.New(0), 5, 3, nn.CellOptions{LayerOptions: nn.LayerOptions{DType: fx.Float64}})
	near(t, "biases", c.B.Float64s(), []float64{0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}, 0)
	for k := range 4 {
		u := c.U.SliceAxis(1, 3*k, 3*k+3)
		near(t, "U U^T", u.MatMul(u.T()).Float64s(), fx.Eye(fx.Float64, 3).Float64s(), 1e-14)
	}
	own := nn.NewLSTMCell(random.New(0), 5, 3, nn.CellOptions{LayerOptions: nn.LayerOptions{Bias: nn.Ones}})
	near(t, "own biases", own.B.Float64s(), fx.Ones(fx.Float64, 12).Float64s(), 0)
	torch := nn.Uniform(0.25)
	g := nn.NewGRUCell(random.New(0), 5, 16, nn.CellOptions{Recurrent: torch, LayerOptions: nn.LayerOptions{Kernel: torch, Bias: torch}})
	for _, a := range fx.Leaves(g) {
		if m := a.Abs().Max().Item(); m > 0.25 || m < 0.15 {
			t.Errorf("largest of %v is %v", a.Shape(), m)
		}
	}
}

// A language model that carries its state from one stretch of text to the next.
func ExampleRecurrent() {
	lstm := nn.NewLSTM(random.New(0), 8, 16, nn.RecurrentOptions{Layers: 2})
	x := fx.Ones(fx.Float32, 4, 10, 8) // 4 sequences of 10 vectors
	y, state := lstm.Run(x, nil)
	y, state = lstm.Run(x, state)
	fmt.Println(y.Shape(), len(state), state[1].H.Shape())
	// Output: [4 10 16] 2 [4 16]
}
