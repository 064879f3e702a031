package parquet_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/data/parquet"
	format "github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

type picture struct {
	Bytes []byte `parquet:"bytes"`
	Path  string `parquet:"path"`
}

// row is what sets on the Hugging Face hub look like, and more.
type row struct {
	ID     int64     `parquet:"id"`
	Small  uint16    `parquet:"small"`
	X      float32   `parquet:"x"`
	Y      float64   `parquet:"y"`
	OK     bool      `parquet:"ok"`
	Name   string    `parquet:"name,dict"`
	Vector []float64 `parquet:"vector,list"`
	Image  picture   `parquet:"image"`
}

func write[T any](t testing.TB, rows []T, opts ...format.WriterOption) []byte {
	t.Helper()
	var file bytes.Buffer
	w := format.NewGenericWriter[T](&file, opts...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func read(file []byte, opts parquet.Options) (*data.Table, error) {
	return parquet.Read(bytes.NewReader(file), int64(len(file)), "file", opts)
}

func dot() []byte {
	var file bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 2, 2))
	img.Pix[3] = 255
	if err := png.Encode(&file, img); err != nil {
		panic(err)
	}
	return file.Bytes()
}

func rows(n int) []row {
	list := make([]row, n)
	for i := range list {
		list[i] = row{ID: int64(i) - 1, Small: uint16(65535 - i), X: float32(i) / 4, Y: math.Sqrt(float64(i)), OK: i%3 == 0, Name: fmt.Sprintf("class %d", i%4),
			Vector: []float64{float64(i), -1, 0.5}, Image: picture{dot(), fmt.Sprintf("%d.png", i)}}
	}
	return list
}

// TestRead: what is written is read, with every codec and page version.
func TestRead(t *testing.T) {
	const n = 1000
	want := rows(n)
	for name, opts := range map[string][]format.WriterOption{
		"plain":  {format.DataPageVersion(1)},
		"snappy": {format.Compression(&format.Snappy), format.PageBufferSize(512)},
		"gzip":   {format.Compression(&format.Gzip), format.DataPageVersion(1), format.MaxRowsPerRowGroup(300)},
		"zstd":   {format.Compression(&format.Zstd), format.DataPageVersion(2)},
		"brotli": {format.Compression(&format.Brotli)},
	} {
		table, err := read(write(t, want, opts...), parquet.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if names := []string{"id", "small", "x", "y", "ok", "name", "vector", "image.bytes", "image.path"}; !slices.Equal(table.Names(), names) || table.Rows() != n {
			t.Errorf("%s: columns %q, %d rows", name, table.Names(), table.Rows())
			continue
		}
		c := table.Columns
		for i, w := range want {
			ok := 0.0
			if w.OK {
				ok = 1
			}
			if c[0].Numbers[i] != float64(w.ID) || c[1].Numbers[i] != float64(w.Small) || c[2].Numbers[i] != float64(w.X) || c[3].Numbers[i] != w.Y || c[4].Numbers[i] != ok ||
				c[5].Words[i] != w.Name || !slices.Equal(c[6].Vectors[i], w.Vector) || !bytes.Equal(c[7].Blobs[i], w.Image.Bytes) || c[8].Words[i] != w.Image.Path {
				t.Fatalf("%s: row %d differs", name, i)
			}
		}
	}
}

func TestTableOfFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "train.parquet")
	if err := os.WriteFile(path, write(t, rows(6)), 0o644); err != nil {
		t.Fatal(err)
	}
	table, err := parquet.Load(path, parquet.Options{Columns: []string{"vector", "name", "image.bytes"}})
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := table.VectorArray("vector")
	if err != nil || !slices.Equal(vectors.Shape(), []int{6, 3}) || vectors.Float32s()[3] != 1 {
		t.Errorf("vectors %v, %v", vectors, err)
	}
	images, err := table.Pictures("image.bytes", "name", data.FolderOptions{Grey: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := images.Check(); err != nil || images.N() != 6 || len(images.Classes) != 4 || !slices.Equal(images.Image(5), []float32{0, 0, 0, 1}) {
		t.Errorf("%v, images %v", err, images)
	}
	if _, err := parquet.Load(filepath.Join(t.TempDir(), "none"), parquet.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	for want, f := range map[string]func() error{
		`column "vector" is of vectors, not numbers (VectorArray takes it)`:                   func() error { _, err := table.Matrix("vector"); return err },
		`column "image.bytes" is of blobs, which are no classes`:                              func() error { _, _, err := table.Classes("image.bytes"); return err },
		`column "name" is of words, not vectors`:                                              func() error { _, err := table.VectorArray("name"); return err },
		`column "name" is of words, not the bytes of pictures`:                                func() error { _, err := table.Pictures("name", "name", data.FolderOptions{}); return err },
		`has no column "image"; the columns are id, small, x, y, ok, name, vector, image.byt`: func() error { _, err := parquet.Load(path, parquet.Options{Columns: []string{"image"}}); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
}

type lists struct {
	V []float64 `parquet:"v,list"`
}

type gaps struct {
	A *float64  `parquet:"a"`
	S *string   `parquet:"s"`
	V []float64 `parquet:"v,optional,list"`
}

func TestMissing(t *testing.T) {
	one, word := 1.0, "w"
	full := []float64{1, 2}
	file := write(t, []gaps{{&one, &word, full}, {nil, nil, nil}, {&one, &word, []float64{}}})
	for column, want := range map[string]string{
		"a": `data: file: row 2: column "a": the value is missing`, "s": `data: file: row 2: column "s": the value is missing`,
	} {
		if _, err := read(file, parquet.Options{Columns: []string{column}}); err == nil || err.Error() != want {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
	table, err := read(file, parquet.Options{KeepMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	a, s, v := table.Columns[0], table.Columns[1], table.Columns[2]
	if !math.IsNaN(a.Numbers[1]) || a.Numbers[2] != 1 || a.Missing != 1 || s.Words[1] != "" || s.Missing != 1 || s.Words[2] != "w" {
		t.Errorf("columns %+v %+v", a, s)
	}
	if !slices.Equal(v.Vectors[0], full) || len(v.Vectors[1]) != 0 || v.Vectors[2] == nil || len(v.Vectors[2]) != 0 {
		t.Errorf("vectors %#v", v)
	}
	if _, err := table.VectorArray("v"); err == nil {
		t.Error("an array of vectors of different lengths")
	}
}

func TestUnsupported(t *testing.T) {
	for want, file := range map[string][]byte{
		`data: file: column "m.v" holds lists of lists, which a table cannot hold`: write(t, []struct {
			M []lists `parquet:"m,list"`
		}{{[]lists{{[]float64{1}}}}}),
		`data: file: column "w" holds lists of words, which a table cannot hold`: write(t, []struct {
			W []string `parquet:"w,list"`
		}{{[]string{"a"}}}),
		`data: file: row 2: column "n": the number 9007199254740993 has more digits than float64 holds`: write(t, []struct {
			N int64 `parquet:"n"`
		}{{1}, {1<<53 + 1}}),
		`data: file: row 1: column "x": expected a finite number, found +Inf`: write(t, []struct {
			X float64 `parquet:"x"`
		}{{math.Inf(1)}}),
		`data: file: row 1: column "x": the value is missing`: write(t, []struct {
			X float64 `parquet:"x"`
		}{{math.NaN()}}),
		`data: file: byte 4: column "x": compression LZ4_RAW is not supported: write the file with Snappy, gzip, Brotli or Zstandard`: write(t, []struct {
			X float64 `parquet:"x"`
		}{{1}}, format.Compression(&format.Lz4Raw)),
		`data: file: no rows`: write(t, []struct {
			X float64 `parquet:"x"`
		}{}),
		`data: file: byte 0: expected a Parquet file, which begins and ends with PAR1; this one has 4 bytes`:            []byte("PAR1"),
		`data: file: byte 0: expected PAR1, which begins a Parquet file, found "<htm" (a web page saved in its place?)`: []byte("<html>404 not found</html>"),
		`data: file: byte 9: expected PAR1, which ends a Parquet file, found "abcd": the file is cut off`:               []byte("PAR1zzzzzabcd"),
		`data: file: byte 8: a footer of 4294967295 bytes in a file of 16`:                                              []byte("PAR1abcd\xff\xff\xff\xffPAR1"),
	} {
		if _, err := read(file, parquet.Options{}); err == nil || err.Error() != want {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
}

// TestDamage: a byte changed, or the end cut off, never panics, and costs
// little memory.
func TestDamage(t *testing.T) {
	file := write(t, rows(20), format.Compression(&format.Snappy))
	rapid.Check(t, func(t *rapid.T) {
		bad := slices.Clone(file)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		tryRead(t, bad)
		tryRead(t, bad[:rapid.IntRange(0, len(bad)).Draw(t, "length")])
	})
}

func tryRead(t interface{ Fatalf(string, ...any) }, file []byte) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := read(file, parquet.Options{KeepMissing: true})
	runtime.ReadMemStats(&after)
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 256<<20 {
		t.Fatalf("%d bytes of a file cost %d (%v)", len(file), spent, err)
	}
	if err != nil && !strings.HasPrefix(err.Error(), "data: file") {
		t.Fatalf("error %v", err)
	}
}

// TestLyingPage changes the size that a page announces.
func TestLyingPage(t *testing.T) {
	file := write(t, []struct {
		X float64 `parquet:"x,plain"`
	}{{1}, {2}}, format.DataPageVersion(1))
	if binary.LittleEndian.Uint64(file[len(file)-12:]) == 0 || len(file) < 40 {
		t.Fatal("the file is not what this test thinks")
	}
	lies := 0
	for at := 4; at < 12; at++ { // the sizes are varints in the first header
		bad := slices.Concat(file[:at], []byte{0xfe, 0xff, 0xff, 0xff, 0x0f}, file[at+5:])
		if _, err := read(bad, parquet.Options{}); err != nil && strings.Contains(err.Error(), "a page of") {
			lies++
		}
		tryRead(t, bad)
	}
	if lies == 0 {
		t.Error("no lie about a page's size was found")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, rows(3)))
	f.Add(write(f, rows(5), format.Compression(&format.Snappy), format.DataPageVersion(1)))
	f.Add(write(f, []gaps{{}, {}}))
	f.Add([]byte("PAR1abcd\xff\xff\xff\xffPAR1"))
	f.Fuzz(func(t *testing.T, file []byte) { tryRead(t, file) })
}
