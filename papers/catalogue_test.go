package papers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestCatalogueIsTheIndex compares the catalogue with the index: every paper
// once, by number, under its own slug and in its own family.
func TestCatalogueIsTheIndex(t *testing.T) {
	want := map[int]string{}
	var families []string
	for _, f := range index {
		families = append(families, f.family)
		for _, entry := range strings.Split(f.papers, ", ") {
			var number int
			var slug string
			if _, err := fmt.Sscan(entry, &number, &slug); err != nil {
				t.Fatalf("index entry %q: %v", entry, err)
			}
			want[number] = f.family + ": " + slug
		}
	}
	if !slices.Equal(Families(), families) {
		t.Errorf("the families are %q, want %q", Families(), families)
	}
	all := All()
	if len(all) != 119 || len(want) != 119 {
		t.Fatalf("the catalogue has %d papers, the index %d, want 119", len(all), len(want))
	}
	for i, p := range all {
		if p.Number != i+1 {
			t.Errorf("paper %s has number %d at place %d", p.Slug, p.Number, i+1)
		}
		if got := p.Family + ": " + p.Slug; got != want[p.Number] {
			t.Errorf("paper %d is %q, want %q", p.Number, got, want[p.Number])
		}
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		if found, ok := Find(p.Slug); !ok || found.Number != p.Number {
			t.Errorf("Find(%q) does not find paper %d", p.Slug, p.Number)
		}
	}
}

// TestAPaperStandsOnce: what a paper is about is declared in one place, by its
// experiment if there is one, else in the plan.
func TestAPaperStandsOnce(t *testing.T) {
	isReady := map[string]bool{}
	for _, p := range ready() {
		if isReady[p.Slug] {
			t.Errorf("%s is listed as ready twice", p.Slug)
		}
		isReady[p.Slug] = true
		if !p.Ready() {
			t.Errorf("%s is listed as ready but has no Run", p.Slug)
		}
	}
	for _, p := range planned() {
		if p.Ready() {
			t.Errorf("%s is listed as planned but has a Run", p.Slug)
		}
		if isReady[p.Slug] {
			t.Errorf("%s is ready: delete its entry of the family %q in plan_*.go", p.Slug, p.Family)
		}
	}
}

func TestFindUnknown(t *testing.T) {
	for _, slug := range []string{"", "LaProp", "laprop ", "no-such-paper"} {
		if p, ok := Find(slug); ok {
			t.Errorf("Find(%q) = %s", slug, p.Slug)
		}
	}
}
