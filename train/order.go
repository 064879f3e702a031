package train

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
)

// inList matches the path of an array in a list of arrays, as optimizer states have
// them for the parameters: its number is that of a parameter in the tree's order.
var inList = regexp.MustCompile(`\[[0-9]+\]$`)

// ordered is an error if a file has the arrays of a tree in another order and some in
// lists. Loading by name would give Mean[0] to what is now the first parameter, which
// need not be the one whose average it was. Save puts large elements first and else
// keeps the tree's order, so that both orders are known; want is the tree as Save
// would write it.
func ordered(path string, h *header, want []tensor) error {
	lists := false
	names := func(list []tensor) []string {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b tensor) int { return cmp.Compare(a.begin, b.begin) })
		var names []string
		for _, t := range list {
			if t.begin < t.end { // empty arrays have no place
				names = append(names, t.name)
				lists = lists || inList.MatchString(t.name)
			}
		}
		return names
	}
	have, now := names(h.tensors), names(want)
	if !lists {
		return nil
	}
	for i, name := range have {
		if name != now[i] {
			return &FormatError{path, called(name), fmt.Sprintf("it stands where the tree has %s, so that fields of the tree were in another order when it was saved. "+
				"Lists of arrays, as in the states of optimizers, go by that order: declare the fields as they were", called(now[i]))}
		}
	}
	return nil
}
