package papers

import (
	"slices"
	"testing"
)

func TestCatalogueIsComplete(t *testing.T) {
	all := All()
	if len(all) != len(plan) {
		t.Errorf("the catalogue has %d papers, the plan %d", len(all), len(plan))
	}
	for i, p := range all {
		if p.Number != i+1 {
			t.Errorf("paper %s has number %d at place %d", p.Slug, p.Number, i+1)
		}
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		if found, ok := Find(p.Slug); !ok || found.Number != p.Number {
			t.Errorf("Find(%q) does not find paper %d", p.Slug, p.Number)
		}
		if !slices.Contains(Families(), p.Family) {
			t.Errorf("%s: unknown family %q", p.Slug, p.Family)
		}
	}
}

// TestReadyPapersKeepThePlan compares what an experiment's package declares
// with the plan, so that numbers and names do not drift apart.
func TestReadyPapersKeepThePlan(t *testing.T) {
	bySlug := map[string]int{}
	for i, p := range plan {
		if _, ok := bySlug[p.slug]; ok {
			t.Errorf("slug %s is planned twice", p.slug)
		}
		bySlug[p.slug] = i
	}
	seen := map[string]bool{}
	for _, p := range ready() {
		i, ok := bySlug[p.Slug]
		if !ok {
			t.Errorf("%s is not in the plan", p.Slug)
			continue
		}
		want := plan[i]
		if p.Number != want.number || p.Title != want.title || p.Family != want.family || p.ArXiv != want.arXiv || p.Year != want.year {
			t.Errorf("%s: number, title, family, year or arXiv id differ from the plan", p.Slug)
		}
		if !p.Ready() {
			t.Errorf("%s is listed as ready but has no Run", p.Slug)
		}
		if seen[p.Slug] {
			t.Errorf("%s is listed twice", p.Slug)
		}
		seen[p.Slug] = true
		for _, c := range p.Claims {
			if c.Judge == nil {
				t.Errorf("%s: claim %s has no judge", p.Slug, c.ID)
			}
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
