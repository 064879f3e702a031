package data

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"strings"
)

// Sentences is a text of at least n characters from a small grammar, with things
// to learn on every scale: spelling, word order, agreement in number, brackets
// that close, and sums that come out. A seed has its own text.
func Sentences(seed uint64, n int) *Corpus {
	checkSizes("Sentences", "the number of characters", n)
	g := grammar{rand.NewPCG(seed, 0)}
	var text strings.Builder
	for text.Len() < n {
		switch g.below(4) {
		case 0:
			a, b := g.below(50), g.below(50)
			fmt.Fprintf(&text, "%d and %d are %d.\n", a, b, a+b)
		case 1:
			fmt.Fprintf(&text, "%s.\n", g.brackets(4))
		default:
			fmt.Fprintf(&text, "%s.\n", g.sentence(2))
		}
	}
	return NewCorpus("sentences", text.String())
}

// grammar draws from a generator of its own.
type grammar struct{ source *rand.PCG }

// below is a number from 0 to n-1.
func (g grammar) below(n int) int {
	high, _ := bits.Mul64(g.source.Uint64(), uint64(n))
	return int(high)
}

func (g grammar) word(list string) string {
	words := strings.Fields(list)
	return words[g.below(len(words))]
}

// sentence is a clause, which now and then has another one inside.
func (g grammar) sentence(depth int) string {
	subject, plural := g.noun(), g.below(2) == 1
	verb := g.word("see find like follow carry")
	article := "the "
	switch {
	case plural:
		subject += "s"
	default:
		article = g.word("the a every") + " "
		verb += "s"
	}
	text := article + subject
	if depth > 0 && g.below(3) == 0 {
		who := "that"
		if plural {
			who = "which"
		}
		text += " " + who + " " + verb + " " + g.object()
	}
	return text + " " + g.word("often never always now") + " " + verb + " " + g.object()
}

func (g grammar) noun() string {
	return g.word("small old grey happy") + " " + g.word("cat bird stone river horse king")
}

func (g grammar) object() string {
	if n := 2 + g.below(8); g.below(3) == 0 {
		return fmt.Sprintf("%d %ss", n, g.noun())
	}
	return "the " + g.noun()
}

// brackets is a nest of brackets of two kinds.
func (g grammar) brackets(depth int) string {
	pair := [2]string{"()", "[]"}[g.below(2)]
	text := pair[:1]
	for i := g.below(3); depth > 0 && i > 0; i-- {
		text += g.brackets(depth - 1)
	}
	return text + pair[1:]
}
