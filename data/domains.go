package data

import (
	"fmt"
	"slices"
	"strings"
)

// Domains is a labelled set whose images come from several domains: the same
// classes, looking different. It is what domain generalisation trains on (Gulrajani
// and Lopez-Paz, "In Search of Lost Domain Generalization", 2021). Treat it as
// immutable.
type Domains struct {
	// Images holds the images of all domains, one domain after the other.
	*Images
	// Domain holds one domain per image: an index of Names.
	Domain []int32
	// Names names the domains.
	Names []string
}

// NewDomains joins a set for each domain. Grey sets become coloured if any is.
// It is an error if there are no sets, or if names, sizes or classes do not
// agree.
func NewDomains(names []string, sets ...*Images) (*Domains, error) {
	if len(sets) == 0 || len(names) != len(sets) {
		return nil, fmt.Errorf("data: %d domains of %d names: there must be as many, and at least one", len(sets), len(names))
	}
	first := sets[0]
	channels := 1
	for i, s := range sets {
		if slices.Contains(names[:i], names[i]) || names[i] == "" {
			return nil, fmt.Errorf("data: domain %d: the name %q is empty or used twice", i, names[i])
		}
		if s.Height != first.Height || s.Width != first.Width || !slices.Equal(s.Classes, first.Classes) {
			return nil, fmt.Errorf("data: domain %s has images of %dx%d and %s, domain %s of %dx%d and %s", names[i], s.Height, s.Width,
				classCount(s), names[0], first.Height, first.Width, classCount(first))
		}
		channels = max(channels, s.Channels)
	}
	all := *first
	all.Name, all.Channels, all.Pixels, all.Labels = strings.Join(names, ", "), channels, nil, nil
	d := &Domains{Images: &all, Names: slices.Clone(names)}
	for i, s := range sets {
		if channels == 3 {
			s = s.RGB()
		}
		all.Pixels = append(all.Pixels, s.Pixels...)
		all.Labels = append(all.Labels, s.Labels...)
		d.Domain = append(d.Domain, slices.Repeat([]int32{int32(i)}, s.N())...)
	}
	return d, nil
}

func classCount(s *Images) string {
	if len(s.Classes) == 1 {
		return "1 class"
	}
	return fmt.Sprintf("%d classes", len(s.Classes))
}

// GlyphDomains draws n glyphs for each shift, no two of them the same drawing,
// and shifts them. Domain i takes the glyphs of stream first+i: give training
// and test streams that do not overlap. Errors are those of [Glyphs], of the
// shifts and of [NewDomains].
func GlyphDomains(n, size int, seed uint64, first uint32, shifts ...Shift) (*Domains, error) {
	names, sets := make([]string, len(shifts)), make([]*Images, len(shifts))
	for i, shift := range shifts {
		set, err := Glyphs(n, size, seed, first+uint32(i))
		if err != nil {
			return nil, err
		}
		names[i] = shift.Name
		if sets[i], err = shift.Apply(set, seed+uint64(i)); err != nil {
			return nil, err
		}
	}
	return NewDomains(names, sets...)
}

// ShiftImages deals the images of a set out to the shifts in turn, so that the
// domains share none, and shifts them. Errors are those of the shifts and of
// [NewDomains]; a set with fewer images than shifts is one.
func ShiftImages(set *Images, seed uint64, shifts ...Shift) (*Domains, error) {
	if set.N() < len(shifts) {
		return nil, fmt.Errorf("data: %s: %s cannot be dealt out to %d domains", set.Name, plural(set.N(), "image"), len(shifts))
	}
	names, sets := make([]string, len(shifts)), make([]*Images, len(shifts))
	for i, shift := range shifts {
		var mine []int
		for k := i; k < set.N(); k += len(shifts) {
			mine = append(mine, k)
		}
		var err error
		names[i] = shift.Name
		if sets[i], err = shift.Apply(set.Select(mine), seed+uint64(i)); err != nil {
			return nil, err
		}
	}
	return NewDomains(names, sets...)
}

// Of returns the images of domain i. It panics if there is no domain i.
func (d *Domains) Of(i int) *Images {
	d.mustHave(i)
	set := d.Select(d.indices(func(k int32) bool { return int(k) == i }))
	set.Name = d.Names[i]
	return set
}

// HoldOut splits off domain i, to test on what was never trained on: the
// domains that remain keep their order. It panics if there is no domain i, and
// if it is the only one.
func (d *Domains) HoldOut(i int) (rest *Domains, held *Images) {
	d.mustHave(i)
	if len(d.Names) == 1 {
		panic("data: the only domain is held out, and none remains")
	}
	keep := d.indices(func(k int32) bool { return int(k) != i })
	rest = &Domains{Images: d.Select(keep), Names: slices.Delete(slices.Clone(d.Names), i, i+1)}
	rest.Name = strings.Join(rest.Names, ", ")
	for _, k := range keep {
		domain := d.Domain[k]
		if int(domain) > i {
			domain--
		}
		rest.Domain = append(rest.Domain, domain)
	}
	return rest, d.Of(i)
}

func (d *Domains) mustHave(i int) {
	if i < 0 || i >= len(d.Names) {
		panic(fmt.Sprintf("data: domain %d of %d", i, len(d.Names)))
	}
}

func (d *Domains) indices(take func(int32) bool) []int {
	var list []int
	for i, k := range d.Domain {
		if take(k) {
			list = append(list, i)
		}
	}
	return list
}

// RGB returns a grey set with its value in red, green and blue, and a coloured
// one as it is.
func (s *Images) RGB() *Images {
	if s.Channels == 3 {
		return s
	}
	t := *s
	t.Channels = 3
	t.Pixels = make([]float32, 0, 3*len(s.Pixels))
	for _, v := range s.Pixels {
		t.Pixels = append(t.Pixels, v, v, v)
	}
	return &t
}
