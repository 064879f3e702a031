package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// GRUCell is the gated recurrent unit (Cho et al., "Learning Phrase
// Representations using RNN Encoder-Decoder", 2014) in the form of cuDNN and
// PyTorch, whose reset gate acts after the product with the recurrent matrix:
//
//	r = sigmoid(x W_r + h U_r + b_r)          reset
//	z = sigmoid(x W_z + h U_z + b_z)          update
//	n = tanh(x W_n + b_n + r (h U_n + C))     candidate
//	h = (1 - z) n + z h
//
// Cho et al. have (r h) U_n, and exchange z and 1-z. The gates lie side by side
// in PyTorch's order, r, z, n. Its two biases of r and of z are added up here;
// those of n stay apart, because the reset gate stands between them.
type GRUCell struct {
	W *fx.Array // [in, 3 hidden]
	U *fx.Array // [hidden, 3 hidden]
	B *fx.Array // [3 hidden], or nil
	C *fx.Array // [hidden], the candidate's recurrent bias, or nil
}

// NewGRUCell makes a cell.
func NewGRUCell(key *fx.Array, in, hidden int, opts ...CellOptions) GRUCell {
	const op = "NewGRUCell"
	o := cellOptions(op, opts)
	checkKey(op, key)
	keys := random.Split(key, 2)
	w, u, b := o.gates(op, keys[0], in, hidden, 3)
	c := GRUCell{W: w, U: u, B: b}
	if b != nil {
		c.C = o.draw(op, o.Bias, keys[1], FanOf(hidden, hidden), []int{hidden})
	}
	return c
}

// NewGRU makes layers of gated recurrent units.
func NewGRU(key *fx.Array, in, hidden int, opts ...RecurrentOptions) Recurrent[*fx.Array] {
	return newRecurrent("NewGRU", key, in, hidden, opts, func(key *fx.Array, in int, o CellOptions) Cell[*fx.Array] {
		return NewGRUCell(key, in, hidden, o)
	})
}

// Drive is x W + B: [..., in] gives [..., 3 hidden].
func (c GRUCell) Drive(x *fx.Array) *fx.Array { return drive("GRUCell.Drive", x, c.W, c.U, c.B) }

// Step makes the next state.
func (c GRUCell) Step(drive, h *fx.Array) *fx.Array {
	const op = "GRUCell.Step"
	if c.U == nil {
		fail(op, "the cell has no kernels; NewGRUCell makes one")
	}
	checkState(op, drive, h, c.U, 3)
	n := c.U.Dim(0)
	back := h.MatMul(c.U)
	reset := gate(drive, 0, n).Add(gate(back, 0, n)).Sigmoid()
	update := gate(drive, 1, n).Add(gate(back, 1, n)).Sigmoid()
	candidate := gate(drive, 2, n).Add(reset.Mul(affine(gate(back, 2, n), nil, c.C))).Tanh()
	return candidate.Add(update.Mul(h.Sub(candidate)))
}

// Output is h.
func (c GRUCell) Output(h *fx.Array) *fx.Array { return h }

// Start is 0, [batch..., hidden].
func (c GRUCell) Start(batch ...int) *fx.Array { return zeroState("GRUCell.Start", c.U, batch) }
