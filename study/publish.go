package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Published is the record of a run that is kept with the program, so that
// anybody can run the experiment again and compare bit for bit. It holds no
// wall-clock time and nothing about the machine that made it.
type Published struct {
	Format       string            `json:"format"`
	Version      int               `json:"format_version"`
	Paper        string            `json:"paper"`
	Scale        Scale             `json:"scale"`
	Seeds        []uint64          `json:"seeds"`
	Data         string            `json:"data,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
	Digest       string            `json:"digest"`
	SeedDigests  map[string]string `json:"seed_digests"` // by seed
	Claims       []Verdict         `json:"claims"`
	Measurements []ScalarSummary   `json:"measurements"`
}

const publishedFormat = "fluxion-published"

// Publish makes the record of a finished run.
func (o *Outcome) Publish() Published {
	r := o.Results
	c := r.Config
	p := Published{Format: publishedFormat, Version: formatVersion, Paper: c.Paper, Scale: c.Scale, Seeds: c.Seeds,
		Data: c.Data, Options: c.Options, Digest: o.Digest, SeedDigests: map[string]string{},
		Measurements: r.summaries(scalarsOf)}
	for i, v := range o.Verdicts {
		if !o.Paper.Claims[i].Timed {
			p.Claims = append(p.Claims, v)
		}
	}
	for _, s := range r.Seeds {
		p.SeedDigests[fmt.Sprint(s.Seed)] = s.Record.Digest()
	}
	return p
}

// PublishedName is the file name of a published record.
func PublishedName(slug string, scale Scale) string { return fmt.Sprintf("%s-%s.json", slug, scale) }

// Encode writes the record as JSON, the same bytes for the same record.
func (p Published) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", " ")
	return append(data, '\n'), err
}

// ParsePublished reads a record. name is for the error message.
func ParsePublished(name string, data []byte) (Published, error) {
	var p Published
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("%s: no published record: %w", name, err)
	}
	if p.Format != publishedFormat || p.Version != formatVersion {
		return p, fmt.Errorf("%s: format %q version %d; this program reads %q version %d", name, p.Format, p.Version, publishedFormat, formatVersion)
	}
	return p, nil
}

// Request asks for the published run again.
func (p Published) Request(paper *Paper) Request {
	return Request{Paper: paper, Scale: p.Scale, Seeds: p.Seeds, Data: p.Data, Set: p.Options}
}

// Difference is a field in which a run differs from what was published.
type Difference struct {
	Field     string `json:"field"`
	Published string `json:"published"`
	Now       string `json:"now"`
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: published %s, now %s", d.Field, d.Published, d.Now)
}

// Compare lists the fields in which a run differs from the published one; none
// if every bit of what it measured is the same. What decides the measurements
// comes first, then verdicts, scalars, and digests.
func (p Published) Compare(now Published) []Difference {
	var out []Difference
	differ := func(field string, a, b any) {
		if x, y := fmt.Sprint(a), fmt.Sprint(b); x != y {
			out = append(out, Difference{field, x, y})
		}
	}
	differ("paper", p.Paper, now.Paper)
	differ("scale", p.Scale, now.Scale)
	differ("data set", p.Data, now.Data)
	differ("seeds", FormatSeeds(p.Seeds), FormatSeeds(now.Seeds))
	for _, name := range unionKeys(p.Options, now.Options) {
		differ("option "+name, orNone(p.Options, name), orNone(now.Options, name))
	}
	was, is := verdictsByClaim(p.Claims), verdictsByClaim(now.Claims)
	for _, id := range unionKeys(was, is) {
		differ("claim "+id, orNone(was, id), orNone(is, id))
	}
	out = append(out, compareScalars(p.Measurements, now.Measurements)...)
	for _, seed := range unionKeys(p.SeedDigests, now.SeedDigests) {
		differ("digest of seed "+seed, orNone(p.SeedDigests, seed), orNone(now.SeedDigests, seed))
	}
	differ("digest", p.Digest, now.Digest)
	return out
}

func compareScalars(was, is []ScalarSummary) []Difference {
	index := func(list []ScalarSummary) map[string]Floats {
		m := map[string]Floats{}
		for _, s := range list {
			m[s.ID.String()] = s.Values
		}
		return m
	}
	a, b := index(was), index(is)
	var out []Difference
	for _, id := range unionKeys(a, b) {
		if x, y := exactNumbers(a, id), exactNumbers(b, id); x != y {
			out = append(out, Difference{id, x, y})
		}
	}
	return out
}

// exactNumbers writes values so that different bits never look the same.
func exactNumbers(m map[string]Floats, id string) string {
	values, ok := m[id]
	if !ok {
		return "none"
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(v) // the shortest decimal that reads back as v
		if v == 0 && math.Signbit(v) {
			parts[i] = "-0"
		}
	}
	return strings.Join(parts, " ")
}

func verdictsByClaim(vs []Verdict) map[string]string {
	m := map[string]string{}
	for _, v := range vs {
		text := string(v.Status)
		if v.Reason != "" {
			text += " (" + v.Reason + ")"
		}
		m[v.Claim] = text
	}
	return m
}

func unionKeys[V any](a, b map[string]V) []string {
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

func orNone(m map[string]string, key string) string {
	if v, ok := m[key]; ok {
		return v
	}
	return "none"
}
