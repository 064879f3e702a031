package data

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Corpus is a text as a sequence of characters, each a number: what a
// character-level language model is trained on. Treat it as immutable.
type Corpus struct {
	// Name says where the text comes from, for messages and reports.
	Name string
	// Vocabulary holds the characters that occur, in ascending order: token t
	// stands for Vocabulary[t].
	Vocabulary []rune
	// Tokens is the text.
	Tokens []int32
}

// LoadText reads a text file in UTF-8, compressed with gzip or not. It is an
// error if the file is empty or no UTF-8, which includes every binary file.
func LoadText(path string) (*Corpus, error) {
	var corpus *Corpus
	err := withText(path, func(r io.Reader) (err error) {
		corpus, err = ReadText(r, path)
		return err
	})
	return corpus, err
}

// ReadText reads a text in UTF-8 to its end.
func ReadText(r io.Reader, name string) (*Corpus, error) {
	text, err := io.ReadAll(&limited{r, maxText})
	if err != nil {
		return nil, &FormatError{File: name, Offset: int64(len(text)), Problem: "cannot read: " + describe(err), Err: err}
	}
	switch bad := firstInvalid(text); {
	case len(text) == 0:
		return nil, &FormatError{File: name, Problem: "the file is empty"}
	case bad >= 0:
		return nil, &FormatError{File: name, Line: 1 + bytes.Count(text[:bad], []byte{'\n'}),
			Problem: fmt.Sprintf("expected UTF-8, found the byte %02x (byte %d of the file)", text[bad], bad)}
	}
	return NewCorpus(name, string(text)), nil
}

// firstInvalid is the place of the first byte that is no UTF-8, or -1.
func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

// NewCorpus numbers the characters of a text.
func NewCorpus(name, text string) *Corpus {
	seen := map[rune]int32{}
	for _, r := range text {
		seen[r] = 0
	}
	c := &Corpus{Name: name}
	for r := range seen {
		c.Vocabulary = append(c.Vocabulary, r)
	}
	slices.Sort(c.Vocabulary)
	for t, r := range c.Vocabulary {
		seen[r] = int32(t)
	}
	c.Tokens = make([]int32, 0, utf8.RuneCountInString(text))
	for _, r := range text {
		c.Tokens = append(c.Tokens, seen[r])
	}
	return c
}

// Encode numbers a text by the vocabulary. A character that does not occur in
// the corpus is an error.
func (c *Corpus) Encode(text string) ([]int32, error) {
	tokens := make([]int32, 0, len(text))
	for at, r := range text {
		t, ok := slices.BinarySearch(c.Vocabulary, r)
		if !ok {
			return nil, fmt.Errorf("data: %s: character %q (byte %d) is not in the vocabulary of %d", c.Name, r, at, len(c.Vocabulary))
		}
		tokens = append(tokens, int32(t))
	}
	return tokens, nil
}

// Decode is the text that tokens stand for. It panics if one is no token of
// the vocabulary.
func (c *Corpus) Decode(tokens []int32) string {
	var text strings.Builder
	for _, t := range tokens {
		if t < 0 || int(t) >= len(c.Vocabulary) {
			panic(fmt.Sprintf("data: token %d of a vocabulary of %d", t, len(c.Vocabulary)))
		}
		text.WriteRune(c.Vocabulary[t])
	}
	return text.String()
}

// Split cuts the text in two: the first part, that fraction of it, is for
// training, the rest for validation. Usual: 0.9. Both keep the vocabulary. It
// is an error if either part would be empty.
func (c *Corpus) Split(fraction float64) (train, validation *Corpus, err error) {
	n := int(fraction * float64(len(c.Tokens)))
	if !(fraction > 0 && fraction < 1) || n == 0 || n == len(c.Tokens) {
		return nil, nil, fmt.Errorf("data: %s: cannot split %d characters at a fraction of %v", c.Name, len(c.Tokens), fraction)
	}
	train = &Corpus{c.Name + ", training part", c.Vocabulary, c.Tokens[:n:n]}
	validation = &Corpus{c.Name + ", validation part", c.Vocabulary, c.Tokens[n:]}
	return train, validation, nil
}
