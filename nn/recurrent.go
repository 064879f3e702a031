package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Cell is one step of a recurrent network, whose state S is a tree: [RNNCell],
// [GRUCell], [LSTMCell]. The part of a step that depends on the input alone, the
// drive, stands apart, so that it is one matrix product for a whole sequence.
type Cell[S any] interface {
	// Drive maps inputs [..., in] to what Step takes of them.
	Drive(x *fx.Array) *fx.Array
	// Step makes the next state from the drive of the input at its time.
	Step(drive *fx.Array, s S) S
	// Output is what a state shows to the outside, [..., hidden].
	Output(s S) *fx.Array
	// Start is the state 0 for so many leading axes.
	Start(batch ...int) S
}

// Recurrent runs cells over sequences [..., n, in]: the time axis is the last
// but one, in front of it are any batch axes (PyTorch's batch_first). Layers
// stand on each other; each has one cell, which goes forward in time, or two, of
// which the second goes backward and whose outputs are joined behind those of
// the first (Schuster and Paliwal, "Bidirectional recurrent neural networks",
// 1997). There is no dropout between layers.
type Recurrent[S any] struct {
	Layers []RecurrentLayer[S]
}

// RecurrentLayer is one layer of a Recurrent.
type RecurrentLayer[S any] struct {
	Forward  Cell[S]
	Backward Cell[S] // nil if the layer goes forward alone
}

// RecurrentOptions are how a recurrent layer starts. The zero value is one
// layer, forward, with the cells' default values.
type RecurrentOptions struct {
	Layers        int // 0 means 1
	Bidirectional bool
	CellOptions
}

// CellOptions are how a cell starts. To start as PyTorch does, let Kernel,
// Recurrent and Bias be Uniform(1/sqrt(hidden)).
type CellOptions struct {
	// Recurrent draws the matrix from state to state, one square for each gate;
	// Orthogonal(1) if nil, as in flax and Keras.
	Recurrent Initializer
	// Kernel, of the input, is LeCunTruncated if nil; Bias is Zeros if nil, but
	// 1 for an LSTM's forget gate. The fan is that of one gate.
	LayerOptions
}

// cellOptions fills in the defaults.
func cellOptions(op string, opts []CellOptions) CellOptions {
	if len(opts) > 1 {
		fail(op, "%d sets of options; it takes one", len(opts))
	}
	var o CellOptions
	if len(opts) == 1 {
		o = opts[0]
	}
	o.LayerOptions = layerOptions(op, []LayerOptions{o.LayerOptions}, LeCunTruncated)
	if o.Recurrent == nil {
		o.Recurrent = Orthogonal(1)
	}
	return o
}

// gates draws the arrays of a cell of so many gates, gate by gate, side by side:
// w [in, gates*hidden], u [hidden, gates*hidden], b [gates*hidden] or nil.
func (o CellOptions) gates(op string, key *fx.Array, in, hidden, gates int) (w, u, b *fx.Array) {
	checkKey(op, key)
	checkSizes(op, "input and hidden features", in, hidden)
	var ws, us, bs []*fx.Array
	for _, k := range random.Split(key, gates) {
		keys := random.Split(k, 3)
		fan := FanOf(in, hidden)
		ws = append(ws, o.draw(op, o.Kernel, keys[0], fan, []int{in, hidden}))
		us = append(us, o.draw(op, o.Recurrent, keys[1], FanOf(hidden, hidden), []int{hidden, hidden}))
		if !o.NoBias {
			bs = append(bs, o.draw(op, o.Bias, keys[2], fan, []int{hidden}))
		}
	}
	if bs != nil {
		b = fx.Concatenate(0, bs...)
	}
	return fx.Concatenate(1, ws...), fx.Concatenate(1, us...), b
}

// newRecurrent stacks layers of cells, which newCell makes for a number of input
// features; every cell has hidden features.
func newRecurrent[S any](op string, key *fx.Array, in, hidden int, opts []RecurrentOptions, newCell func(key *fx.Array, in int, o CellOptions) Cell[S]) Recurrent[S] {
	if len(opts) > 1 {
		fail(op, "%d sets of options; it takes one", len(opts))
	}
	o := RecurrentOptions{}
	if len(opts) == 1 {
		o = opts[0]
	}
	cellOptions(op, []CellOptions{o.CellOptions})
	checkKey(op, key)
	orDefault(&o.Layers, 1)
	checkSizes(op, "input features, hidden features and layers", in, hidden, o.Layers)
	var r Recurrent[S]
	for _, k := range random.Split(key, o.Layers) {
		keys := random.Split(k, 2)
		layer, out := RecurrentLayer[S]{Forward: newCell(keys[0], in, o.CellOptions)}, hidden
		if o.Bidirectional {
			layer.Backward, out = newCell(keys[1], in, o.CellOptions), 2*hidden
		}
		in = out
		r.Layers = append(r.Layers, layer)
	}
	return r
}

// Apply maps sequences [..., n, in] to the outputs of the last layer,
// [..., n, hidden] (twice as many if bidirectional), from the state 0.
func (r Recurrent[S]) Apply(x *fx.Array) *fx.Array {
	y, _ := r.Run(x, nil)
	return y
}

// Run is Apply from a state, and gives the state after it: one S for each cell,
// layer by layer, the forward one first. Nil is the state 0. The state of a
// backward cell is that before the first input.
func (r Recurrent[S]) Run(x *fx.Array, start []S) (y *fx.Array, last []S) {
	const op = "Recurrent.Run"
	checkInput(op, x, nil)
	if x.NDim() < 2 || x.Dim(-2) == 0 {
		fail(op, "the input has shape %v; it must be sequences [..., n, in], n > 0", x.Shape())
	}
	if len(r.Layers) == 0 {
		fail(op, "there are no layers; NewRNN, NewGRU and NewLSTM make some")
	}
	cells := 0
	for i, l := range r.Layers {
		if l.Forward == nil {
			fail(op, "layer %d has no forward cell", i)
		}
		cells++
		if l.Backward != nil {
			cells++
		}
	}
	if start != nil && len(start) != cells {
		fail(op, "%d states for %d cells", len(start), cells)
	}
	shape := x.Shape()
	batch := shape[:len(shape)-2]
	for _, l := range r.Layers {
		var outs []*fx.Array
		for _, c := range []Cell[S]{l.Forward, l.Backward} {
			if c == nil {
				continue
			}
			var s S
			if start != nil {
				s = start[len(last)]
			} else {
				s = c.Start(batch...)
			}
			out, end := Unroll(c, x, s, len(outs) == 1)
			outs, last = append(outs, out), append(last, end)
		}
		if x = outs[0]; len(outs) == 2 {
			x = fx.Concatenate(-1, outs...)
		}
	}
	return x, last
}

// Unroll runs one cell over sequences [..., n, in] from a state (see Cell.Start),
// and gives its outputs [..., n, hidden] and the last state. If backward, it
// begins with the last input, and outputs stand at the places of their inputs.
func Unroll[S any](c Cell[S], x *fx.Array, start S, backward bool) (y *fx.Array, last S) {
	if x == nil || x.NDim() < 2 {
		fail("Unroll", "the input is %s; it must be sequences [..., n, in]", describe(x))
	}
	var opts []fx.ScanOption
	if backward {
		opts = append(opts, fx.Reversed())
	}
	drives := c.Drive(x.MoveAxis(-2, 0)) // it is in order of time for all that follows
	last, ys := fx.Scan(func(s S, drive *fx.Array) (S, *fx.Array) {
		s = c.Step(drive, s)
		return s, c.Output(s)
	}, start, drives, opts...)
	return ys.MoveAxis(0, -2), last
}

// drive is x w + b.
func drive(op string, x, w, u, b *fx.Array) *fx.Array {
	if w == nil || u == nil {
		fail(op, "the cell has no kernels")
	}
	checkInput(op, x, w, w.Dim(0))
	return affine(x.MatMul(w), nil, b)
}

// checkState rejects a state that does not belong to a drive of so many gates.
func checkState(op string, drive, state, u *fx.Array, gates int) {
	checkInput(op, state, u, u.Dim(0))
	checkInput(op, drive, u, gates*u.Dim(0))
	s, d := state.Shape(), drive.Shape()
	if !sameShape(s[:len(s)-1], d[:len(d)-1]) {
		fail(op, "the state has shape %v and the drive %v; their leading axes must be the same", s, d)
	}
}

// gate is the k-th of the equal parts of the last axis.
func gate(a *fx.Array, k, hidden int) *fx.Array { return a.SliceAxis(-1, k*hidden, (k+1)*hidden) }
