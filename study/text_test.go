package study

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFormatNumber(t *testing.T) {
	for _, test := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "0"}, {12000, "12000"}, {0.15234, "0.1523"}, {1.23456e7, "1.235e+07"},
		{1234.56, "1235"}, {-0.5, "-0.5"}, {1e-15, "1e-15"}, {math.NaN(), "NaN"}, {math.Inf(1), "inf"},
		{math.Inf(-1), "-inf"}, {100, "100"}, {1e6, "1e+06"}, {99.996, "100"},
	} {
		if got := FormatNumber(test.v); got != test.want {
			t.Errorf("FormatNumber(%v) = %q, want %q", test.v, got, test.want)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for _, test := range []struct {
		d    time.Duration
		want string
	}{
		{400 * time.Millisecond, "0.4 s"}, {18400 * time.Millisecond, "18 s"}, {59600 * time.Millisecond, "1 min"},
		{125 * time.Second, "2 min 5 s"}, {200 * time.Minute, "3 h 20 min"}, {2 * time.Hour, "2 h"}, {0, "0.0 s"},
	} {
		if got := FormatDuration(test.d); got != test.want {
			t.Errorf("FormatDuration(%v) = %q, want %q", test.d, got, test.want)
		}
	}
}

func TestParseSeeds(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"3", "0-2"}, {"0-4", "0-4"}, {"7-7", "7,"}, {"7,", "7,"}, {"0,3,8", "0,3,8"}, {" 5 , 1-3", "5,1-3"},
		{"18446744073709551615,", "18446744073709551615,"}, {"18446744073709551615,0", "18446744073709551615,0"},
	} {
		seeds, err := ParseSeeds(test.text)
		if err != nil || FormatSeeds(seeds) != test.want {
			t.Errorf("ParseSeeds(%q) = %s, %v; want %s", test.text, FormatSeeds(seeds), err, test.want)
		}
	}
	for _, text := range []string{"", "0", "-1", "x", "3-1", "1,,2", "1,1", "0-99999", "1-3,2", "1.5", "99999999",
		"0-18446744073709551615", "5000,5001-15000"} {
		if seeds, err := ParseSeeds(text); err == nil {
			t.Errorf("ParseSeeds(%q) = %d seeds", text, len(seeds))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		seeds := rapid.SliceOfNDistinct(rapid.Uint64(), 1, 20, rapid.ID).Draw(t, "seeds")
		back, err := ParseSeeds(FormatSeeds(seeds))
		if err != nil || FormatSeeds(back) != FormatSeeds(seeds) {
			t.Fatalf("%v become %v, %v", seeds, back, err)
		}
	})
}

// TestTablesFit: no line is wider than asked for unless a word is, and nothing
// of the text is lost.
func TestTablesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(t, "columns")
		words := rapid.StringMatching(`([a-zß]{1,8} ){0,12}[a-z]{1,4}`)
		table := &Table{}
		for range columns {
			table.Columns = append(table.Columns, words.Draw(t, "column"))
		}
		total := 0
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			var row []any
			for range columns {
				text := words.Draw(t, "cell")
				total += len(strings.ReplaceAll(text, " ", ""))
				row = append(row, text)
			}
			table.Add(row...)
		}
		width := rapid.IntRange(40, 100).Draw(t, "width")
		letters := 0
		for i, line := range strings.Split(table.Text(width), "\n") {
			if utf8.RuneCountInString(line) > width {
				t.Fatalf("line %d is longer than %d: %q", i, width, line)
			}
			letters += len(strings.ReplaceAll(strings.ReplaceAll(line, " ", ""), "─", ""))
		}
		for _, c := range table.Columns {
			letters -= len(strings.ReplaceAll(c, " ", ""))
		}
		if letters != total {
			t.Fatalf("%d letters are drawn, want %d", letters, total)
		}
	})
}

func TestMarkdownEscapes(t *testing.T) {
	table := NewTable("", "a|b", "n")
	table.Add("x|y\nz", 1.5)
	want := "| a\\|b | n |\n| --- | ---: |\n| x\\|y z | 1.5 |\n"
	if got := table.Markdown(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOptionDeclarations(t *testing.T) {
	for _, o := range []Option{
		{Name: "a b", Kind: "int", Default: "1", Help: "h"},
		{Name: "a", Kind: "int", Default: "1"},
		{Name: "a", Kind: "int", Default: "x", Help: "h"},
		{Name: "a", Kind: "kind", Default: "x", Help: "h"},
		ChoiceOption("a", "x", "h", "y", "z"),
		IntOption("a", 5, "h").Between(0, 4),
		BoolOption("a", true, "h").Between(0, 4),
		{Name: "a", Kind: "float", Default: "1e-3", Help: "h"},
	} {
		if err := o.validate(); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	s, err := NewSettings([]Option{IntOption("n", 1, "h"), FloatOption("x", 0.5, "h"), BoolOption("b", false, "h"),
		StringOption("s", "t", "h"), ChoiceOption("c", "u", "h", "u", "v")}, map[string]string{"b": "1", "x": "1e-3"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Int("n") != 1 || s.Float("x") != 0.001 || !s.Bool("b") || s.String("s") != "t" || s.String("c") != "u" {
		t.Errorf("settings %v", s.All())
	}
	if got := strings.Join(s.Changed(), " "); got != "x=0.001 b=true" {
		t.Errorf("changed: %s", got)
	}
	for _, read := range []func(){func() { s.Int("x") }, func() { s.Float("none") }, func() { s.String("n") }} {
		if guard(read) == nil {
			t.Error("reading an option as what it is not does not panic")
		}
	}
}
