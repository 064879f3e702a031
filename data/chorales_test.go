package data

import (
	"math"
	"reflect"
	"testing"

	"github.com/fluxion-go/fluxion/random"
)

// TestChoraleChain: chances add up, and a chord and a key are seen from the notes:
// no two chords of a key sound the same, and no two tonics do.
func TestChoraleChain(t *testing.T) {
	for from := range chordStates {
		sum := 0.0
		for to := range chordStates {
			sum += moveChance(chordOf(from), chordOf(to))
		}
		if sum != 1 {
			t.Errorf("after chord %d chances add up to %v", from, sum)
		}
	}
	tonics := map[[4]int]bool{}
	for key := range chordKeys {
		seen := map[[4]int]bool{}
		for s := range chordStates {
			notes := chordOf(s).notes(key)
			for i, n := range notes {
				if n < LowestKey || n > HighestKey || i > 0 && n <= notes[i-1] {
					t.Fatalf("key %d, chord %d: notes %v", key, s, notes)
				}
			}
			seen[[4]int(notes)] = true
			if chordOf(s).degree == 0 {
				tonics[[4]int(notes)] = true
			}
		}
		if len(seen) != chordStates {
			t.Errorf("key %d: %d chords that differ, want %d", key, len(seen), chordStates)
		}
	}
	if len(tonics) != chordKeys*chordPositions {
		t.Errorf("%d tonics that differ", len(tonics))
	}
}

// TestChorales: the form is A A B, each piece begins with a tonic, and what the
// pieces cost by the chain's chances is what Entropy says.
func TestChorales(t *testing.T) {
	const n = 2000
	c := Chorales{Phrase: 4}
	pieces := c.Draw(random.New(5), n)
	cost, square := 0.0, 0.0
	for _, p := range pieces {
		if len(p) != 12 || !reflect.DeepEqual(p[:4], p[4:8]) {
			t.Fatalf("piece %v is not A A B", p)
		}
		key, chords := read(p)
		if key < 0 {
			t.Fatalf("piece %v is in no key", p)
		}
		surprise := math.Log(chordKeys * chordPositions)
		own := append(append([]chord{}, chords[:4]...), chords[8:]...)
		for i := 1; i < len(own); i++ {
			surprise -= math.Log(moveChance(own[i-1], own[i]))
		}
		cost, square = cost+surprise/12, square+surprise*surprise/144
	}
	mean := cost / n
	deviation := math.Sqrt((square/n - mean*mean) / n)
	e := c.Entropy()
	if math.Abs(mean-e.Joint) > 4*deviation {
		t.Errorf("pieces cost %v +- %v a step; the entropy is %v", mean, deviation, e.Joint)
	}
	if !(e.Joint < e.Independent && e.Independent < e.Forgetful) {
		t.Errorf("entropies %+v are not in order", e)
	}
	if reflect.DeepEqual(pieces, c.Draw(random.New(6), n)) || !reflect.DeepEqual(pieces, c.Draw(random.New(5), n)) {
		t.Error("pieces do not depend on the key alone")
	}
}

// read finds the key of a piece, by its first chord, and its chords.
func read(p Piece) (key int, chords []chord) {
	for key := range chordKeys {
		chords = nil
		for _, notes := range p {
			for s := range chordStates {
				if reflect.DeepEqual(chordOf(s).notes(key), notes) {
					chords = append(chords, chordOf(s))
				}
			}
		}
		if len(chords) == len(p) && chords[0].degree == 0 {
			return key, chords
		}
	}
	return -1, nil
}

// TestChoraleEntropyOfOneChord: a phrase of one chord is by hand: the first chord,
// itself again, and one move from the tonic, over three steps.
func TestChoraleEntropyOfOneChord(t *testing.T) {
	move := 0.0
	for _, w := range harmonicMoves[0] {
		move -= float64(w) / 16 * math.Log(float64(w)/16)
	}
	want := (math.Log(36) + move + 1.5*math.Ln2) / 3
	if got := (Chorales{Phrase: 1}).Entropy().Joint; math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestChoralesErrors(t *testing.T) {
	mustFail(t, "data.Chorales.Draw: the phrase and the number of pieces [0 1]: must be at least 1", func() { Chorales{}.Draw(random.New(1), 1) })
	mustFail(t, "data.Chorales.Entropy: the phrase [0]: must be at least 1", func() { Chorales{}.Entropy() })
}
