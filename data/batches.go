package data

import (
	"fmt"
	"iter"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/internal/threefry"
)

// BatchOptions are the choices of [NewBatches] that have a usual answer.
type BatchOptions struct {
	// DropLast leaves out the last batch of an epoch when it would be shorter
	// than the others. Zero value: it is kept.
	DropLast bool
	// InOrder goes through the examples in storage order, as an evaluation
	// does. Zero value: every epoch has its own shuffle.
	InOrder bool
}

// Batches goes through the numbers 0 to n-1 in mini-batches, epoch after
// epoch, without end. The order of epoch e is a pure function of (seed, e, n),
// so the place in the sequence is all there is to save: see [Batches.State].
// It is not safe for concurrent use.
type Batches struct {
	state State
	// order is the permutation of epoch ordered; nil before the first batch.
	order   []int
	ordered int
}

// State is the complete state of [Batches], small enough to go into every
// checkpoint; it survives a round trip through JSON.
type State struct {
	// N is the number of examples, BatchSize that of a full batch.
	N         int `json:"n"`
	BatchSize int `json:"batch_size"`
	// Seed chooses the shuffles.
	Seed     uint64 `json:"seed"`
	DropLast bool   `json:"drop_last"`
	InOrder  bool   `json:"in_order"`
	// Epoch counts the completed epochs, Position the examples of the current
	// one that have been given out: a multiple of BatchSize.
	Epoch    int `json:"epoch"`
	Position int `json:"position"`
}

// NewBatches starts at the first batch of epoch 0 of n examples. It is an
// error if n or batchSize is not positive, or if DropLast would leave nothing
// because batchSize exceeds n.
func NewBatches(n, batchSize int, seed uint64, opts BatchOptions) (*Batches, error) {
	state := State{N: n, BatchSize: batchSize, Seed: seed, DropLast: opts.DropLast, InOrder: opts.InOrder}
	if err := state.check(); err != nil {
		return nil, err
	}
	return &Batches{state: state}, nil
}

func (s State) check() error {
	switch {
	case s.N < 1:
		return fmt.Errorf("data: batches of %d examples: there must be at least one", s.N)
	case s.BatchSize < 1:
		return fmt.Errorf("data: batch size %d: must be at least 1", s.BatchSize)
	case s.DropLast && s.BatchSize > s.N:
		return fmt.Errorf("data: batch size %d exceeds the %d examples, and dropping the incomplete last batch would leave none", s.BatchSize, s.N)
	case s.Epoch < 0 || int64(s.Epoch) > math.MaxUint32:
		return fmt.Errorf("data: epoch %d: must be from 0 to %d", s.Epoch, uint32(math.MaxUint32))
	case s.Position < 0 || s.Position >= s.perEpoch():
		return fmt.Errorf("data: position %d in an epoch of %d examples", s.Position, s.perEpoch())
	case s.Position%s.BatchSize != 0:
		return fmt.Errorf("data: position %d is not a multiple of the batch size %d", s.Position, s.BatchSize)
	}
	return nil
}

// perEpoch is the number of examples given out in an epoch.
func (s State) perEpoch() int {
	if s.DropLast {
		return s.N - s.N%s.BatchSize
	}
	return s.N
}

// State returns the place that has been reached, for [Batches.Restore].
func (b *Batches) State() State { return b.state }

// Restore moves to a saved place of the same sequence: the batches that follow
// are, bit for bit, those that followed there. It is an error, and nothing
// moves, if the state is of another sequence (another number of
// examples, batch size, seed or option) or of no sequence at all.
func (b *Batches) Restore(state State) error {
	if err := state.check(); err != nil {
		return err
	}
	for _, field := range []struct {
		name       string
		have, want any
	}{
		{"number of examples", state.N, b.state.N},
		{"batch size", state.BatchSize, b.state.BatchSize},
		{"seed", state.Seed, b.state.Seed},
		{"drop-last option", state.DropLast, b.state.DropLast},
		{"in-order option", state.InOrder, b.state.InOrder},
	} {
		if field.have != field.want {
			return fmt.Errorf("data: cannot restore batches: the saved %s is %v, here it is %v", field.name, field.have, field.want)
		}
	}
	b.state = state
	return nil
}

// PerEpoch returns the number of batches of an epoch.
func (b *Batches) PerEpoch() int {
	return (b.state.perEpoch() + b.state.BatchSize - 1) / b.state.BatchSize
}

// Epoch returns the number of completed epochs.
func (b *Batches) Epoch() int { return b.state.Epoch }

// Next returns the indices of the next batch and moves on, into the next epoch
// after the last batch of one. The slice stays valid; do not modify it.
func (b *Batches) Next() []int {
	if b.order == nil || b.ordered != b.state.Epoch {
		b.order, b.ordered = b.state.permutation(), b.state.Epoch
	}
	start := b.state.Position
	end := min(start+b.state.BatchSize, b.state.perEpoch())
	b.state.Position = end
	if end == b.state.perEpoch() {
		b.state.Epoch, b.state.Position = b.state.Epoch+1, 0
	}
	return b.order[start:end:end]
}

// Rest goes through the batches that are left of the current epoch: all of
// them at its start.
//
//	for epoch := range epochs {
//		for indices := range batches.Rest() { ... }
//	}
func (b *Batches) Rest() iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for epoch := b.state.Epoch; b.state.Epoch == epoch; {
			if !yield(b.Next()) {
				return
			}
		}
	}
}

// Order lists the next n batches as rows, an int32 array [n, batch size], for a
// program that goes through them by itself; it moves on, from epoch to epoch, as
// n calls of Next do. Where a batch is shorter than the others, which DropLast
// avoids, it panics with an *fx.Error, as it does for n below 1.
func (b *Batches) Order(n int) *fx.Array {
	if n < 1 {
		fx.Fail("data.Batches.Order", "%d batches; there must be at least one", n)
	}
	order := make([]int32, 0, n*b.state.BatchSize)
	for range n {
		batch := b.Next()
		if len(batch) < b.state.BatchSize {
			fx.Fail("data.Batches.Order", "a batch of %d among batches of %d: make them with DropLast", len(batch), b.state.BatchSize)
		}
		for _, i := range batch {
			order = append(order, int32(i))
		}
	}
	return fx.New(order, n, b.state.BatchSize)
}

// permutation returns the order of the state's epoch.
func (s State) permutation() []int {
	if s.InOrder {
		order := make([]int, s.N)
		for i := range order {
			order[i] = i
		}
		return order
	}
	stream := threefry.New(s.Seed)
	epoch := stream.Child(uint32(s.Epoch))
	return epoch.Permutation(s.N)
}
