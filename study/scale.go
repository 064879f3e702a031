package study

import (
	"fmt"
	"strings"
)

// Scale is the size of an experiment.
type Scale string

const (
	// Quick is for continuous integration: seconds.
	Quick Scale = "quick"
	// Default is for a person at a laptop: a minute or two.
	Default Scale = "default"
	// Full is the published setting, however long it takes.
	Full Scale = "full"
)

// Scales lists all scales, smallest first.
func Scales() []Scale { return []Scale{Quick, Default, Full} }

// ParseScale reads a scale's name.
func ParseScale(name string) (Scale, error) {
	for _, s := range Scales() {
		if string(s) == name {
			return s, nil
		}
	}
	return "", fmt.Errorf("unknown scale %q: choose %s", name, joinScales(Scales(), ", ", " or "))
}

// PerScale holds one value for each scale.
//
//	epochs := study.PerScale[int]{Quick: 1, Default: 4, Full: 20}.At(env.Scale)
type PerScale[T any] struct {
	Quick, Default, Full T
}

// At returns the value for the given scale.
func (p PerScale[T]) At(s Scale) T {
	switch s {
	case Quick:
		return p.Quick
	case Default:
		return p.Default
	case Full:
		return p.Full
	}
	panic(fmt.Sprintf("study: unknown scale %q", string(s)))
}

// joinScales writes a list of scales for a sentence: "quick, default or full".
func joinScales(scales []Scale, separator, last string) string {
	names := make([]string, len(scales))
	for i, s := range scales {
		names[i] = string(s)
	}
	return joinWords(names, separator, last)
}

func joinWords(words []string, separator, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], separator) + last + words[n]
}
