package train

import (
	"encoding/json"
	"fmt"
)

// Source gives one minibatch after the other, without end, and can go back to
// a place where it was: the batches that follow are then the same, bit for bit.
type Source[B any] interface {
	// Next gives the next minibatch.
	Next() (B, error)
	// PerEpoch is the number of minibatches in an epoch; 0 if there are no
	// epochs.
	PerEpoch() int
	// State is the place in the sequence, as JSON.
	State() (json.RawMessage, error)
	// Restore goes to a place that State gave.
	Restore(json.RawMessage) error
}

// Indices gives the numbers of the examples in one minibatch after the other,
// and has a state that survives JSON: package data's Batches is one.
type Indices[S any] interface {
	Next() []int
	PerEpoch() int
	State() S
	Restore(S) error
}

// Batches makes a source of minibatches that get makes of the numbers of their
// examples.
func Batches[S, B any](from Indices[S], get func(indices []int) (B, error)) Source[B] {
	return indexed[S, B]{from, get}
}

type indexed[S, B any] struct {
	from Indices[S]
	get  func([]int) (B, error)
}

func (s indexed[S, B]) Next() (B, error) { return s.get(s.from.Next()) }
func (s indexed[S, B]) PerEpoch() int    { return s.from.PerEpoch() }

func (s indexed[S, B]) State() (json.RawMessage, error) { return json.Marshal(s.from.State()) }

func (s indexed[S, B]) Restore(raw json.RawMessage) error {
	var state S
	if err := json.Unmarshal(raw, &state); err != nil {
		return fmt.Errorf("the batches' saved place is not readable: %w", err)
	}
	return s.from.Restore(state)
}

// Repeat is a source that gives the same minibatch every time, such as the
// whole data set: an epoch is one step.
func Repeat[B any](batch B) Source[B] { return repeated[B]{batch} }

type repeated[B any] struct{ batch B }

func (s repeated[B]) Next() (B, error)                { return s.batch, nil }
func (s repeated[B]) PerEpoch() int                   { return 1 }
func (s repeated[B]) State() (json.RawMessage, error) { return json.RawMessage("null"), nil }
func (s repeated[B]) Restore(json.RawMessage) error   { return nil }
