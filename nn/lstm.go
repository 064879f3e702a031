package nn

import (
	"github.com/fluxion-go/fluxion/fx"
)

// LSTMCell is the long short-term memory (Hochreiter and Schmidhuber 1997) with
// the forget gate (Gers, Schmidhuber and Cummins, "Learning to Forget", 2000)
// and without peepholes:
//
//	i = sigmoid(x W_i + h U_i + b_i)    input
//	f = sigmoid(x W_f + h U_f + b_f)    forget
//	g = tanh(x W_g + h U_g + b_g)       candidate
//	o = sigmoid(x W_o + h U_o + b_o)    output
//	c = f c + i g
//	h = o tanh(c)
//
// The gates lie side by side in this order, which is PyTorch's; its two biases
// are added up.
type LSTMCell struct {
	W *fx.Array // [in, 4 hidden]
	U *fx.Array // [hidden, 4 hidden]
	B *fx.Array // [4 hidden], or nil
}

// LSTMState is the state of an LSTMCell.
type LSTMState struct {
	H *fx.Array // the output, [..., hidden]
	C *fx.Array // the memory, [..., hidden]
}

// NewLSTMCell makes a cell. Unless the options draw biases, those of the forget
// gate start at 1, so that memories last at first (Jozefowicz, Zaremba and
// Sutskever, "An Empirical Exploration of Recurrent Network Architectures",
// 2015; Keras's default), and the others at 0.
func NewLSTMCell(key *fx.Array, in, hidden int, opts ...CellOptions) LSTMCell {
	const op = "NewLSTMCell"
	own := len(opts) == 1 && opts[0].Bias != nil
	w, u, b := cellOptions(op, opts).gates(op, key, in, hidden, 4)
	if b != nil && !own {
		zero := fx.Zeros(b.DType(), hidden)
		b = fx.Concatenate(0, zero, fx.OnesLike(zero), zero, zero)
	}
	return LSTMCell{W: w, U: u, B: b}
}

// NewLSTM makes layers of long short-term memories.
func NewLSTM(key *fx.Array, in, hidden int, opts ...RecurrentOptions) Recurrent[LSTMState] {
	return newRecurrent("NewLSTM", key, in, hidden, opts, func(key *fx.Array, in int, o CellOptions) Cell[LSTMState] {
		return NewLSTMCell(key, in, hidden, o)
	})
}

// Drive is x W + B: [..., in] gives [..., 4 hidden].
func (c LSTMCell) Drive(x *fx.Array) *fx.Array { return drive("LSTMCell.Drive", x, c.W, c.U, c.B) }

// Step makes the next state.
func (c LSTMCell) Step(drive *fx.Array, s LSTMState) LSTMState {
	const op = "LSTMCell.Step"
	if c.U == nil {
		fail(op, "the cell has no kernels; NewLSTMCell makes one")
	}
	checkState(op, drive, s.H, c.U, 4)
	checkPair(op, "memory", "output", s.C, s.H)
	n := c.U.Dim(0)
	a := drive.Add(s.H.MatMul(c.U))
	in, forget, candidate, out := gate(a, 0, n), gate(a, 1, n), gate(a, 2, n), gate(a, 3, n)
	memory := forget.Sigmoid().Mul(s.C).Add(in.Sigmoid().Mul(candidate.Tanh()))
	return LSTMState{H: out.Sigmoid().Mul(memory.Tanh()), C: memory}
}

// Output is the state's H.
func (c LSTMCell) Output(s LSTMState) *fx.Array { return s.H }

// Start is 0, [batch..., hidden] each.
func (c LSTMCell) Start(batch ...int) LSTMState {
	zero := zeroState("LSTMCell.Start", c.U, batch)
	return LSTMState{H: zero, C: zero}
}
