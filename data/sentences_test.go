package data

import (
	"strings"
	"testing"
)

// TestSentences: brackets close, the text is long enough, and a seed has a text of
// its own.
func TestSentences(t *testing.T) {
	c := Sentences(1, 5000)
	text := c.Decode(c.Tokens)
	again, other := Sentences(1, 5000), Sentences(2, 5000)
	if len(text) < 5000 || text != again.Decode(again.Tokens) || text == other.Decode(other.Tokens) {
		t.Error("the text is too short, not the same twice, or the same for two seeds")
	}
	for _, pair := range []string{"()", "[]"} {
		if a, b := strings.Count(text, pair[:1]), strings.Count(text, pair[1:]); a != b || a == 0 {
			t.Errorf("%d %s and %d %s", a, pair[:1], b, pair[1:])
		}
	}
	if !strings.Contains(text, " are ") || len(c.Vocabulary) > 60 {
		t.Errorf("%d different characters", len(c.Vocabulary))
	}
}

func TestSentencesErrors(t *testing.T) {
	mustFail(t, "data.Sentences: the number of characters [0]: must be at least 1", func() { Sentences(1, 0) })
}
