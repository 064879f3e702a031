package papers

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fluxion-go/fluxion/study"
)

// TestEntries checks what every paper says of itself.
func TestEntries(t *testing.T) {
	for _, p := range All() {
		for _, wrong := range mistakes(p) {
			t.Errorf("%d %s: %s", p.Number, p.Slug, wrong)
		}
	}
}

var (
	arXivPattern  = regexp.MustCompile(`^(\d\d)(0[1-9]|1[0-2])\.\d{4,5}$`)
	sentenceEnd   = regexp.MustCompile(`[.?!](?: |$)`)
	sentenceStart = regexp.MustCompile(`(?:^|[.?!] )(\S)`)
)

// mistakes lists what is wrong with an entry.
func mistakes(p *study.Paper) []string {
	var wrong []string
	check := func(ok bool, text string) {
		if !ok {
			wrong = append(wrong, text)
		}
	}
	check(clean(p.Title), "title: not clean")
	check(len(p.Title) >= 10 && !strings.HasSuffix(p.Title, "."), "title: too short, or ends with a full stop")
	check(len(p.Authors) > 0, "no authors")
	for i, a := range p.Authors {
		check(isName(a), "author "+a+": not a complete name")
		for _, b := range p.Authors[:i] {
			check(a != b, "author "+a+": named twice")
		}
	}
	check(p.Year >= 1980 && p.Year <= 2026, "year: not plausible")
	if p.ArXiv != "" {
		m := arXivPattern.FindStringSubmatch(p.ArXiv)
		check(m != nil, "arXiv: not an identifier such as 2002.04839")
		if m != nil {
			check(p.Year%100 == int(m[1][0]-'0')*10+int(m[1][1]-'0'), "arXiv: of another year than "+p.ArXiv)
			check((m[1]+m[2] >= "1501") == (len(p.ArXiv) == 10), "arXiv: numbers have five digits since 2015, and four before")
		}
	}
	s := p.Summary
	check(clean(s), "summary: not clean")
	if n := utf8.RuneCountInString(s); n < 150 || n > 700 {
		check(false, "summary: not of 150 to 700 characters")
	}
	if n := len(sentenceEnd.FindAllString(s, -1)); n < 2 || n > 4 {
		check(false, "summary: not two to four sentences")
	}
	for _, m := range sentenceStart.FindAllStringSubmatch(s, -1) {
		r, _ := utf8.DecodeRuneInString(m[1])
		check(unicode.IsUpper(r) || unicode.IsDigit(r), "summary: a sentence starts with "+m[1])
	}
	check(strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?"), "summary: does not end with a sentence")
	return wrong
}

// clean reports whether a text is one line of letters, digits and usual signs:
// no control characters, no doubled spaces, and beyond ASCII only letters.
func clean(text string) bool {
	if !utf8.ValidString(text) || text == "" || text != strings.Join(strings.Fields(text), " ") {
		return false
	}
	for _, r := range text {
		if r < ' ' || r == 0x7f || r >= 0x80 && !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// isName reports whether a name has a family name and at least one more part,
// and not a list or an abbreviation of one.
func isName(name string) bool {
	if !clean(name) || strings.ContainsAny(name, ",;:&0123456789()") || strings.Contains(name, "et al") {
		return false
	}
	parts := strings.Fields(name)
	for _, part := range parts[:len(parts)-1] {
		first, _ := utf8.DecodeRuneInString(part)
		if !unicode.IsUpper(first) && part != "de" && part != "da" {
			return false
		}
	}
	last := parts[len(parts)-1]
	return len(parts) > 1 && utf8.RuneCountInString(last) > 1 && !strings.HasSuffix(last, ".")
}

func TestMistakesAreFound(t *testing.T) {
	good := func() *study.Paper {
		return &study.Paper{Number: 1, Slug: "good", Title: "On the Good", Authors: []string{"Ada Bird", "V. da Costa"}, Year: 2020,
			ArXiv: "2001.00001", Summary: strings.Repeat("A good sentence says one thing and says it in plain words that all understand. ", 2) +
				"Is it short?"}
	}
	if wrong := mistakes(good()); wrong != nil {
		t.Fatalf("the good entry is faulted: %q", wrong)
	}
	for _, test := range []struct {
		want  string
		spoil func(*study.Paper)
	}{
		{"title: not clean", func(p *study.Paper) { p.Title = "On the  Good" }},
		{"title: too short", func(p *study.Paper) { p.Title = "Good" }},
		{"no authors", func(p *study.Paper) { p.Authors = nil }},
		{"not a complete name", func(p *study.Paper) { p.Authors[0] = "Bird" }},
		{"not a complete name", func(p *study.Paper) { p.Authors[0] = "Bird et al" }},
		{"not a complete name", func(p *study.Paper) { p.Authors[0] = "Bird A." }},
		{"not a complete name", func(p *study.Paper) { p.Authors[0] = "" }},
		{"named twice", func(p *study.Paper) { p.Authors[1] = "Ada Bird" }},
		{"year: not plausible", func(p *study.Paper) { p.Year = 20 }},
		{"arXiv: not an identifier", func(p *study.Paper) { p.ArXiv = "2013.00001" }},
		{"arXiv: of another year", func(p *study.Paper) { p.Year = 2021 }},
		{"arXiv: numbers have five digits", func(p *study.Paper) { p.ArXiv = "2001.0001" }},
		{"summary: not clean", func(p *study.Paper) { p.Summary += "\n" }},
		{"summary: not clean", func(p *study.Paper) { p.Summary += " – A dash." }},
		{"summary: not of 150", func(p *study.Paper) { p.Summary = "Short. Too short." }},
		{"summary: not of 150", func(p *study.Paper) { p.Summary = strings.Repeat("x", 700) + "." }},
		{"summary: not two to four", func(p *study.Paper) { p.Summary += " No. No. No." }},
		{"summary: a sentence starts with", func(p *study.Paper) { p.Summary += " it is." }},
		{"summary: does not end", func(p *study.Paper) { p.Summary += " It is" }},
	} {
		p := good()
		test.spoil(p)
		if wrong := strings.Join(mistakes(p), "; "); !strings.Contains(wrong, test.want) {
			t.Errorf("want a mistake %q, got %q", test.want, wrong)
		}
	}
}

// TestNoTwoSummariesAlike: no six words in a row stand in two summaries, nor
// twice in one.
func TestNoTwoSummariesAlike(t *testing.T) {
	seen := map[string]string{}
	for _, p := range All() {
		for _, run := range runs(p.Summary, 6) {
			if other, ok := seen[run]; ok {
				t.Errorf("%s and %s both say %q", other, p.Slug, run)
			}
			seen[run] = p.Slug
		}
	}
	if len(seen) < 5000 {
		t.Errorf("only %d runs of words were compared", len(seen))
	}
}

// runs returns every n words in a row of a text, without case and signs.
func runs(text string, n int) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var list []string
	for i := 0; i+n <= len(words); i++ {
		list = append(list, strings.Join(words[i:i+n], " "))
	}
	return list
}
