package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"pgregory.net/rapid"
)

func TestReadText(t *testing.T) {
	c, err := ReadText(strings.NewReader("nöch, no!\n"), "poem")
	if err != nil {
		t.Fatal(err)
	}
	if string(c.Vocabulary) != "\n !,chnoö" || c.Decode(c.Tokens) != "nöch, no!\n" {
		t.Errorf("vocabulary %q, text %q", string(c.Vocabulary), c.Decode(c.Tokens))
	}
	for text, want := range map[string]string{
		"":         "data: poem: byte 0: the file is empty",
		"a\nb\xff": "data: poem: line 2: expected UTF-8, found the byte ff (byte 3 of the file)",
		"\x80abc":  "data: poem: line 1: expected UTF-8, found the byte 80 (byte 0 of the file)",
	} {
		if _, err := ReadText(strings.NewReader(text), "poem"); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
	if _, err := c.Encode("no way"); err == nil || err.Error() != `data: poem: character 'w' (byte 3) is not in the vocabulary of 9` {
		t.Errorf("error %v", err)
	}
}

func TestLoadTextPackedOrNot(t *testing.T) {
	dir := write(t, map[string][]byte{"plain": []byte("some text"), "packed": pack([]byte("some text")), "cut": pack([]byte("some text"))[:20]})
	for _, name := range []string{"plain", "packed"} {
		c, err := LoadText(filepath.Join(dir, name))
		if err != nil || c.Decode(c.Tokens) != "some text" {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if _, err := LoadText(filepath.Join(dir, "cut")); err == nil || !strings.Contains(err.Error(), "it ends too early") {
		t.Errorf("cut off: %v", err)
	}
	if _, err := LoadText(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestCorpusRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 50, -1).Draw(t, "text")
		c := NewCorpus("text", text)
		if c.Decode(c.Tokens) != text || !slices.IsSorted(c.Vocabulary) {
			t.Fatalf("%q becomes %q", text, c.Decode(c.Tokens))
		}
		tokens, err := c.Encode(text)
		if err != nil || !slices.Equal(tokens, c.Tokens) {
			t.Fatalf("%v, %v; want %v", tokens, err, c.Tokens)
		}
	})
}

func TestSplit(t *testing.T) {
	c := NewCorpus("text", "0123456789")
	train, validation, err := c.Split(0.75)
	if err != nil || train.Decode(train.Tokens) != "0123456" || validation.Decode(validation.Tokens) != "789" {
		t.Errorf("%v and %v, %v", train, validation, err)
	}
	for _, fraction := range []float64{0, 1, -1, 2, 0.01} {
		if _, _, err := c.Split(fraction); err == nil {
			t.Errorf("split at %v", fraction)
		}
	}
}

// TestStreamsContinue: row by row the batches of a pass, put together, are a
// stretch of the sequence, targets run one ahead, and a restored stream goes
// on as the saved one.
func TestStreamsContinue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := make([]int32, rapid.IntRange(2, 60).Draw(t, "n"))
		for i := range tokens {
			tokens[i] = int32(i)
		}
		rows, length := rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "length")
		s, err := NewStreams(tokens, rows, length)
		if err != nil {
			if len(tokens)/rows >= length+1 {
				t.Fatal(err)
			}
			return
		}
		stop := rapid.IntRange(0, 3*s.PerEpoch()).Draw(t, "stop")
		for step := range stop {
			inputs, targets, first := s.Next()
			if first != (step%s.PerEpoch() == 0) || len(inputs) != rows*length {
				t.Fatalf("step %d of %d: first %v, %d inputs", step, s.PerEpoch(), first, len(inputs))
			}
			for i, v := range inputs {
				want := int32(i/length*(len(tokens)/rows) + step%s.PerEpoch()*length + i%length)
				if v != want || targets[i] != want+1 {
					t.Fatalf("step %d: %v then %v, want %d at %d", step, inputs, targets, want, i)
				}
			}
		}
		saved, err := json.Marshal(s.State())
		if err != nil {
			t.Fatal(err)
		}
		var state StreamState
		if err := json.Unmarshal(saved, &state); err != nil {
			t.Fatal(err)
		}
		again, _ := NewStreams(tokens, rows, length)
		if err := again.Restore(state); err != nil {
			t.Fatal(err)
		}
		a, _, _ := s.Next()
		b, _, _ := again.Next()
		if !slices.Equal(a, b) {
			t.Fatalf("restored: %v, want %v", b, a)
		}
	})
}

func TestStreamsErrors(t *testing.T) {
	tokens := make([]int32, 20)
	for _, c := range [][2]int{{0, 1}, {1, 0}, {-1, 3}, {1, 20}, {5, 4}, {21, 1}, {1 << 62, 1 << 62}} {
		if _, err := NewStreams(tokens, c[0], c[1]); err == nil {
			t.Errorf("%d rows of %d", c[0], c[1])
		}
	}
	s, err := NewStreams(tokens, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []StreamState{{}, {20, 2, 3, 0, 3}, {20, 2, 3, -1, 0}, {20, 2, 4, 0, 0}, {19, 2, 3, 0, 0}} {
		if err := s.Restore(state); err == nil {
			t.Errorf("restored %+v", state)
		}
	}
}

func TestWindows(t *testing.T) {
	tokens := fx.Arange(fx.Int32, 10)
	seen := map[int32]bool{}
	draw := fx.Jit(func(key *fx.Array) [2]*fx.Array {
		inputs, targets := Windows(key, tokens, 50, 4)
		return [2]*fx.Array{inputs, targets}
	})
	got := draw(random.New(1))
	inputs, targets := got[0].Int32s(), got[1].Int32s()
	for i, v := range inputs {
		if start := inputs[i/4*4]; v != start+int32(i%4) || targets[i] != v+1 {
			t.Fatalf("row %d: %v", i/4, inputs[i/4*4:][:4])
		}
		seen[inputs[i/4*4]] = true
	}
	if len(seen) != 6 { // starts 0 to 5: the last target is token 9
		t.Errorf("starts %v", seen)
	}
	for _, length := range []int{0, 10} {
		expectMistake(t, "data.Windows", func() { Windows(random.New(1), tokens, 3, length) })
	}
}

// expectMistake makes sure that f panics with an *fx.Error of the operation
// that names this file.
func expectMistake(t *testing.T, op string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		e, ok := recover().(*fx.Error)
		if !ok || e.Op != op || !strings.Contains(e.Pos, "_test.go:") {
			t.Errorf("%s: panic %v", op, e)
		}
	}()
	f()
}

func FuzzReadText(f *testing.F) {
	for _, text := range []string{"", "plain", "nöch\n", "bad\xff", "\xef\xbb\xbfmark"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ReadText(bytes.NewReader(text), "fuzzed")
		if err != nil {
			var format *FormatError
			if !errors.As(err, &format) || format.File != "fuzzed" {
				t.Fatal(err)
			}
			return
		}
		if c.Decode(c.Tokens) != string(text) {
			t.Fatalf("%q becomes %q", text, c.Decode(c.Tokens))
		}
	})
}
