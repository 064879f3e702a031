package data

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Streams goes through a long sequence in batches for truncated
// back-propagation through time: the sequence is cut into as many equal
// stretches as a batch has rows, and each batch continues every row where the
// one before it ended, so that a recurrent network can carry its state over
// (Mikolov et al., "Recurrent neural network based language model", 2010;
// Zaremba et al., arXiv:1409.2329). What is left over at the end of a stretch
// is not used. It is not safe for concurrent use.
type Streams struct {
	tokens []int32
	state  StreamState
}

// StreamState is the complete state of [Streams]; it survives a round trip
// through JSON.
type StreamState struct {
	// N is the length of the sequence, Rows and Length those of a batch.
	N      int `json:"n"`
	Rows   int `json:"rows"`
	Length int `json:"length"`
	// Epoch counts the completed passes, Step the batches of the current one
	// that have been given out.
	Epoch int `json:"epoch"`
	Step  int `json:"step"`
}

// NewStreams starts at the beginning of the sequence. It is an error if the
// sequence is too short for one batch: each row takes length+1 tokens, because
// the last one has a successor as its target.
func NewStreams(tokens []int32, rows, length int) (*Streams, error) {
	s := &Streams{tokens, StreamState{N: len(tokens), Rows: rows, Length: length}}
	if err := s.state.check(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s StreamState) check() error {
	switch {
	case s.Rows < 1 || s.Length < 1:
		return fmt.Errorf("data: batches of %d rows of %d tokens: both must be at least 1", s.Rows, s.Length)
	case s.Rows > s.N || s.Length > s.N || s.perEpoch() < 1:
		return fmt.Errorf("data: %d tokens are too few for %d rows of %d and their successors", s.N, s.Rows, s.Length)
	case s.Epoch < 0 || s.Step < 0 || s.Step >= s.perEpoch():
		return fmt.Errorf("data: epoch %d, step %d: there are %d in an epoch", s.Epoch, s.Step, s.perEpoch())
	}
	return nil
}

// perEpoch is how many batches a pass has: a stretch's last token is a target
// only.
func (s StreamState) perEpoch() int { return (s.N/s.Rows - 1) / s.Length }

// PerEpoch returns the number of batches of a pass through the sequence.
func (s *Streams) PerEpoch() int { return s.state.perEpoch() }

// State returns the place that has been reached, for [Streams.Restore].
func (s *Streams) State() StreamState { return s.state }

// Restore moves to a saved place of the same sequence and batch shape. It is
// an error, and nothing moves, if the state is of another.
func (s *Streams) Restore(state StreamState) error {
	if err := state.check(); err != nil {
		return err
	}
	if state.N != s.state.N || state.Rows != s.state.Rows || state.Length != s.state.Length {
		return fmt.Errorf("data: cannot restore streams: the saved ones are %d tokens in %d rows of %d, these are %d in %d of %d",
			state.N, state.Rows, state.Length, s.state.N, s.state.Rows, s.state.Length)
	}
	s.state = state
	return nil
}

// Next returns the next batch, both of shape [rows, length] in row-major order:
// tokens and, for each, the one that follows it. first says that a pass begins
// with it, so that states carried over are to be forgotten.
func (s *Streams) Next() (inputs, targets []int32, first bool) {
	at := &s.state
	stretch := at.N / at.Rows
	for row := range at.Rows {
		start := row*stretch + at.Step*at.Length
		inputs = append(inputs, s.tokens[start:start+at.Length]...)
		targets = append(targets, s.tokens[start+1:start+1+at.Length]...)
	}
	first = at.Step == 0
	if at.Step++; at.Step == at.perEpoch() {
		at.Epoch, at.Step = at.Epoch+1, 0
	}
	return inputs, targets, first
}

// Windows draws stretches of a long sequence at random, with repetition, as
// transformers are trained: for tokens of shape [n] (of any type) inputs and
// targets of shape [rows, length], a target being the token after its input.
// It may be used inside fx.Jit. A sequence shorter than length+1 is the
// caller's mistake.
func Windows(key, tokens *fx.Array, rows, length int) (inputs, targets *fx.Array) {
	checkKey("Windows", key)
	checkSizes("Windows", "rows and length", rows, length)
	if tokens.NDim() != 1 || tokens.Dim(0) <= length {
		fail("Windows", "tokens of shape %v; it takes a sequence of more than %d", tokens.Shape(), length)
	}
	starts := random.Randint(key, fx.Int32, 0, int64(tokens.Dim(0)-length), rows)
	places := starts.ExpandDims(1).Add(fx.Arange(fx.Int32, length))
	return tokens.Take(places, 0), tokens.Take(places.AddScalar(1), 0)
}
