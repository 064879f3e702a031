package data

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// The keys of a piano, as MIDI numbers: A0 to C8.
const (
	LowestKey  = 21
	HighestKey = 108
	PianoKeys  = HighestKey - LowestKey + 1
)

// Piece is a piece of music as a piano roll: for every step of time the MIDI
// numbers of the keys that sound, ascending, each once. A step may be silent.
type Piece [][]int

// Rolls are pieces of music, in the parts that they are published in.
type Rolls struct {
	// Name says where the pieces come from, for messages and reports.
	Name                    string
	Train, Validation, Test []Piece
}

// LoadRolls reads a file of piano rolls in JSON, compressed with gzip or not: an
// object whose members "train", "valid" and "test" are lists of pieces, a piece
// being a list of steps and a step the list of the MIDI numbers that sound:
//
//	{"train": [[[60, 64, 67], [], [62, 65]], ...], "valid": [...], "test": [...]}
//
// This is the form of the JSON files of the Bach chorales (JSB Chorales), where -1
// stands for a voice that rests, and, written as JSON, of the pickles of
// Boulanger-Lewandowski, Bengio and Vincent (ICML 2012): Nottingham, MuseData,
// Piano-midi.de and JSB Chorales. In Python:
//
//	rolls = pickle.load(open("Nottingham.pickle", "rb"), encoding="latin1")
//	json.dump({k: [[[int(n) for n in s] for s in p] for p in v] for k, v in rolls.items()}, open("nottingham.json", "w"))
//
// Without "valid" there is no validation part. Anything else is an error that says
// where: another member, no piece to train or to test on, a piece without steps,
// a note that is no key of a piano.
func LoadRolls(path string) (*Rolls, error) {
	var rolls *Rolls
	err := withText(path, func(r io.Reader) (err error) {
		rolls, err = ReadRolls(r, path)
		return err
	})
	return rolls, err
}

// ReadRolls is [LoadRolls] on a reader; name is the file's name in errors.
func ReadRolls(r io.Reader, name string) (*Rolls, error) {
	text, err := io.ReadAll(&limited{r, maxText})
	if err != nil {
		return nil, &FormatError{File: name, Offset: int64(len(text)), Problem: "cannot read: " + describe(err), Err: err}
	}
	var parts map[string][][][]float64
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, &FormatError{File: name, Offset: offsetOf(err), Problem: "expected piano rolls in JSON: " + err.Error(), Err: err}
	}
	rolls := &Rolls{Name: name}
	places := map[string]*[]Piece{"train": &rolls.Train, "valid": &rolls.Validation, "test": &rolls.Test}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		place, ok := places[part]
		if !ok {
			return nil, fmt.Errorf("data: %s: member %q; piano rolls have train, valid and test", name, part)
		}
		for i, steps := range parts[part] {
			piece, err := newPiece(steps)
			if err != nil {
				return nil, fmt.Errorf("data: %s: %s: piece %d: %w", name, part, i+1, err)
			}
			*place = append(*place, piece)
		}
	}
	for _, part := range []string{"train", "test"} {
		if len(*places[part]) == 0 {
			return nil, fmt.Errorf("data: %s: there is no piece in %s", name, part)
		}
	}
	return rolls, nil
}

// offsetOf is the place of an error of encoding/json.
func offsetOf(err error) int64 {
	switch e := err.(type) {
	case *json.SyntaxError:
		return e.Offset
	case *json.UnmarshalTypeError:
		return e.Offset
	}
	return 0
}

// newPiece checks and orders the notes of a piece.
func newPiece(steps [][]float64) (Piece, error) {
	if len(steps) == 0 {
		return nil, fmt.Errorf("it has no steps")
	}
	piece := make(Piece, len(steps))
	for t, notes := range steps {
		keys := make([]int, 0, len(notes))
		for _, n := range notes {
			switch {
			case n == -1: // a rest
			case n != math.Trunc(n) || n < LowestKey || n > HighestKey:
				return nil, fmt.Errorf("step %d: note %v; it must be a MIDI number from %d to %d, or -1 for a rest", t+1, n, LowestKey, HighestKey)
			default:
				keys = append(keys, int(n))
			}
		}
		slices.Sort(keys)
		piece[t] = slices.Compact(keys) // two voices may share a key
	}
	return piece, nil
}

// Roll is pieces as arrays of the given float type: they are cut into stretches of
// length steps, the last of each piece filled up with silence. keys
// [stretches, length, PianoKeys] is 1 where a key sounds, and there
// [stretches, length] is 1 where there is a step of a piece.
func Roll(d fx.DType, pieces []Piece, length int) (keys, there *fx.Array) {
	const op = "Roll"
	checkSizes(op, "the number of pieces and the length", len(pieces), length)
	if d != fx.Float32 && d != fx.Float64 {
		fail(op, "dtype %v; it must be float32 or float64", d)
	}
	stretches := 0
	for i, p := range pieces {
		if len(p) == 0 {
			fail(op, "piece %d has no steps", i)
		}
		stretches += (len(p) + length - 1) / length
	}
	sound, valid := make([]float32, stretches*length*PianoKeys), make([]float32, stretches*length)
	row := 0
	for i, p := range pieces {
		for t, notes := range p {
			at := (row+t/length)*length + t%length
			valid[at] = 1
			for _, n := range notes {
				if n < LowestKey || n > HighestKey {
					fail(op, "piece %d, step %d: note %d is no key of a piano", i, t, n)
				}
				sound[at*PianoKeys+n-LowestKey] = 1
			}
		}
		row += (len(p) + length - 1) / length
	}
	return fx.New(sound).Reshape(stretches, length, PianoKeys).AsType(d), fx.New(valid).Reshape(stretches, length).AsType(d)
}
