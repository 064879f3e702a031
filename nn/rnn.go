package nn

import (
	"github.com/fluxion-go/fluxion/fx"
)

// RNNCell is the simple recurrent cell (Elman, "Finding Structure in Time",
// 1990):
//
//	h_t = Activation(x_t W + h_{t-1} U + B)
//
// PyTorch has two biases whose sum is B.
type RNNCell struct {
	W          *fx.Array // [in, hidden]
	U          *fx.Array // [hidden, hidden]
	B          *fx.Array // [hidden], or nil
	Activation func(*fx.Array) *fx.Array
}

// NewRNNCell makes a cell. Usual activations are Tanh and, with the recurrent
// matrix started as the identity (Le, Jaitly and Hinton 2015), Relu.
func NewRNNCell(key *fx.Array, in, hidden int, activation func(*fx.Array) *fx.Array, opts ...CellOptions) RNNCell {
	const op = "NewRNNCell"
	if activation == nil {
		fail(op, "the activation is nil (Identity is none)")
	}
	w, u, b := cellOptions(op, opts).gates(op, key, in, hidden, 1)
	return RNNCell{W: w, U: u, B: b, Activation: activation}
}

// NewRNN makes layers of simple recurrent cells.
func NewRNN(key *fx.Array, in, hidden int, activation func(*fx.Array) *fx.Array, opts ...RecurrentOptions) Recurrent[*fx.Array] {
	return newRecurrent("NewRNN", key, in, hidden, opts, func(key *fx.Array, in int, o CellOptions) Cell[*fx.Array] {
		return NewRNNCell(key, in, hidden, activation, o)
	})
}

// Drive is x W + B: [..., in] gives [..., hidden].
func (c RNNCell) Drive(x *fx.Array) *fx.Array { return drive("RNNCell.Drive", x, c.W, c.U, c.B) }

// Step is Activation(drive + h U).
func (c RNNCell) Step(drive, h *fx.Array) *fx.Array {
	const op = "RNNCell.Step"
	if c.U == nil || c.Activation == nil {
		fail(op, "the cell has no kernels or no activation; NewRNNCell makes one")
	}
	checkState(op, drive, h, c.U, 1)
	return c.Activation(drive.Add(h.MatMul(c.U)))
}

// Output is h.
func (c RNNCell) Output(h *fx.Array) *fx.Array { return h }

// Start is 0, [batch..., hidden].
func (c RNNCell) Start(batch ...int) *fx.Array { return zeroState("RNNCell.Start", c.U, batch) }

// zeroState is 0 for a cell with a recurrent matrix.
func zeroState(op string, u *fx.Array, batch []int) *fx.Array {
	if u == nil {
		fail(op, "the cell has no kernels")
	}
	return fx.Zeros(u.DType(), append(append([]int{}, batch...), u.Dim(0))...)
}
