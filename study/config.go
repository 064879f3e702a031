package study

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Config is everything that decides what a run measures, and where and by what
// it was made.
type Config struct {
	Paper   string            `json:"paper"` // slug
	Scale   Scale             `json:"scale"`
	Seeds   []uint64          `json:"seeds"`
	Data    string            `json:"data,omitempty"` // name of the data set
	DataDir string            `json:"data_dir,omitempty"`
	Options map[string]string `json:"options,omitempty"` // every option of the paper

	Version string `json:"version"` // of fluxion
	System  string `json:"system"`  // operating system, processor, Go version
	Started string `json:"started"` // RFC 3339
}

// Digest is a SHA-256, as 64 hexadecimal digits, over what decides the
// measurements of a seed: the paper, the scale, the data set and the options.
// The seeds are not part of it, nor is where the data lie.
func (c Config) Digest() string {
	d := digester{sha256.New()}
	d.texts([]string{"fluxion config 1", c.Paper, string(c.Scale), c.Data})
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		d.texts([]string{name, c.Options[name]})
	}
	return d.sum()
}

// maxSeeds bounds a list of seeds, so that a slip of the finger does not fill
// the disk.
const maxSeeds = 10_000

// ParseSeeds reads seeds as the command line takes them: a count "5" (the seeds
// 0 to 4), a range "3-7", or a list "0,2,10-12".
func ParseSeeds(text string) ([]uint64, error) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		if n == 0 || n > maxSeeds {
			return nil, fmt.Errorf("seeds %q: a run has 1 to %d seeds", text, maxSeeds)
		}
		return FirstSeeds(int(n)), nil
	}
	var seeds []uint64
	for _, part := range strings.Split(strings.TrimSuffix(text, ","), ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		low, err1 := strconv.ParseUint(first, 10, 64)
		high, err2 := low, error(nil)
		if isRange {
			high, err2 = strconv.ParseUint(last, 10, 64)
		}
		if err1 != nil || err2 != nil || high < low {
			return nil, fmt.Errorf("seeds %q: give a count (5), a range (0-4) or a list (0,3,8)", text)
		}
		if high-low >= maxSeeds || len(seeds)+int(high-low) >= maxSeeds {
			return nil, fmt.Errorf("seeds %q: a run has at most %d seeds", text, maxSeeds)
		}
		for n := uint64(0); n <= high-low; n++ {
			if slices.Contains(seeds, low+n) {
				return nil, fmt.Errorf("seeds %q: seed %d is given twice", text, low+n)
			}
			seeds = append(seeds, low+n)
		}
	}
	return seeds, nil
}

// FirstSeeds returns the seeds 0 to n-1.
func FirstSeeds(n int) []uint64 {
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = uint64(i)
	}
	return seeds
}

// FormatSeeds writes seeds in the form that ParseSeeds reads: 0-4, or 0,3,8.
func FormatSeeds(seeds []uint64) string {
	var parts []string
	for i := 0; i < len(seeds); {
		j := i
		for j+1 < len(seeds) && seeds[j+1] > seeds[j] && seeds[j+1]-seeds[j] == 1 {
			j++
		}
		part := strconv.FormatUint(seeds[i], 10)
		if j > i {
			part += "-" + strconv.FormatUint(seeds[j], 10)
		}
		parts = append(parts, part)
		i = j + 1
	}
	text := strings.Join(parts, ",")
	if len(seeds) == 1 {
		text += "," // a bare number would be a count
	}
	return text
}
