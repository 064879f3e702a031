package study

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anyFloat draws every kind of float64, the awkward ones often.
func anyFloat() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1),
		math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1.0 / 3}))
}

func anyRecord(t *rapid.T) *Record {
	r := NewRecorder()
	for i := range rapid.IntRange(0, 4).Draw(t, "n") {
		text := rapid.StringMatching(`[a-zA-Z0-9 =,{}"<&äß.-]{0,8}`)
		r := r.With("i", i, "text", text.Draw(t, "label"))
		r.Scalar("scalar", anyFloat().Draw(t, "scalar"))
		xs := rapid.SliceOfN(anyFloat(), 0, 5).Draw(t, "x")
		r.Series("series", xs, xs)
		r.Table("table", []string{"a", "b"}, []any{text.Draw(t, "cell"), anyFloat().Draw(t, "number")})
		r.Grid("grid", "r", []string{"x"}, "c", []string{"y"}, [][]float64{{anyFloat().Draw(t, "cell")}})
		r.Images("images", 1, 1, 3, []float32{0, 0.5, float32(math.NaN())})
		r.Note("note", text.Draw(t, "note"))
		r.Timing("timing", anyFloat().Draw(t, "timing"))
	}
	return r.Record()
}

// TestRecordSurvivesJSON: what is read back has the same digest and, but for
// the payload of NaNs, the same contents.
func TestRecordSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord(t)
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Record
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		if back.Digest() != r.Digest() {
			t.Fatalf("the digest changed: %s", data)
		}
		sameBits := cmp.Comparer(func(a, b float64) bool {
			return math.IsNaN(a) && math.IsNaN(b) || math.Float64bits(a) == math.Float64bits(b)
		})
		sameFloat := cmp.Comparer(func(a, b Float) bool {
			return math.IsNaN(float64(a)) && math.IsNaN(float64(b)) || math.Float64bits(float64(a)) == math.Float64bits(float64(b))
		})
		emptyIsNil := cmp.Transformer("len", func(f Floats) []float64 { return append([]float64{}, f...) })
		if diff := cmp.Diff(r, &back, sameBits, sameFloat, emptyIsNil, cmp.Comparer(sameLabels)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func sameLabels(a, b Labels) bool { return a.String() == b.String() }

// TestDigestSeesEveryChange: any change of what was recorded, but not of the
// timings or the order of recording, changes the digest.
func TestDigestSeesEveryChange(t *testing.T) {
	base := func() *Record {
		r := NewRecorder()
		r.Scalar("a", 1)
		r.Scalar("b", 2)
		r.Series("s", []float64{1, 2}, []float64{3, 4})
		r.Table("t", []string{"c"}, []any{"text"})
		r.Grid("g", "r", []string{"x"}, "c", []string{"y"}, [][]float64{{1}})
		r.Images("m", 1, 1, 1, []float32{0.5})
		r.Note("n", "note")
		r.Timing("time", 5)
		return r.Record()
	}
	digest := base().Digest()
	for name, change := range map[string]func(*Record){
		"value": func(r *Record) { r.Scalars[0].Value = 1.0000000000000002 },
		"minus zero": func(r *Record) {
			r.Scalars[0].Value = 0
			digest = r.Digest()
			r.Scalars[0].Value = Float(math.Copysign(0, -1))
		},
		"name":        func(r *Record) { r.Scalars[0].Name = "c" },
		"label":       func(r *Record) { r.Scalars[0].Labels = MakeLabels("a", 1) },
		"missing":     func(r *Record) { r.Scalars = r.Scalars[:1] },
		"x":           func(r *Record) { r.Series[0].X[1] = 7 },
		"y":           func(r *Record) { r.Series[0].Y[1] = 7 },
		"point order": func(r *Record) { x := r.Series[0].X; x[0], x[1] = x[1], x[0] },
		"cell":        func(r *Record) { r.Tables[0].Rows[0][0] = Cell{} },
		"column":      func(r *Record) { r.Tables[0].Columns[0] = "d" },
		"grid":        func(r *Record) { r.Grids[0].Values[0][0] = 2 },
		"grid label":  func(r *Record) { r.Grids[0].Rows[0] = "z" },
		"pixel":       func(r *Record) { r.Images[0].Pixels[0][0] = 0 },
		"image shape": func(r *Record) { r.Images[0].Width = 2 },
		"note":        func(r *Record) { r.Notes[0].Text = "" },
		"kind":        func(r *Record) { r.Notes = nil },
	} {
		r := base()
		digest = base().Digest()
		change(r)
		if r.Digest() == digest {
			t.Errorf("%s: the digest stays the same", name)
		}
	}
	r := base()
	r.Timings[0].Value = 6
	r.Scalars[0], r.Scalars[1] = r.Scalars[1], r.Scalars[0]
	if r.Digest() != base().Digest() {
		t.Error("timings or order change the digest")
	}
}

func TestSelection(t *testing.T) {
	r := NewRecorder()
	for _, method := range []string{"adam", "laprop"} {
		for _, nu := range []float64{0.999, 0.5} {
			r.With("method", method, "nu", nu).Scalar("loss", nu)
		}
	}
	r.Scalar("acc", 0.9)
	r.With("last", true).Scalar("acc", 0.8)
	rec := r.Record()
	if got := rec.Scalar("loss", "nu", "0.5", "method", "adam"); got != 0.5 {
		t.Errorf("loss = %v", got)
	}
	if got := rec.Scalar("acc"); got != 0.9 {
		t.Errorf("an exact match must win: %v", got)
	}
	if !rec.Has("loss", "nu", 0.5) || rec.Has("loss", "nu", 0.7) {
		t.Error("Has")
	}
	for _, test := range []struct {
		name   string
		labels []any
		want   string
	}{
		{"loss", []any{"nu", 0.7}, "no scalar loss{nu=0.7} was recorded (recorded: loss{method=adam, nu=0.999}; loss{method=adam, nu=0.5}; loss{method=laprop, nu=0.999}; loss{method=laprop, nu=0.5})"},
		{"los", nil, "no scalar los was recorded (recorded: loss; acc)"},
		{"loss", []any{"nu", 0.5}, "2 recorded scalar match loss{nu=0.5}: give more labels (matching: loss{method=adam, nu=0.5}; loss{method=laprop, nu=0.5})"},
	} {
		err := guard(func() { rec.Scalar(test.name, test.labels...) })
		if err == nil || err.Error() != test.want {
			t.Errorf("error %v\n want %s", err, test.want)
		}
	}
}

// TestRecorderMistakes lists calls that must panic, with their messages.
func TestRecorderMistakes(t *testing.T) {
	for _, test := range []struct {
		call func(r *Recorder)
		want string
	}{
		{func(r *Recorder) { r.Scalar("a", 1); r.Scalar("a", 2) }, "study: scalar a is recorded twice"},
		{func(r *Recorder) { r.Scalar("a b", 1) }, `study: "a b" cannot name a measurement`},
		{func(r *Recorder) { r.Scalar("", 1) }, `study: "" cannot name`},
		{func(r *Recorder) { r.Series("s", []float64{1}, nil) }, "study: series s: 1 x values but 0 y values"},
		//lint:ignore SA5012 a label without a value is what is tested
		{func(r *Recorder) { r.With("a") }, "study: labels come as key, value pairs"},
		{func(r *Recorder) { r.With(1, 2) }, "study: label key 1 is a int, not a string"},
		{func(r *Recorder) { r.With("a", []int{1}) }, "study: label a has a value of type []int"},
		{func(r *Recorder) { r.With("a", 1, "a", 2) }, `study: label key "a" is repeated`},
		{func(r *Recorder) { r.With("a", 1).With("a", 2) }, `study: label key "a" is repeated`},
		{func(r *Recorder) { r.With("a", "x\ny") }, "no control characters"},
		{func(r *Recorder) { r.Table("t", []string{"a"}, []any{1, 2}) }, "study: table t: row 0 has 2 entries for 1 columns"},
		{func(r *Recorder) { r.Table("t", []string{"a"}, []any{struct{}{}}) }, "study: a table cell of type struct {}"},
		{func(r *Recorder) { r.Grid("g", "r", []string{"x"}, "c", nil, nil) }, "study: grid g: 0 rows of values for 1 row labels"},
		{func(r *Recorder) { r.Grid("g", "r", []string{"x"}, "c", nil, [][]float64{{1}}) }, "study: grid g: row 0 has 1 values for 0 columns"},
		{func(r *Recorder) { r.Images("m", 2, 2, 2) }, "study: images m: size 2x2 with 2 channels"},
		{func(r *Recorder) { r.Images("m", 2, 2, 1, []float32{1}) }, "study: images m: image 0 has 1 values, want 4"},
	} {
		err := guard(func() { test.call(NewRecorder()) })
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("panic %v\n want %s", err, test.want)
		}
	}
}

func TestRecordIsACopy(t *testing.T) {
	r := NewRecorder()
	r.Point("s", 1, 1)
	rec := r.Record()
	r.Point("s", 2, 2)
	r.Scalar("a", 1)
	if len(rec.Series[0].X) != 1 || len(rec.Scalars) != 0 {
		t.Error("a record changes after it was handed out")
	}
}

func TestBadNumbersInJSON(t *testing.T) {
	for _, text := range []string{`"nan"`, `true`, `null`, `"1"`, `[1]`, `1e999`} {
		var f Float
		if err := json.Unmarshal([]byte(text), &f); err == nil && text != "null" {
			t.Errorf("%s is read as %v", text, f)
		}
		var list Floats
		if err := json.Unmarshal([]byte("["+text+"]"), &list); err == nil {
			t.Errorf("[%s] is read as %v", text, list)
		}
	}
	for _, text := range []string{`{}`, `{"text":"a","number":1}`, `3`} {
		var c Cell
		if err := json.Unmarshal([]byte(text), &c); err == nil {
			t.Errorf("%s is read as %v", text, c)
		}
	}
}
