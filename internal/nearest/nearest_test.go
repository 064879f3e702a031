package nearest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var catalogue = []string{"laprop", "psgd", "pcgrad", "rectified-flow", "rectified-ot", "xgrad"}

func TestNames(t *testing.T) {
	for _, test := range []struct{ word, want string }{
		{"laprp", `laprop`}, {"lpaorp", "laprop"}, {"rectified", "rectified-flow rectified-ot"}, {"PCGRAD", "pcgrad xgrad"},
		{"zzzzzz", ""}, {"", ""},
	} {
		if got := strings.Join(Names(test.word, catalogue), " "); got != test.want {
			t.Errorf("Names(%q) = %q, want %q", test.word, got, test.want)
		}
	}
	if got := Names("aaab", []string{"aaaf", "aaae", "aaad", "aaac"}); strings.Join(got, " ") != "aaac aaad aaae" {
		t.Errorf("of four equally near names: %q", got)
	}
}

func TestDidYouMean(t *testing.T) {
	for _, test := range []struct{ word, want string }{
		{"laprp", ` (did you mean "laprop"?)`},
		{"rectified", ` (did you mean "rectified-flow" or "rectified-ot"?)`},
		{"zzzzzz", ""},
	} {
		if got := DidYouMean(test.word, catalogue); got != test.want {
			t.Errorf("DidYouMean(%q) = %q, want %q", test.word, got, test.want)
		}
	}
	if got, want := DidYouMean("aaa", []string{"aaac", "aaab", "aaad"}), ` (did you mean "aaab", "aaac" or "aaad"?)`; got != want {
		t.Errorf("of three: %q", got)
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"mnist", "mnsit", 1}, {"é", "e", 1}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-c]{0,6}`)
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab := editDistance(a, b)
		if ab != editDistance(b, a) || (ab == 0) != (a == b) || ab > max(len(a), len(b)) {
			t.Fatalf("distance of %q and %q is %d", a, b, ab)
		}
		if a+c != b+c && editDistance(a+c, b+c) > ab {
			t.Fatal("a common end increases the distance")
		}
	})
}
