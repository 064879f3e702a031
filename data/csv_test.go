package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const irises = "\ufeffsepal, petal ,species\r\n5.1,1.4,setosa\r\n\r\n7, 4.7,\"versi, color\"\r\n6.3,6e0,setosa\r\n"

func TestLoadCSV(t *testing.T) {
	dir := write(t, map[string][]byte{"plain.csv": []byte(irises), "packed.csv.gz": pack([]byte(irises))})
	for _, file := range []string{"plain.csv", "packed.csv.gz"} {
		table, err := LoadCSV(filepath.Join(dir, file), CSVOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(table.Names(), []string{"sepal", "petal", "species"}) || table.Rows() != 3 {
			t.Errorf("columns %q, %d rows", table.Names(), table.Rows())
		}
		matrix, err := table.Matrix()
		if err != nil || !slices.Equal(matrix, []float64{5.1, 1.4, 7, 4.7, 6.3, 6}) {
			t.Errorf("matrix %v, %v", matrix, err)
		}
		labels, classes, err := table.Classes("species")
		if err != nil || !slices.Equal(labels, []int32{0, 1, 0}) || !slices.Equal(classes, []string{"setosa", "versi, color"}) {
			t.Errorf("labels %v of %q, %v", labels, classes, err)
		}
		array, err := table.Array("petal")
		if err != nil || !slices.Equal(array.Shape(), []int{3, 1}) || array.Float32s()[1] != 4.7 {
			t.Errorf("array %v, %v", array, err)
		}
	}
	if _, err := LoadCSV(filepath.Join(dir, "none.csv"), CSVOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestReadCSVOptions(t *testing.T) {
	table, err := ReadCSV(strings.NewReader("1;-\n2;b\n"), "file", CSVOptions{
		Comma: ';', Header: []string{"id", "word"}, Kinds: map[string]Kind{"id": Word}, Missing: []string{"-"}, KeepMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	id, word := table.Columns[0], table.Columns[1]
	if !slices.Equal(id.Words, []string{"1", "2"}) || !slices.Equal(word.Words, []string{"", "b"}) || word.Missing != 1 {
		t.Errorf("columns %+v, %+v", id, word)
	}
	table, err = ReadCSV(strings.NewReader("a,b\nNA,?\n3,nan\n"), "file", CSVOptions{KeepMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	a, b := table.Columns[0], table.Columns[1]
	if !math.IsNaN(a.Numbers[0]) || a.Numbers[1] != 3 || b.Kind != Number || b.Missing != 2 {
		t.Errorf("columns %+v, %+v", a, b)
	}
	for want, f := range map[string]func() error{
		`data: file: column "a" has 1 missing value`:                                           func() error { _, err := table.Matrix("a"); return err },
		`data: file: column "b" has 2 missing values`:                                          func() error { _, _, err := table.Classes("b"); return err },
		`data: file has no column "bb"; the columns are a, b`:                                  func() error { _, err := table.Matrix("bb"); return err },
		`data: file: a kind is declared for column "c", which is not there; the columns are a`: func() error { return readCSV("a\n1\n", CSVOptions{Kinds: map[string]Kind{"c": Word}}) },
		`data: t: column 1 has no name`:                                                        func() error { _, err := NewTable("t", []Column{{Kind: Word}}); return err },
		`data: t: column "b" has 1 cell, the others have 0`: func() error {
			_, err := NewTable("t", []Column{{Name: "a", Kind: Word}, {Name: "b", Kind: Number, Numbers: []float64{1}}})
			return err
		},
	} {
		if err := f(); err == nil || err.Error() != want {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
}

func readCSV(text string, opts CSVOptions) error {
	_, err := ReadCSV(strings.NewReader(text), "file", opts)
	return err
}

func TestReadCSVErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "the file is empty"},
		{"\n\n", "the file is empty"},
		{"a,b\n", "no rows, only a header"},
		{"a,,b\n1,2,3\n", "line 1: column 2 has no name"},
		{"a,a\n1,2\n", `line 1: two columns are called "a"`},
		{"a,b\n1,2\n1\n", "line 3: expected 2 cells (a, b), found 1"},
		{"a,b\n1,2,3\n", "line 2: expected 2 cells (a, b), found 3"},
		{"a,b\n1,\n", `line 2: column "b": the value is missing ("")`},
		{"a,b\n\"x\ny\",2\n1,NaN\n", `line 4: column "b": the value is missing ("NaN")`},
		{"a\n1e999\n", `line 2: column "a": expected a finite number, found "1e999"`},
		{"a\n-inf\n", `line 2: column "a": expected a finite number, found "-inf"`},
		{"a,b\n1,\"2\n", `line 2: column 6: extraneous or missing " in quoted-field`},
		{"a,b\n1,2\"3\n", `line 2: column 4: bare " in non-quoted-field`},
	} {
		if err := readCSV(c.text, CSVOptions{}); err == nil || err.Error() != "data: file: "+c.want {
			t.Errorf("%q:\nerror %v\nwant  data: file: %s", c.text, err, c.want)
		}
	}
	err := readCSV("a\n1\nx\n", CSVOptions{Kinds: map[string]Kind{"a": Number}})
	if want := `data: file: line 3: column "a": expected a number, found "x"`; err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

// TestReadCSVRoundTrip: what package csv writes is read again, cell by cell.
func TestReadCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []string {
			return []string{
				fmt.Sprint(rapid.Float64Range(-1e300, 1e300).Draw(t, "number")),
				rapid.StringMatching(`x[a-z ,;"\n]*x`).Draw(t, "word"),
			}
		}), 1, 8).Draw(t, "rows")
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		if err := w.WriteAll(append([][]string{{"n", "w"}}, rows...)); err != nil {
			t.Fatal(err)
		}
		table, err := ReadCSV(&file, "file", CSVOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if fmt.Sprint(table.Columns[0].Numbers[i]) != row[0] || table.Columns[1].Words[i] != row[1] {
				t.Fatalf("row %d: %v and %q, want %q", i, table.Columns[0].Numbers[i], table.Columns[1].Words[i], row)
			}
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{"", irises, "a,b\n1\n", "a\n\"x", "a,b\nNA,2\n", "\x00,\xff\n1,2\n"} {
		f.Add(text, false)
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, keep bool) {
		table, err := ReadCSV(strings.NewReader(text), "fuzzed", CSVOptions{KeepMissing: keep})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "data: fuzzed: ") {
				t.Fatal(err)
			}
			return
		}
		for _, c := range table.Columns {
			gaps := 0
			for _, v := range c.Numbers {
				if math.IsNaN(v) {
					gaps++
				}
			}
			if n := len(c.Numbers) + len(c.Words); n != table.Rows() || n == 0 || (c.Kind == Number && gaps != c.Missing) || (c.Missing > 0 && !keep) {
				t.Fatalf("column %+v of %d rows", c, table.Rows())
			}
		}
	})
}
