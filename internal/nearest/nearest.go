// Package nearest finds the names that a mistyped one may have meant.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// atMost is how many names are suggested.
const atMost = 3

// Names returns up to three of the names that a user who typed word may have
// meant, best first: those within a small edit distance, or that contain it.
// Case does not count.
func Names(word string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	lower := strings.ToLower(word)
	for _, name := range names {
		d := editDistance(lower, strings.ToLower(name))
		if len(lower) >= 3 && strings.Contains(strings.ToLower(name), lower) {
			d = 1
		}
		if d <= max(2, len(name)/3) && d < len(name) {
			near = append(near, candidate{name, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var out []string
	for _, c := range near[:min(atMost, len(near))] {
		out = append(out, c.name)
	}
	return out
}

// DidYouMean is [Names] as the end of a sentence: ` (did you mean "laprop"?)`,
// or "" when nothing is near.
func DidYouMean(word string, names []string) string {
	var quoted []string
	for _, n := range Names(word, names) {
		quoted = append(quoted, `"`+n+`"`)
	}
	switch last := len(quoted) - 1; {
	case last < 0:
		return ""
	case last == 0:
		return " (did you mean " + quoted[0] + "?)"
	default:
		return " (did you mean " + strings.Join(quoted[:last], ", ") + " or " + quoted[last] + "?)"
	}
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		next := make([]int, len(t)+1)
		next[0] = i
		for j := 1; j <= len(t); j++ {
			replace := row[j-1]
			if s[i-1] != t[j-1] {
				replace++
			}
			next[j] = min(row[j]+1, next[j-1]+1, replace)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}
