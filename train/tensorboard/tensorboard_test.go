package tensorboard

import (
	"bytes"
	"encoding/hex"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var when = time.Unix(1700000000, 250000000)

func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// TestBytes compares with bytes worked out from the format's description: the
// masked CRC-32C, and the fields of Event.
func TestBytes(t *testing.T) {
	// The CRC-32C of "123456789" is the check value of RFC 3720.
	if got := maskedCRC([]byte("123456789")); got != (0xe3069283>>15|0xe3069283<<17&0xffffffff)+0xa282ead8 {
		t.Errorf("masked CRC %x", got)
	}
	w, err := CreateAt(t.TempDir(), when)
	if err != nil {
		t.Fatal(err)
	}
	w.Scalar("a", 3, 0.5)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	// 09: field 1, 64 bits: 1700000000.25 as a double; 10: field 2, varint;
	// 1a: field 3, bytes; 2a: field 5, bytes; 0a: field 1; 15: field 2, 32 bits.
	first := "0900001040fc54d941" + "1000" + "1a0d" + hex.EncodeToString([]byte("brain.Event:2"))
	second := "0900001040fc54d941" + "1003" + "2a0a" + "0a08" + "0a0161" + "150000003f"
	for i, want := range []string{first, second} {
		n := int(file[0])
		if got := hex.EncodeToString(file[12 : 12+n]); got != want {
			t.Errorf("event %d is %s\nwant %s", i, got, want)
		}
		file = file[12+n+4:]
	}
	if len(file) != 0 {
		t.Errorf("%d bytes are left", len(file))
	}
	if base := filepath.Base(w.Path()); !strings.HasPrefix(base, "events.out.tfevents.1700000000.") {
		t.Errorf("the file is called %s", base)
	}
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateAt(dir, when)
	if err != nil {
		t.Fatal(err)
	}
	w.Scalar("loss", 0, math.Inf(1))
	w.Scalar("loss", 1<<40, -0.25)
	w.Histogram("weights", 2, []float64{0, 1, 1, 30})
	w.PNG("figure", 3, picture())
	w.Text("note", 4, "*hello*")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := Read(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	note := "*hello*"
	h := Histogram{Min: 0, Max: 30, Num: 4, Sum: 32, SumSquares: 902, Limits: make([]float64, 30), Buckets: make([]float64, 30)}
	for i := range h.Limits {
		h.Limits[i] = float64(i + 1)
	}
	h.Buckets[0], h.Buckets[29] = 3, 1
	want := []Event{
		{Tag: "loss", Step: 0, Time: when, Scalar: float32(math.Inf(1))},
		{Tag: "loss", Step: 1 << 40, Time: when, Scalar: -0.25},
		{Tag: "weights", Step: 2, Time: when, Histogram: &h},
		{Tag: "figure", Step: 3, Time: when, PNG: picture()},
		{Tag: "note", Step: 4, Time: when, Text: &note},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again, err := CreateAt(dir, when)
	if err != nil || again.Path() == w.Path() {
		t.Errorf("a second file in one directory: %v", err)
	}
	again.Close()
}

// TestHistogram: every value is counted in the bucket of its limits.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e300, 1e300), 1, 50).Draw(rt, "values")
		dir, err := os.MkdirTemp("", "tensorboard")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w, err := CreateAt(dir, when)
		if err != nil {
			rt.Fatal(err)
		}
		if err := w.Histogram("h", 0, values); err != nil {
			rt.Fatal(err)
		}
		if err := w.Close(); err != nil {
			rt.Fatal(err)
		}
		events, err := Read(w.Path())
		if err != nil {
			rt.Fatal(err)
		}
		h := events[0].Histogram
		if !slices.IsSorted(h.Limits) || h.Limits[29] != slices.Max(values) {
			rt.Fatalf("limits %v", h.Limits)
		}
		for i := range h.Buckets {
			below, n := math.Inf(-1), 0.0
			if i > 0 {
				below = h.Limits[i-1]
			}
			for _, v := range values {
				if v > below && v <= h.Limits[i] {
					n++
				}
			}
			if h.Buckets[i] != n {
				rt.Fatalf("bucket %d has %v, want %v", i, h.Buckets[i], n)
			}
		}
	})
}

func TestMistakes(t *testing.T) {
	w, err := CreateAt(t.TempDir(), when)
	if err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		`tensorboard: histogram "h": no values`:                  w.Histogram("h", 0, nil),
		`tensorboard: histogram "h": values that are not finite`: w.Histogram("h", 0, []float64{1, math.NaN()}),
		`tensorboard: image "i": not a PNG file`:                 w.PNG("i", 0, []byte("GIF89a")),
		`tensorboard: a value without a tag`:                     w.Scalar("", 0, 1),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if events, err := Read(w.Path()); err != nil || len(events) != 0 {
		t.Errorf("a mistake left %v in the file (%v)", events, err)
	}
	if err := w.Scalar("after", 0, 1); err != nil {
		t.Fatal(err) // it is buffered
	}
	if w.Flush() == nil || w.Scalar("after", 0, 1) == nil || w.Close() == nil {
		t.Error("no error after Close")
	}
}

// TestDamage: a flipped bit anywhere is found; a file cut off gives what is
// before.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateAt(dir, when)
	if err != nil {
		t.Fatal(err)
	}
	w.Scalar("a", 1, 1)
	w.Scalar("a", 2, 2)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "bad")
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Fatalf("a flipped bit in byte %d is not found", i)
		}
	}
	if err := os.WriteFile(path, good[:len(good)-3], 0o644); err != nil {
		t.Fatal(err)
	}
	if events, err := Read(path); !errors.Is(err, io.ErrUnexpectedEOF) || len(events) != 1 {
		t.Errorf("cut off: %v, %v", events, err)
	}
}

func FuzzRead(f *testing.F) {
	w, err := CreateAt(f.TempDir(), when)
	if err != nil {
		f.Fatal(err)
	}
	w.Histogram("h", 1, []float64{1, 2})
	w.Text("t", 2, "x")
	w.Close()
	good, _ := os.ReadFile(w.Path())
	f.Add(good, []byte{})
	f.Add([]byte{}, []byte{0x2a, 0x03, 0x0a, 0x01, 0x0a})
	f.Fuzz(func(t *testing.T, file, event []byte) {
		r := bytes.NewReader(file)
		for {
			if _, err := readRecord(r); err != nil {
				break
			}
		}
		parseEvent(event)
	})
}
