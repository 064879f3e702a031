package data

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"pgregory.net/rapid"
)

// TestReadRolls: rests, unisons and order; a missing validation part.
func TestReadRolls(t *testing.T) {
	r, err := ReadRolls(strings.NewReader(`{"train": [[[67, 60, 64], [], [-1, 62, 62]], [[21]]], "test": [[[108.0]]]}`), "songs")
	if err != nil {
		t.Fatal(err)
	}
	want := &Rolls{Name: "songs", Train: []Piece{{{60, 64, 67}, {}, {62}}, {{21}}}, Test: []Piece{{{108}}}}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("%v, want %v", r, want)
	}
	dir := write(t, map[string][]byte{"packed": pack([]byte(`{"train": [[[60]]], "valid": [[[61]]], "test": [[[62]]]}`))})
	if r, err := LoadRolls(filepath.Join(dir, "packed")); err != nil || r.Validation[0][0][0] != 61 {
		t.Errorf("packed: %v, %v", r, err)
	}
}

func TestReadRollsErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                        "data: songs: byte 0: expected piano rolls in JSON: unexpected end of JSON input",
		`{"train": [`:             "data: songs: byte 11: expected piano rolls in JSON: unexpected end of JSON input",
		`null`:                    "data: songs: there is no piece in train",
		`{"train": [[[60]]]}`:     "data: songs: there is no piece in test",
		`{"tarin": []}`:           `data: songs: member "tarin"; piano rolls have train, valid and test`,
		`{"train": [[]]}`:         "data: songs: train: piece 1: it has no steps",
		`{"train": [[[60],[20]]`:  "data: songs: byte 22: expected piano rolls in JSON: unexpected end of JSON input",
		`{"test": [[[60],[20]]]}`: "data: songs: test: piece 1: step 2: note 20; it must be a MIDI number from 21 to 108, or -1 for a rest",
		`{"test": [[[60.5]]]}`:    "data: songs: test: piece 1: step 1: note 60.5; it must be a MIDI number from 21 to 108, or -1 for a rest",
		`{"test": [[[1e300]]]}`:   "data: songs: test: piece 1: step 1: note 1e+300; it must be a MIDI number from 21 to 108, or -1 for a rest",
	} {
		if _, err := ReadRolls(strings.NewReader(text), "songs"); err == nil || err.Error() != want {
			t.Errorf("%s: error %v\nwant %s", text, err, want)
		}
	}
	if _, err := ReadRolls(strings.NewReader(`{"train": [["C4"]]}`), "songs"); err == nil || !strings.Contains(err.Error(), "expected piano rolls in JSON") {
		t.Errorf("a word: %v", err)
	}
	if _, err := LoadRolls("nowhere.json"); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestRoll: every note of every piece is at its place, and nothing else is.
func TestRoll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		note := rapid.IntRange(LowestKey, HighestKey)
		pieces := rapid.SliceOfN(rapid.SliceOfN(rapid.SliceOfN(note, 0, 3), 1, 9), 1, 4).Draw(t, "pieces")
		length := rapid.IntRange(1, 5).Draw(t, "length")
		var rolls []Piece
		for _, p := range pieces {
			rolls = append(rolls, p)
		}
		keys, there := Roll(fx.Float64, rolls, length)
		sound, valid := keys.Float64s(), there.Float64s()
		row := 0
		for _, p := range pieces {
			for t0 := 0; t0 < len(p); t0, row = t0+length, row+1 {
				for k := range length {
					in := t0+k < len(p)
					if (valid[row*length+k] == 1) != in {
						t.Fatalf("row %d, step %d: %v", row, k, valid)
					}
					for n := range PianoKeys {
						on := in && slices.Contains(p[t0+k], n+LowestKey)
						if (sound[(row*length+k)*PianoKeys+n] == 1) != on {
							t.Fatalf("row %d, step %d, key %d", row, k, n)
						}
					}
				}
			}
		}
		if row != keys.Dim(0) || keys.Dim(1) != length || keys.Dim(2) != PianoKeys {
			t.Fatalf("shape %v", keys.Shape())
		}
	})
}

func TestRollErrors(t *testing.T) {
	mustFail(t, "data.Roll: the number of pieces and the length [0 4]: must be at least 1", func() { Roll(fx.Float32, nil, 4) })
	mustFail(t, "data.Roll: dtype int32; it must be float32 or float64", func() { Roll(fx.Int32, []Piece{{{60}}}, 4) })
	mustFail(t, "data.Roll: piece 0 has no steps", func() { Roll(fx.Float32, []Piece{{}}, 4) })
	mustFail(t, "data.Roll: piece 0, step 1: note 109 is no key of a piano", func() { Roll(fx.Float32, []Piece{{{60}, {109}}}, 4) })
}

// FuzzReadRolls: any input is an error or pieces that can be written and read again.
func FuzzReadRolls(f *testing.F) {
	f.Add(`{"train": [[[60, 64, 67], [], [-1, 62, 62]]], "test": [[[108]]]}`)
	f.Add(`{"train": [[null]], "test": [[[1e2]]], "valid": null}`)
	f.Add(`[[]]`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadRolls(strings.NewReader(text), "songs")
		if err != nil {
			return
		}
		again, err := json.Marshal(map[string][]Piece{"train": r.Train, "valid": r.Validation, "test": r.Test})
		if err != nil {
			t.Fatal(err)
		}
		same, err := ReadRolls(strings.NewReader(string(again)), "songs")
		if err != nil || !reflect.DeepEqual(r, same) {
			t.Fatalf("%s becomes %v, %v", text, same, err)
		}
		Roll(fx.Float32, r.Train, 7)
	})
}
