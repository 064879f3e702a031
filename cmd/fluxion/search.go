package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/fluxion-go/fluxion/study"
	"golang.org/x/text/unicode/norm"
)

// filter says which papers `fluxion list` shows.
type filter struct {
	family         string   // part of the family's name; "": all
	ready, planned bool     // only papers of this status; neither: all
	words          []string // each has to occur in the paper's slug, title, authors or summary
}

// choose returns the papers that pass the filter. That no paper of any status
// does, is most likely a slip of the pen, and therefore an error.
func (a *app) choose(f filter) ([]*study.Paper, error) {
	if f.ready && f.planned {
		return nil, fmt.Errorf("--ready and --planned exclude each other; see fluxion list --help")
	}
	words := searchWords(f.words)
	found := make([]int, len(words)) // papers with each word
	var chosen []*study.Paper
	family, all := false, false
	for _, p := range a.catalogue {
		if !strings.Contains(plainLetters(p.Family), plainLetters(f.family)) {
			continue
		}
		family = true
		missing := false
		text := searchText(p)
		for i, w := range words {
			if strings.Contains(text, plainLetters(w)) {
				found[i]++
			} else {
				missing = true
			}
		}
		if missing {
			continue
		}
		all = true
		if (p.Ready() || !f.ready) && (!p.Ready() || !f.planned) {
			chosen = append(chosen, p)
		}
	}
	switch {
	case !family && f.family != "":
		return nil, fmt.Errorf("no family contains %q; the families are: %s", f.family, strings.Join(a.familyNames(), "; "))
	case !all && len(words) > 0:
		return nil, notFound(words, found, f.family)
	}
	return chosen, nil
}

// notFound says which words no paper contains, or that none contains them all.
func notFound(words []string, found []int, family string) error {
	where := ""
	if family != "" {
		where = fmt.Sprintf(" of the family %q", family)
	}
	for i, w := range words {
		if found[i] == 0 {
			return fmt.Errorf("no paper%s contains %q", where, w)
		}
	}
	return fmt.Errorf("no paper%s contains all of these words: %s", where, strings.Join(words, ", "))
}

// searchWords splits what was given in quotes.
func searchWords(args []string) []string { return strings.Fields(strings.Join(args, " ")) }

// searchText is what words are looked for in.
func searchText(p *study.Paper) string {
	return plainLetters(strings.Join([]string{p.Slug, p.Title, strings.Join(p.Authors, ", "), p.Summary}, "\n"))
}

// plainLetters writes a text as one types it into a search: in lower case,
// without accents, so that lojasiewicz finds Łojasiewicz, and with s for z, so
// that optimisation finds optimization.
func plainLetters(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case r == 'z':
			b.WriteRune('s')
		case r == 'ł': // has no decomposition
			b.WriteRune('l')
		case r == 'ı':
			b.WriteRune('i')
		case !unicode.Is(unicode.Mn, r): // Mn: the accents
			b.WriteRune(r)
		}
	}
	return b.String()
}
