package data

import (
	"bytes"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const heart = "+1 1:0.5 3:-2\n# comment\n\n-1 # nothing but zeros\n1 2:1e-3\n"

func TestLoadLIBSVM(t *testing.T) {
	dir := write(t, map[string][]byte{"plain": []byte(heart), "packed": pack([]byte(heart))})
	for _, file := range []string{"plain", "packed"} {
		s, err := LoadLIBSVM(filepath.Join(dir, file), 4)
		if err != nil {
			t.Fatal(err)
		}
		want := &Sparse{Name: filepath.Join(dir, file), Rows: 3, Cols: 4, Starts: []int{0, 2, 2, 3}, Indices: []int32{0, 2, 1},
			Values: []float64{0.5, -2, 1e-3}, Labels: []float64{1, -1, 1}}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Error(diff)
		}
		dense, err := s.Dense()
		if err != nil || !slices.Equal(dense.Float32s(), []float32{.5, 0, -2, 0, 0, 0, 0, 0, 0, 1e-3, 0, 0}) || dense.Dim(0) != 3 {
			t.Errorf("dense %v, %v", dense, err)
		}
		labels, classes := s.Classes()
		if !slices.Equal(labels, []int32{1, 0, 1}) || !slices.Equal(classes, []float64{-1, 1}) {
			t.Errorf("labels %v of %v", labels, classes)
		}
	}
	if s, err := ReadLIBSVM(strings.NewReader(heart), "file", 0); err != nil || s.Cols != 3 {
		t.Errorf("found %+v, %v", s, err)
	}
}

func TestReadLIBSVMErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no examples"},
		{"# nothing\n", "no examples"},
		{"1 1:1\nx 1:1\n", `line 2: expected a finite number as label, found "x"`},
		{"1,3 1:1\n", `line 1: expected a finite number as label, found "1,3" (several labels?)`},
		{"1:1 2:1\n", `line 1: expected a finite number as label, found "1:1" (a line without a label?)`},
		{"<html>\n", `line 1: expected a finite number as label, found "<html>" (a web page saved in its place?)`},
		{"inf 1:1\n", `line 1: expected a finite number as label, found "inf"`},
		{"1 qid:3 1:1\n", "line 1: expected index:value, found a query (qid): ranking data are not supported"},
		{"1 1\n", `line 1: expected index:value, found "1"`},
		{"1 a:1\n", `line 1: expected index:value, found "a:1"`},
		{"1 99999999999999999999:1\n", `line 1: expected index:value, found "99999999999999999999:1"`},
		{"1 0:1\n", "line 1: expected indices from 1, found 0 (is the file zero-based?)"},
		{"1 -1:1\n", "line 1: expected an index from 1 to 2147483647, found -1"},
		{"1 2147483648:1\n", "line 1: expected an index from 1 to 2147483647, found 2147483648"},
		{"1 7:1\n", "line 1: expected an index up to 6, found 7"},
		{"1 2:1 2:1\n", "line 1: expected ascending indices, found 2 after 2"},
		{"1 2:\n", `line 1: expected a finite number as value, found "2:"`},
		{"1 2:1e999\n", `line 1: expected a finite number as value, found "2:1e999"`},
		{"1 2:NaN\n", `line 1: expected a finite number as value, found "2:NaN"`},
	} {
		cols := 6
		if strings.Contains(c.text, "2147483648") {
			cols = 0
		}
		if _, err := ReadLIBSVM(strings.NewReader(c.text), "file", cols); err == nil || err.Error() != "data: file: "+c.want {
			t.Errorf("%q:\nerror %v\nwant  data: file: %s", c.text, err, c.want)
		}
	}
	s, err := ReadLIBSVM(strings.NewReader("1 2147483647:1\n"), "file", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Dense(); err == nil || err.Error() != "data: file: 1 row of 2147483647 features are more than the limit of 1073741824 numbers" {
		t.Errorf("error %v", err)
	}
	if err := s.WriteLIBSVM(brokenWriter{}); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
	if _, err := ReadLIBSVM(strings.NewReader("1 1:1\n"), "file", -1); err == nil {
		t.Error("a negative number of features is taken")
	}
}

var errFull = errors.New("disk full")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errFull }

func TestLIBSVMRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		finite := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64)
		s := &Sparse{Name: "set", Starts: []int{0}}
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			for column := range int32(5) {
				if rapid.Bool().Draw(t, "present") {
					s.Indices = append(s.Indices, column)
					s.Values = append(s.Values, finite.Draw(t, "value"))
					s.Cols = max(s.Cols, int(column)+1)
				}
			}
			s.Rows++
			s.Starts = append(s.Starts, len(s.Indices))
			s.Labels = append(s.Labels, finite.Draw(t, "label"))
		}
		var file bytes.Buffer
		if err := s.WriteLIBSVM(&file); err != nil {
			t.Fatal(err)
		}
		again, err := ReadLIBSVM(&file, "set", 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzReadLIBSVM(f *testing.F) {
	for _, text := range []string{"", heart, "1 1:1 1:2", "1 5:1e400", "1 qid:1", "\x00"} {
		f.Add(text, 0)
		f.Add(text, 4)
	}
	f.Fuzz(func(t *testing.T, text string, cols int) {
		s, err := ReadLIBSVM(strings.NewReader(text), "fuzzed", cols)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "data: fuzzed: ") {
				t.Fatal(err)
			}
			return
		}
		var file bytes.Buffer
		if err := s.WriteLIBSVM(&file); err != nil {
			t.Fatal(err)
		}
		again, err := ReadLIBSVM(&file, "fuzzed", s.Cols)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
