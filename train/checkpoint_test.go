package train

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"pgregory.net/rapid"
)

type layer struct{ W, B *fx.Array }

// everything has an array of every type and kind of place.
type everything struct {
	Layers        []layer
	ByName        map[string]*fx.Array
	State         any
	Step          *fx.Array
	Flags         *fx.Array
	Bytes         *fx.Array
	Words         *fx.Array
	Long          *fx.Array
	Waves, Fields *fx.Array
	Absent        *fx.Array
	hidden        *fx.Array
	Rate          float64
}

func newEverything() everything {
	return everything{
		Layers: []layer{
			{fx.New([]float32{1, -0.5, float32(math.Inf(-1)), 3.25e-40, float32(math.Copysign(0, -1)), float32(math.NaN())}, 2, 3), fx.New([]float32{7})},
			{fx.Zeros(fx.Float32, 0, 4), fx.Scalar(float32(2))},
		},
		ByName: map[string]*fx.Array{"a b\"\\\n<é": fx.New([]float64{math.Pi, math.Inf(1)}), "": fx.Scalar(1.5)},
		State:  []any{layer{W: fx.New([]int32{-1, 2})}},
		Step:   fx.Scalar(int32(12)),
		Flags:  fx.New([]bool{true, false, true}),
		Bytes:  fx.New([]uint8{0, 255, 7}),
		Words:  fx.New([]uint32{1 << 31, 5}),
		Long:   fx.New([]int64{math.MinInt64, math.MaxInt64}, 1, 2, 1),
		Waves:  fx.New([]complex64{1 - 2i, complex64(complex(0, math.Inf(1)))}),
		Fields: fx.New([]complex128{complex(math.Copysign(0, -1), math.Pi)}, 1, 1),
		hidden: fx.New([]float64{-1}, 1, 1),
		Rate:   0.25,
	}
}

// content is a tree's values, exactly, by path.
func content(tree any) map[string]string {
	out := map[string]string{}
	paths := fx.Paths(tree)
	for i, a := range fx.Leaves(tree) {
		out[paths[i]] = fmt.Sprintf("%v%v %x", a.DType(), a.Shape(), encode(a))
	}
	return out
}

func sameContent(a, b any) error {
	x, y := content(a), content(b)
	if len(x) != len(y) {
		return fmt.Errorf("%d arrays and %d", len(x), len(y))
	}
	for path, v := range x {
		if y[path] != v {
			return fmt.Errorf("%s is %s and %s", path, v, y[path])
		}
	}
	return nil
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.safetensors")
	want := newEverything()
	meta := Meta{Step: 12, JSON: json.RawMessage(`{"sha256":"` + noSum + `","seed":18446744073709551615}`)}
	if err := Save(path, want, meta); err != nil {
		t.Fatal(err)
	}
	got := fx.Map(fx.ZerosLike, newEverything())
	got.Rate = 0.5
	m, err := Load(path, &got)
	if err != nil {
		t.Fatal(err)
	}
	if err := sameContent(want, got); err != nil {
		t.Error(err)
	}
	if got.Rate != 0.5 || got.Absent != nil {
		t.Error("what is not an array changed")
	}
	if m.Step != 12 || string(m.JSON) != string(meta.JSON) || m.Foreign {
		t.Errorf("meta %+v", m)
	}
	// The same arrays and meta data are the same bytes.
	again := path + "2"
	if err := Save(again, got, m); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(path)
	b, _ := os.ReadFile(again)
	if !bytes.Equal(a, b) {
		t.Error("saving what was loaded gives another file")
	}
	// A single array, and no array at all.
	one, none := fx.Zeros(fx.Float32, 2), struct{ X int }{3}
	if err := errors.Join(Save(path, fx.New([]float32{1, 2}), Meta{}), Save(again, none, Meta{})); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, &one); err != nil || !slices.Equal(one.Float32s(), []float32{1, 2}) {
		t.Errorf("loaded %v, %v", one, err)
	}
	if _, err := Load(again, &none); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), temporary+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The layout is that of the format: anyone's reader finds the tensors.
func TestLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	tree := map[string]*fx.Array{"a": fx.New([]uint8{1, 2, 3}), "b": fx.New([]float32{1, 2}, 1, 2), "c": fx.Scalar(0.5)}
	if err := Save(path, tree, Meta{Step: 3}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(raw)
	var head map[string]struct {
		Dtype   string
		Shape   []int
		Offsets [2]int `json:"data_offsets"`
	}
	var meta struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	text := raw[8 : 8+n]
	if err := errors.Join(json.Unmarshal(text, &meta), json.Unmarshal(text, &head)); err != nil {
		t.Fatal(err)
	}
	if (8+n)%8 != 0 || meta.Metadata["step"] != "3" || meta.Metadata["version"] != "1" {
		t.Errorf("header of %d bytes with metadata %v", n, meta.Metadata)
	}
	if got := fmt.Sprint(head[`["c"]`], head[`["b"]`], head[`["a"]`]); got != "{F64 [] [0 8]} {F32 [1 2] [8 16]} {U8 [3] [16 19]}" {
		t.Errorf("tensors %s", got)
	}
	want := []byte{0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 1, 2, 3}
	if data := raw[8+n:]; !bytes.Equal(data, want) {
		t.Errorf("data % x", data)
	}
}

// file makes a file of a header and data.
func file(head string, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head+data...)
}

func TestMalformed(t *testing.T) {
	const good = `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	const eight = "01234567"
	header := func(entry string) []byte { return file("{"+entry+"}", eight) }
	w := func(fields string) []byte { return header(`"w":{` + fields + `}`) }
	ours := func(meta string) []byte {
		return file(`{"__metadata__":{"format":"fluxion",`+meta+`},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, eight)
	}
	huge := binary.LittleEndian.AppendUint64(nil, 1<<40)
	lying := append(binary.LittleEndian.AppendUint64(nil, 90_000_000), "{}"...)
	for _, c := range []struct {
		name, want string
		raw        []byte
	}{
		{"empty", "header length: the file has 0 bytes; a safetensors file begins with 8 that give the header's length", nil},
		{"short", "header length: the file has 7 bytes", []byte("1234567")},
		{"huge header", "header length: it is 1099511627776; the format allows 100000000 bytes", huge},
		{"lying header", "header length: it is 90000000, and only 2 bytes follow: the file is cut off, or not a safetensors file", lying},
		{"text", "header length: it is 7310575173502330996", []byte("the cater pillar")},
		{"no header", "header, byte 8: it must begin with {", file("", "")},
		{"list", "header, byte 8: it must begin with {", file("[]", "")},
		{"space first", "header, byte 8: it must begin with {", file(" {}", "")},
		{"not closed", "header, byte 61: it ends in the middle", file(strings.TrimSuffix(good, "}")+" ", eight)},
		{"not JSON", "it is not JSON: invalid character", file(`{"w":{"dtype":F32}}`, eight)},
		{"not UTF-8", "header: it is not UTF-8 text", file("{\"\xff\":1}", eight)},
		{"trailing", "header, byte 62: something follows the closing brace", file(good+"{}", eight)},
		{"twice", `tensor "w" stands twice`, file(good[:len(good)-1]+","+good[1:], eight)},
		{"not an object", `tensor "w" must begin with {`, header(`"w":3`)},
		{"no dtype", `tensor "w" has no "dtype"`, w(`"shape":[2],"data_offsets":[0,8]`)},
		{"no shape", `tensor "w" has no "shape"`, w(`"dtype":"F32","data_offsets":[0,8]`)},
		{"no offsets", `tensor "w" has no "data_offsets"`, w(`"dtype":"F32","shape":[2]`)},
		{"unknown field", `tensor "w" has an unknown field "stride"`, w(`"dtype":"F32","stride":1`)},
		{"field twice", `tensor "w" has "dtype" twice`, w(`"dtype":"F32","dtype":"F32"`)},
		{"dtype a number", `the dtype of tensor "w" must be a string`, w(`"dtype":32`)},
		{"dtype unknown", `tensor "w": its dtype "F33" is not one of the format`, w(`"dtype":"F33","shape":[2],"data_offsets":[0,8]`)},
		{"dtype not ours", `tensor "w": its dtype F16 is not supported`, w(`"dtype":"F16","shape":[4],"data_offsets":[0,8]`)},
		{"negative axis", `the shape of tensor "w" must hold whole numbers that are not negative`, w(`"dtype":"F32","shape":[-2]`)},
		{"fraction", `the shape of tensor "w" must hold whole numbers`, w(`"dtype":"F32","shape":[2.0]`)},
		{"string axis", `the shape of tensor "w" must hold whole numbers`, w(`"dtype":"F32","shape":["2"]`)},
		{"too large an axis", `the shape of tensor "w" must hold whole numbers`, w(`"dtype":"F32","shape":[9223372036854775808]`)},
		{"shape no list", `the shape of tensor "w" must begin with [`, w(`"dtype":"F32","shape":2`)},
		{"overflow", `tensor "w": its shape [4294967296 4294967296] is beyond any file`, w(`"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]`)},
		{"overflow behind zero", `tensor "w": its shape [0 4294967296 4294967296] is beyond any file`, w(`"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]`)},
		{"many axes", `tensor "w": it has 65 axes; there can be at most 64`, w(`"dtype":"F32","shape":[` + strings.Repeat("1,", 64) + `2],"data_offsets":[0,8]`)},
		{"long name", strings.Repeat("n", 100) + `...": its dtype "F33"`, header(`"` + strings.Repeat("n", 1000) + `":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}`)},
		{"three offsets", `data_offsets of tensor "w" must be two numbers`, w(`"dtype":"F32","shape":[2],"data_offsets":[0,4,8]`)},
		{"offsets reversed", `tensor "w": F32[2] takes 8 bytes, and its data_offsets [8, 0] are not that far apart`, w(`"dtype":"F32","shape":[2],"data_offsets":[8,0]`)},
		{"wrong size", `tensor "w": F32[3] takes 12 bytes, and its data_offsets [0, 8] are not that far apart`, w(`"dtype":"F32","shape":[3],"data_offsets":[0,8]`)},
		{"gap", `tensor "w": its data begin at byte 4 where those before end at 0`, w(`"dtype":"F32","shape":[1],"data_offsets":[4,8]`)},
		{"overlap", `tensor "v": its data begin at byte 0 where those before end at 4`,
			header(`"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"v":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}`)},
		{"cut off", `tensor "w": its data end at byte 8, and the file has 7 bytes of data: it is cut off`, file(good, "0123456")},
		{"too long", `data: there are 9 bytes, and the tensors take 8`, file(good, "012345678")},
		{"not a bool", `tensor "w": element 3 is the byte 51; a BOOL is 0 or 1`, file(`{"w":{"dtype":"BOOL","shape":[8],"data_offsets":[0,8]}}`, "\x00\x01\x00345\x00\x00")},
		{"metadata a number", `__metadata__["step"] must be a string`, header(`"__metadata__":{"step":3}`)},
		{"metadata twice", `__metadata__["step"] stands twice`, header(`"__metadata__":{"step":"3","step":"3"}`)},
		{"metadata a list", `__metadata__ must begin with {`, header(`"__metadata__":[]`)},
		{"version", `__metadata__["version"]: it is "2"; this program reads version 1`, ours(`"version":"2"`)},
		{"step", `__metadata__["step"]: it is "-3"; it must be a whole number that is not negative`, ours(`"version":"1","step":"-3"`)},
		{"meta", `__metadata__["meta"]: it is not JSON`, ours(`"version":"1","step":"3","meta":"{"`)},
		{"no checksum", `__metadata__["sha256"]: it must be 64 hexadecimal digits`, ours(`"version":"1","step":"3"`)},
		{"header's checksum", `header: its SHA-256 is`, ours(`"version":"1","step":"3","header_sha256":"` + noSum + `"`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.safetensors")
			if err := os.WriteFile(path, c.raw, 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := LoadArrays(path)
			var format *FormatError
			if !errors.As(err, &format) || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestMismatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.safetensors")
	type net struct{ P map[string]*fx.Array }
	f32 := func(shape ...int) *fx.Array { return fx.Zeros(fx.Float32, shape...) }
	if err := Save(path, net{map[string]*fx.Array{"W": f32(2, 3), "B": f32(3)}}, Meta{}); err != nil {
		t.Fatal(err)
	}
	for want, tree := range map[string]net{
		`tensor "P[\"C\"]": it is missing; the tree expects F32[4]`:     {map[string]*fx.Array{"W": f32(2, 3), "B": f32(3), "C": f32(4)}},
		`tensor "P[\"B\"]": the tree has no such array`:                 {map[string]*fx.Array{"W": f32(2, 3)}},
		`tensor "P[\"B\"]": the tree has no such array, nor "P[\"W\"]"`: {nil},
		`tensor "P[\"W\"]": it is F32[2 3]; the tree expects F32[3 2]`:  {map[string]*fx.Array{"W": f32(3, 2), "B": f32(3)}},
		`tensor "P[\"B\"]": it is F32[3]; the tree expects F64[3]`:      {map[string]*fx.Array{"W": f32(2, 3), "B": fx.Zeros(fx.Float64, 3)}},
	} {
		before := content(tree)
		_, err := Load(path, &tree)
		if err == nil || err.Error() != path+": "+want {
			t.Errorf("error %v, want %s", err, want)
		}
		if fmt.Sprint(before) != fmt.Sprint(content(tree)) {
			t.Error("the tree changed")
		}
	}
}

func TestFileErrors(t *testing.T) {
	dir := t.TempDir()
	one := fx.Scalar(1.0)
	for want, f := range map[string]func() error{
		"cannot load " + filepath.Join(dir, "none") + ": no such file or directory": func() error {
			_, err := Load(filepath.Join(dir, "none"), &one)
			return err
		},
		"cannot load " + dir + ": it is not a regular file": func() error { _, err := Load(dir, &one); return err },
		"cannot save " + filepath.Join(dir, "no", "x") + ": no such file or directory": func() error {
			return Save(filepath.Join(dir, "no", "x"), one, Meta{})
		},
		"cannot save " + filepath.Join(dir, "x") + ": the step is -1; it must not be negative": func() error {
			return Save(filepath.Join(dir, "x"), one, Meta{Step: -1})
		},
		"cannot save " + filepath.Join(dir, "x") + ": the meta data are not valid JSON": func() error {
			return Save(filepath.Join(dir, "x"), one, Meta{JSON: json.RawMessage("{")})
		},
	} {
		if err := f(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// Any change of any bit of a file is noticed.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := Save(path, newEverything(), Meta{Step: 5, JSON: json.RawMessage(`{"a":1}`)}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(damaged []byte) error {
		_, meta, err := read(bytes.NewReader(damaged), int64(len(damaged)), path, func(*header) error { return nil })
		if err == nil && meta.Foreign {
			return errors.New("not one of ours any more, which resuming notices")
		}
		return err
	}
	if err := try(raw); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		damaged := slices.Clone(raw)
		bit := rapid.IntRange(0, 8*len(raw)-1).Draw(t, "bit")
		damaged[bit/8] ^= 1 << (bit % 8)
		if try(damaged) == nil {
			t.Fatalf("byte %d: %q became %q", bit/8, raw[bit/8], damaged[bit/8])
		}
		if cut := rapid.IntRange(0, len(raw)-1).Draw(t, "length"); try(raw[:cut]) == nil {
			t.Fatalf("cut to %d bytes", cut)
		}
	})
}

// FuzzRead: whatever is in a file, reading it gives arrays that save to a file
// with the same content, or a FormatError.
func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.safetensors")
	if err := Save(path, newEverything(), Meta{Step: 5}); err != nil {
		f.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "01234567"))
	f.Add(file(`{"w":{"dtype":"BOOL","shape":[0,7],"data_offsets":[0,0]},"__metadata__":{"format":"pt"}}  `, ""))
	f.Add(file(`{"w":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}`, "ab"))
	f.Add(file(`{}`, ""))
	f.Fuzz(func(t *testing.T, raw []byte) {
		arrays, meta, err := read(bytes.NewReader(raw), int64(len(raw)), "fuzz", func(*header) error { return nil })
		if err != nil {
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		tensors, list, err := entries(arrays)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for i, a := range list {
			total += len(encode(a))
			if int64(len(encode(a))) != tensors[i].size() {
				t.Fatalf("%s takes %d bytes, not %d", tensors[i].name, len(encode(a)), tensors[i].size())
			}
		}
		if total > len(raw) || meta.Step < 0 {
			t.Fatalf("%d bytes of arrays from a file of %d, step %d", total, len(raw), meta.Step)
		}
	})
}

func TestCheckpoints(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run [1]", "points")
	c := Checkpoints{Dir: dir, Keep: 2}
	if _, ok, err := c.Latest(); ok || err != nil {
		t.Fatalf("a folder that does not exist has a checkpoint: %v", err)
	}
	steps := func() (out []int) {
		list, err := c.List()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			out = append(out, p.Step)
		}
		return out
	}
	for _, s := range []int{5, 10, 15, 1000000000} {
		if _, err := c.Save(fx.Scalar(float64(s)), Meta{Step: s}); err != nil {
			t.Fatal(err)
		}
	}
	if got := steps(); !slices.Equal(got, []int{15, 1000000000}) {
		t.Errorf("kept %v", got)
	}
	for _, name := range []string{"step-x.safetensors", "step-3.txt", temporary + "7"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Save(fx.Scalar(20.0), Meta{Step: 20}); err != nil { // an earlier step leaves later ones
		t.Fatal(err)
	}
	if got := steps(); !slices.Equal(got, []int{15, 20, 1000000000}) {
		t.Errorf("kept %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, temporary+"7")); err == nil {
		t.Error("an unfinished file was left")
	}
	latest, ok, err := c.Latest()
	x := fx.Scalar(0.0)
	if err != nil || !ok {
		t.Fatal(err)
	}
	if meta, err := Load(latest.Path, &x); err != nil || x.Item() != 1e9 || meta.Step != 1000000000 {
		t.Errorf("latest is %v with %v: %v", latest, x, err)
	}
	if _, err := (Checkpoints{Dir: dir, Keep: -1}).Save(x, Meta{}); err == nil {
		t.Error("a negative number is kept")
	}
}
