package data

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fluxion-go/fluxion/fx/fxtest"
)

func drawBatches(t *rapid.T) *Batches {
	n := rapid.IntRange(1, 50).Draw(t, "n")
	size := rapid.IntRange(1, n).Draw(t, "batch size")
	b, err := NewBatches(n, size, rapid.Uint64().Draw(t, "seed"), BatchOptions{
		DropLast: rapid.Bool().Draw(t, "drop last"),
		InOrder:  rapid.Bool().Draw(t, "in order"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEpochVisitsEveryExampleOnce: an epoch is a partition of the examples
// into full batches and at most one shorter, last one.
func TestEpochVisitsEveryExampleOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatches(t)
		n, size, drop := b.State().N, b.State().BatchSize, b.State().DropLast
		for epoch := range 3 {
			if b.Epoch() != epoch || b.State().Position != 0 {
				t.Fatalf("epoch %d begins at %+v", epoch, b.State())
			}
			var visited []int
			count := 0
			for batch := range b.Rest() {
				count++
				if short := count == b.PerEpoch() && !drop && n%size != 0; !short && len(batch) != size || short && len(batch) != n%size {
					t.Fatalf("batch %d of %d has %d examples", count, b.PerEpoch(), len(batch))
				}
				visited = append(visited, batch...)
			}
			if count != b.PerEpoch() {
				t.Fatalf("%d batches, PerEpoch says %d", count, b.PerEpoch())
			}
			slices.Sort(visited)
			if len(slices.Compact(visited)) != len(visited) || visited[0] < 0 || visited[len(visited)-1] >= n {
				t.Fatalf("an example occurs twice or does not exist: %v", visited)
			}
			if want := n - n%size; drop && len(visited) != want || !drop && len(visited) != n {
				t.Fatalf("%d of %d examples visited", len(visited), n)
			}
		}
	})
}

// TestResumeContinuesExactly saves after any number of batches, through JSON,
// and compares what follows with an uninterrupted run.
func TestResumeContinuesExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatches(t)
		for range rapid.IntRange(0, 120).Draw(t, "batches done") {
			b.Next()
		}
		saved, err := json.Marshal(b.State())
		if err != nil {
			t.Fatal(err)
		}
		var state State
		if err := json.Unmarshal(saved, &state); err != nil {
			t.Fatal(err)
		}
		resumed := restored(t, state) // as after a restart
		rewound := restored(t, state) // as after going on, and back
		rewound.Next()
		rewound.Next()
		if err := rewound.Restore(state); err != nil {
			t.Fatal(err)
		}
		for range 60 {
			want := b.Next()
			if got := resumed.Next(); !slices.Equal(got, want) {
				t.Fatalf("resumed from %s: %v, want %v", saved, got, want)
			}
			if got := rewound.Next(); !slices.Equal(got, want) {
				t.Fatalf("restored to %s: %v, want %v", saved, got, want)
			}
		}
	})
}

// restored makes new batches of the state's sequence and moves them there.
func restored(t rapid.TB, s State) *Batches {
	t.Helper()
	b, err := NewBatches(s.N, s.BatchSize, s.Seed, BatchOptions{DropLast: s.DropLast, InOrder: s.InOrder})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Restore(s); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestShufflesDiffer(t *testing.T) {
	order := func(seed uint64, epoch int) []int {
		return restored(t, State{N: 100, BatchSize: 100, Seed: seed, Epoch: epoch}).Next()
	}
	first := order(1, 0)
	if slices.Equal(first, order(1, 1)) || slices.Equal(first, order(2, 0)) {
		t.Error("two epochs or two seeds have the same order")
	}
	if slices.IsSorted(first) {
		t.Error("the examples are not shuffled")
	}
	inOrder, err := NewBatches(100, 100, 1, BatchOptions{InOrder: true})
	if err != nil {
		t.Fatal(err)
	}
	for epoch := range 2 {
		if !slices.IsSorted(inOrder.Next()) {
			t.Errorf("epoch %d of InOrder is not in order", epoch)
		}
	}
}

// TestBatchesKeepTheirSequence pins the shuffle: a checkpoint must mean the
// same on every platform and in every later version.
func TestBatchesKeepTheirSequence(t *testing.T) {
	b, err := NewBatches(10, 4, 42, BatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int{{3, 5, 7, 4}, {2, 1, 6, 0}, {9, 8}, {7, 2, 9, 0}}
	for i, w := range want {
		if got := b.Next(); !slices.Equal(got, w) {
			t.Errorf("batch %d: %v, want %v", i, got, w)
		}
	}
}

func TestRestStopsWhereTheLoopDoes(t *testing.T) {
	b, err := NewBatches(10, 2, 0, BatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range b.Rest() {
		break
	}
	if got := b.State().Position; got != 2 {
		t.Errorf("position %d after one batch of 2", got)
	}
	left := 0
	for range b.Rest() {
		left++
	}
	if left != 4 || b.Epoch() != 1 {
		t.Errorf("%d batches left, epoch %d; want 4 and 1", left, b.Epoch())
	}
}

func TestBatchErrors(t *testing.T) {
	for _, c := range []struct {
		state State
		want  string
	}{
		{State{N: 0, BatchSize: 1}, "data: batches of 0 examples: there must be at least one"},
		{State{N: 5, BatchSize: 0}, "data: batch size 0: must be at least 1"},
		{State{N: 5, BatchSize: -2}, "data: batch size -2: must be at least 1"},
		{State{N: 5, BatchSize: 6, DropLast: true}, "data: batch size 6 exceeds the 5 examples, and dropping the incomplete last batch would leave none"},
		{State{N: 5, BatchSize: 2, Epoch: -1}, "data: epoch -1: must be from 0 to 4294967295"},
		{State{N: 5, BatchSize: 2, Position: -2}, "data: position -2 in an epoch of 5 examples"},
		{State{N: 5, BatchSize: 1, Position: 5}, "data: position 5 in an epoch of 5 examples"},
		{State{N: 5, BatchSize: 2, Position: 4, DropLast: true}, "data: position 4 in an epoch of 4 examples"},
		{State{N: 5, BatchSize: 2, Position: 3}, "data: position 3 is not a multiple of the batch size 2"},
	} {
		b, err := NewBatches(c.state.N, c.state.BatchSize, 0, BatchOptions{DropLast: c.state.DropLast})
		if err == nil {
			err = b.Restore(c.state)
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%+v: error %v, want %s", c.state, err, c.want)
		}
	}
}

func TestRestoreRefusesAnotherSequence(t *testing.T) {
	for _, c := range []struct {
		change func(*State)
		want   string
	}{
		{func(s *State) { s.N = 11 }, "data: cannot restore batches: the saved number of examples is 11, here it is 10"},
		{func(s *State) { s.BatchSize = 1 }, "data: cannot restore batches: the saved batch size is 1, here it is 2"},
		{func(s *State) { s.Seed = 8 }, "data: cannot restore batches: the saved seed is 8, here it is 7"},
		{func(s *State) { s.DropLast = true }, "data: cannot restore batches: the saved drop-last option is true, here it is false"},
		{func(s *State) { s.InOrder = true }, "data: cannot restore batches: the saved in-order option is true, here it is false"},
		{func(s *State) { s.Position = 3 }, "data: position 3 is not a multiple of the batch size 2"},
	} {
		b, err := NewBatches(10, 2, 7, BatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.Next()
		before := b.State()
		state := before
		c.change(&state)
		if err := b.Restore(state); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
		if b.State() != before {
			t.Errorf("a refused state moved the place to %+v", b.State())
		}
	}
}

func TestOrderIsTheNextBatches(t *testing.T) {
	a, _ := NewBatches(10, 3, 7, BatchOptions{DropLast: true})
	b, _ := NewBatches(10, 3, 7, BatchOptions{DropLast: true})
	got := a.Order(5) // over the end of an epoch
	if !slices.Equal(got.Shape(), []int{5, 3}) {
		t.Fatalf("shape %v", got.Shape())
	}
	var want []int32
	for range 5 {
		for _, i := range b.Next() {
			want = append(want, int32(i))
		}
	}
	if !slices.Equal(got.Int32s(), want) || a.State() != b.State() {
		t.Errorf("got %v at %+v, want %v at %+v", got.Int32s(), a.State(), want, b.State())
	}
}

func TestOrderNeedsFullBatches(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 batches; there must be at least one",
		4: "a batch of 1 among batches of 3: make them with DropLast",
	} {
		b, _ := NewBatches(10, 3, 7, BatchOptions{})
		fxtest.MustFail(t, want, func() { b.Order(n) })
	}
}
