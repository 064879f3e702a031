package data_test

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// symbols are the features that are 1, [rows][length], of one-hot sequences.
func symbols(t *testing.T, x *fx.Array) [][]int32 {
	t.Helper()
	if s := x.Sum(-1); s.Min().Item() != 1 || s.Max().Item() != 1 || x.Max().Item() != 1 {
		t.Fatal("not one-hot")
	}
	var out [][]int32
	for i := range x.Dim(0) {
		out = append(out, x.Index(i).ArgMax(-1).Int32s())
	}
	return out
}

func TestTemporalOrder(t *testing.T) {
	for _, c := range []struct {
		draw   func(key *fx.Array, d fx.DType, rows, length int) (x, labels *fx.Array)
		tenths []int
	}{{data.TemporalOrder, []int{1, 5}}, {data.TemporalOrder3, []int{1, 3, 6}}} {
		const rows, length = 400, 35
		x, labels := c.draw(random.New(1), fx.Float32, rows, length)
		used := map[int]bool{}
		var classes [8]int
		for i, row := range symbols(t, x) {
			class, found := int32(0), 0
			for at, s := range row {
				if s > 1 {
					continue
				}
				from := c.tenths[found] * length / 10
				if at < from || at >= from+length/10 {
					t.Fatalf("row %d: symbol %d at %d", i, found, at)
				}
				class += s << found
				used[at] = true
				found++
			}
			if found != len(c.tenths) || class != labels.Int32s()[i] {
				t.Fatalf("row %d: %d symbols of class %d, label %d", i, found, class, labels.Int32s()[i])
			}
			classes[class]++
		}
		if len(used) != 3*len(c.tenths) {
			t.Errorf("places used: %v", used)
		}
		for class, n := range classes[:1<<len(c.tenths)] {
			if n < rows>>len(c.tenths)/2 {
				t.Errorf("%d of class %d", n, class)
			}
		}
	}
}

func TestMarkedNumbers(t *testing.T) {
	const rows, length = 300, 30
	for name, draw := range map[string]func(key *fx.Array, d fx.DType, rows, length int) (x, targets *fx.Array){
		"addition": data.Addition, "multiplication": data.Multiplication,
	} {
		x, targets := draw(random.New(2), fx.Float64, rows, length)
		v := x.Float64s()
		first, second := map[int]bool{}, map[int]bool{}
		for i, want := range targets.Float64s() {
			var found []float64
			for at := range length {
				mask, value := v[2*(i*length+at)], v[2*(i*length+at)+1]
				if value < 0 || value >= 1 || mask != 0 && mask != 1 {
					t.Fatalf("%s: mask %v, value %v", name, mask, value)
				}
				if mask == 1 {
					found = append(found, value)
					if at < length/10 {
						first[at] = true
					} else if at < length/2 {
						second[at] = true
					} else {
						t.Fatalf("%s: a mark at %d", name, at)
					}
				}
			}
			if len(found) != 2 {
				t.Fatalf("%s: %d marks", name, len(found))
			}
			got := (found[0] + found[1]) / 2
			if name == "multiplication" {
				got = found[0] * found[1]
			}
			if math.Abs(got-want) > 1e-15 {
				t.Fatalf("%s: target %v, want %v", name, want, got)
			}
		}
		if len(first) != length/10 || len(second) != 4*length/10 {
			t.Errorf("%s: %d and %d places", name, len(first), len(second))
		}
	}
}

func TestPermutationAndMemorization(t *testing.T) {
	x, labels := data.Permutation(random.New(3), fx.Float32, 50, 12)
	both := map[int32]bool{}
	for i, row := range symbols(t, x) {
		if row[0] != labels.Int32s()[i] || row[0] > 1 || slices.Min(row[1:]) < 2 || slices.Max(row) > 99 {
			t.Fatalf("row %v, label %d", row, labels.Int32s()[i])
		}
		both[row[0]] = true
	}
	if len(both) != 2 {
		t.Error("one label only")
	}
	x, labels = data.Memorization(random.New(4), fx.Float32, 20, 6, 3, 5)
	for i, row := range symbols(t, x) {
		want := append(slices.Repeat([]int32{5}, 9), row[:3]...)
		ask := []int32{5, 5, 5, 5, 5, 5, 6, 5, 5}
		if slices.Max(row[:3]) > 4 || !slices.Equal(row[3:], ask) || !slices.Equal(labels.Index(i).Int32s(), want) {
			t.Fatalf("row %v, labels %v", row, labels.Index(i))
		}
	}
}

// TestSequencesInsidePrograms: the same under Jit and Vmap.
func TestSequencesInsidePrograms(t *testing.T) {
	keys := random.SplitArray(random.New(5), 3)
	draw := func(key *fx.Array) []*fx.Array {
		x, y := data.TemporalOrder3(key, fx.Float32, 4, 20)
		z, w := data.Addition(key, fx.Float32, 4, 20)
		return []*fx.Array{x, y, z, w}
	}
	many := fx.Jit(fx.Vmap(draw))(keys)
	for i := range 3 {
		for k, a := range draw(keys.Index(i)) {
			if !slices.Equal(a.Float64s(), many[k].Index(i).Float64s()) {
				t.Errorf("key %d, array %d differs", i, k)
			}
		}
	}
}

func TestWrongSequences(t *testing.T) {
	key := random.New(0)
	for want, f := range map[string]func(){
		"TemporalOrder: length 9; sequences are 10 long at least":                func() { data.TemporalOrder(key, fx.Float32, 1, 9) },
		"TemporalOrder3: rows and length [0 20]: must be at least 1":             func() { data.TemporalOrder3(key, fx.Float32, 0, 20) },
		"Addition: dtype int32; it must be float32 or float64":                   func() { data.Addition(key, fx.Int32, 1, 20) },
		"Multiplication: the key is nil":                                         func() { data.Multiplication(nil, fx.Float32, 1, 20) },
		"Permutation: length 1; sequences are 2 long at least":                   func() { data.Permutation(key, fx.Float32, 1, 1) },
		"Memorization: positions and values [0 5]: must be at least 1":           func() { data.Memorization(key, fx.Float32, 1, 5, 0, 5) },
		"Memorization: rows and length [1 0]: must be at least 1":                func() { data.Memorization(key, fx.Float32, 1, 0, 2, 5) },
		"TemporalOrder: the key is float32[2]; it must be one key of package ra": func() { data.TemporalOrder(fx.Ones(fx.Float32, 2), fx.Float32, 1, 20) },
	} {
		func() {
			defer func() {
				e, ok := recover().(*fx.Error)
				if !ok || len(e.Error()) < len(want) || e.Error()[:len("fx: data.")+len(want)] != "fx: data."+want {
					t.Errorf("%v, want %q", e, want)
				}
			}()
			f()
		}()
	}
}
