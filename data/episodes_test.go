package data

import (
	"math"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// episode is sequence b of a batch, as rows of numbers.
type episode struct{ in, out [][]float32 }

func unbatch(e Episodes, b int) (ep episode, due []float32) {
	rows := func(a *fx.Array) [][]float32 {
		one := a.SliceAxis(1, b, b+1).Squeeze(1)
		v, n := one.Float32s(), one.Dim(1)
		var list [][]float32
		for i := range one.Dim(0) {
			list = append(list, v[i*n:(i+1)*n])
		}
		return list
	}
	return episode{rows(e.Inputs), rows(e.Targets)}, e.Answer.Float32s()
}

// answered checks where answers are due and that the target is zero elsewhere,
// and returns the answer.
func answered(t *testing.T, name string, ep episode, due []float32, steps int) [][]float32 {
	t.Helper()
	before := len(due) - steps
	for i, d := range due {
		if (d == 1) != (i >= before) || (d == 0 && slices.Max(ep.out[i]) != 0) {
			t.Fatalf("%s: step %d of %d: due %v, target %v", name, i, len(due), d, ep.out[i])
		}
		if d == 1 && slices.Max(ep.in[i]) != 0 {
			t.Fatalf("%s: input %v while an answer is due", name, ep.in[i])
		}
	}
	return ep.out[before:]
}

func equalRows(a, b [][]float32) bool { return slices.EqualFunc(a, b, slices.Equal) }

func TestCopyAndReverse(t *testing.T) {
	const batch, length, bits = 4, 5, 3
	for name, e := range map[string]Episodes{"copy": Copy(random.New(1), batch, length, bits), "reverse": Reverse(random.New(1), batch, length, bits)} {
		distinct := map[string]bool{}
		for b := range batch {
			ep, due := unbatch(e, b)
			answer := answered(t, name, ep, due, length)
			var seen [][]float32
			for _, row := range ep.in[1 : 1+length] {
				if row[bits] != 0 || row[bits+1] != 0 {
					t.Fatalf("%s: a marker among the vectors: %v", name, row)
				}
				seen = append(seen, row[:bits])
			}
			if name == "reverse" {
				slices.Reverse(seen)
			}
			if !equalRows(answer, seen) || !slices.Equal(ep.in[0], []float32{0, 0, 0, 1, 0}) || !slices.Equal(ep.in[1+length], []float32{0, 0, 0, 0, 1}) {
				t.Errorf("%s: input %v, answer %v", name, ep.in, answer)
			}
			for _, row := range seen {
				distinct[string(rune('0'+int(4*row[0]+2*row[1]+row[2])))] = true
			}
		}
		if len(distinct) < 4 {
			t.Errorf("%s: only %d different vectors", name, len(distinct))
		}
	}
}

func TestRepeatCopy(t *testing.T) {
	const length, bits, copies = 3, 2, 4
	ep, due := unbatch(RepeatCopy(random.New(1), 2, length, bits, copies, 5.5, math.Sqrt(8.25)), 1)
	answer := answered(t, "repeat copy", ep, due, copies*length+1)
	for i, row := range answer[:copies*length] {
		if want := append(slices.Clone(ep.in[1+i%length][:bits]), 0); !slices.Equal(row, want) {
			t.Errorf("step %d: %v, want %v", i, row, want)
		}
	}
	if !slices.Equal(answer[copies*length], []float32{0, 0, 1}) {
		t.Errorf("end %v", answer[copies*length])
	}
	if got, want := float64(ep.in[1+length][bits+1]), (copies-5.5)/math.Sqrt(8.25); math.Abs(got-want) > 1e-6 {
		t.Errorf("copies are given as %v, want %v", got, want)
	}
}

func TestAssociativeRecall(t *testing.T) {
	const items, length, bits = 4, 3, 6
	e := AssociativeRecall(random.New(1), 8, items, length, bits)
	asked := map[int]bool{}
	for b := range 8 {
		ep, due := unbatch(e, b)
		answer := answered(t, "recall", ep, due, length)
		item := func(i int) (list [][]float32) {
			if ep.in[i*(length+1)][bits] != 1 {
				t.Fatalf("item %d has no marker", i)
			}
			for k := range length {
				list = append(list, ep.in[i*(length+1)+1+k][:bits])
			}
			return list
		}
		at := items * (length + 1)
		if ep.in[at][bits+1] != 1 || ep.in[at+length+1][bits+1] != 1 {
			t.Fatal("the question has no markers")
		}
		var question [][]float32
		for k := range length {
			question = append(question, ep.in[at+1+k][:bits])
		}
		for i := range items - 1 {
			if equalRows(item(i), question) {
				asked[i] = true
				if !equalRows(item(i+1), answer) {
					t.Errorf("the answer to item %d is %v", i, answer)
				}
			}
		}
	}
	if len(asked) < 2 {
		t.Errorf("items asked for: %v", asked)
	}
}

func TestPrioritySort(t *testing.T) {
	const length, keep, bits = 6, 4, 8
	ep, due := unbatch(PrioritySort(random.New(3), 3, length, keep, bits), 2)
	answer := answered(t, "sort", ep, due, keep)
	shown := slices.Clone(ep.in[:length])
	slices.SortFunc(shown, func(a, b []float32) int {
		if a[bits] > b[bits] {
			return -1
		}
		return 1
	})
	for i, row := range answer {
		if !slices.Equal(row, shown[i][:bits]) {
			t.Errorf("place %d: %v, want %v", i, row, shown[i])
		}
	}
}

// TestDynamicNGrams recounts the optimal predictor, and sees that it is well
// calibrated: its loss is below that of a fair coin.
func TestDynamicNGrams(t *testing.T) {
	const batch, length, context = 20, 120, 3
	g := DynamicNGrams(random.New(1), batch, length, context)
	bits, optimal := g.Bits.Int32s(), g.Optimal.Float32s()
	loss := 0.0
	for b := range batch {
		ones, all := map[int32]float64{}, map[int32]float64{}
		for i := range length {
			bit, p := bits[i*batch+b], float64(optimal[i*batch+b])
			if i < context {
				if !math.IsNaN(p) {
					t.Fatalf("step %d has a prediction", i)
				}
				continue
			}
			code := int32(0)
			for k := i - context; k < i; k++ {
				code = 2*code + bits[k*batch+b]
			}
			if want := (ones[code] + 0.5) / (all[code] + 1); math.Abs(p-want) > 1e-6 {
				t.Fatalf("sequence %d, step %d: prediction %v, want %v", b, i, p, want)
			}
			all[code]++
			ones[code] += float64(bit)
			if bit == 0 {
				p = 1 - p
			}
			loss -= math.Log2(p) / (batch * (length - context))
		}
	}
	if loss > 0.85 || loss < 0.4 { // the mean entropy of Beta(1/2, 1/2) is 0.56 bits
		t.Errorf("the optimal predictor's loss is %v bits", loss)
	}
}

func TestTokenTasks(t *testing.T) {
	bits, parity := Parity(random.New(1), 50, 7)
	numbers, sum := SparseModularAddition(random.New(2), 50, 6, 5, 3)
	tokens, sorted := Sorting(random.New(3), 50, 6, 9)
	for i := range 50 {
		n := int32(0)
		for _, b := range bits.Int32s()[7*i : 7*i+7] {
			n += b
		}
		row := numbers.Int32s()[6*i : 6*i+6]
		in := tokens.Int32s()[6*i : 6*i+6]
		slices.Sort(in)
		if parity.Int32s()[i] != n%2 || sum.Int32s()[i] != (row[0]+row[1]+row[2])%5 || !slices.Equal(in, sorted.Int32s()[6*i:6*i+6]) {
			t.Fatalf("row %d is wrong", i)
		}
	}
	pairs, sums := ModularAddition(5)
	p, s := pairs.Int32s(), sums.Int32s()
	for i := range 25 {
		if p[2*i] != int32(i/5) || p[2*i+1] != int32(i%5) || s[i] != (p[2*i]+p[2*i+1])%5 {
			t.Fatalf("%v + %v = %d", p[2*i], p[2*i+1], s[i])
		}
	}
	first, rest := SplitRows(random.New(4), 10, pairs, sums)
	seen := map[[2]int32]bool{}
	for _, part := range [][]*fx.Array{first, rest} {
		p, s := part[0].Int32s(), part[1].Int32s()
		for i := range s {
			seen[[2]int32{p[2*i], p[2*i+1]}] = true
			if s[i] != (p[2*i]+p[2*i+1])%5 {
				t.Fatal("rows are torn apart")
			}
		}
	}
	if len(seen) != 25 || first[0].Dim(0) != 10 {
		t.Errorf("%d of 25 pairs, %d in the first part", len(seen), first[0].Dim(0))
	}
}

func TestTaskMistakes(t *testing.T) {
	key := random.New(0)
	for want, call := range map[string]func(){
		"data.Copy: batch and sizes [1 0 3]: must be at least 1":          func() { Copy(key, 1, 0, 3) },
		"data.Copy: the key is nil":                                       func() { Copy(nil, 1, 1, 3) },
		"data.RepeatCopy: standard deviation of the number of copies [0]": func() { RepeatCopy(key, 1, 1, 1, 1, 0, 0) },
		"data.AssociativeRecall: 1 items: at least two":                   func() { AssociativeRecall(key, 1, 1, 1, 1) },
		"data.PrioritySort: the 3 highest of 2":                           func() { PrioritySort(key, 1, 2, 3, 1) },
		"data.DynamicNGrams: 3 bits with a context of 3":                  func() { DynamicNGrams(key, 1, 3, 3) },
		"data.SparseModularAddition: the first 3 of 2 numbers":            func() { SparseModularAddition(key, 1, 2, 3, 3) },
		"the operation of 0 and 1 gives 7, which is not from 0 to 1":      func() { OperationTable(2, func(a, b int) int { return 7 * b }) },
		"data.SplitRows: 3 of 3 rows: at least one must go to each part":  func() { SplitRows(key, 3, fx.Ones(fx.Float32, 3)) },
		"data.SplitRows: arrays of shapes [3] and [2]":                    func() { SplitRows(key, 1, fx.Ones(fx.Float32, 3), fx.Ones(fx.Float32, 2)) },
	} {
		mustFail(t, want, call)
	}
}
