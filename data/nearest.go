package data

// nearest returns the names that a mistyped one may have meant: those with the
// least edit distance to it, if that is at most 2 or a third of its length.
func nearest(name string, names []string) []string {
	best := max(2, len(name)/3)
	var near []string
	for _, candidate := range names {
		switch d := editDistance(name, candidate); {
		case d < best:
			best, near = d, []string{candidate}
		case d == best:
			near = append(near, candidate)
		}
	}
	return near
}

// editDistance is the number of insertions, deletions and substitutions of
// bytes that turn a into b (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1) // distances of a[:i] to every b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
