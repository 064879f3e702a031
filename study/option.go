package study

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/internal/nearest"
)

// Option is a setting of one paper's experiment that a user can change with
// --set name=value. Make one with [IntOption], [FloatOption], [BoolOption],
// [StringOption] or [ChoiceOption].
type Option struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // int, float, bool, string or choice
	Default string   `json:"default"`
	Help    string   `json:"help"`              // one sentence, with the unit
	Choices []string `json:"choices,omitempty"` // of a choice

	low, high float64 // inclusive bounds of a number, where bounded
	bounded   bool
}

// IntOption declares a whole number.
func IntOption(name string, value int, help string) Option {
	return Option{Name: name, Kind: "int", Default: strconv.Itoa(value), Help: help}
}

// FloatOption declares a finite number.
func FloatOption(name string, value float64, help string) Option {
	return Option{Name: name, Kind: "float", Default: formatExact(value), Help: help}
}

// BoolOption declares a switch.
func BoolOption(name string, value bool, help string) Option {
	return Option{Name: name, Kind: "bool", Default: strconv.FormatBool(value), Help: help}
}

// StringOption declares free text.
func StringOption(name, value, help string) Option {
	return Option{Name: name, Kind: "string", Default: value, Help: help}
}

// ChoiceOption declares one of several words; value is the default.
func ChoiceOption(name, value, help string, choices ...string) Option {
	return Option{Name: name, Kind: "choice", Default: value, Help: help, Choices: choices}
}

// Between bounds a number, both ends included; an end may be infinite.
func (o Option) Between(low, high float64) Option {
	o.low, o.high, o.bounded = low, high, true
	return o
}

// Range describes the values allowed, "" where the kind says it all.
func (o Option) Range() string {
	switch {
	case o.Kind == "choice":
		return joinWords(o.Choices, ", ", " or ")
	case !o.bounded || math.IsInf(o.low, -1) && math.IsInf(o.high, 1):
		return ""
	case math.IsInf(o.high, 1):
		return "at least " + FormatNumber(o.low)
	case math.IsInf(o.low, -1):
		return "at most " + FormatNumber(o.high)
	}
	return FormatNumber(o.low) + " to " + FormatNumber(o.high)
}

// Check reads a value as a user gave it and returns its canonical form, so that
// 1e-3 and 0.001 are the same setting.
func (o Option) Check(text string) (string, error) {
	canonical, number, err := o.parse(strings.TrimSpace(text))
	if err != nil {
		return "", fmt.Errorf("option %s: %q is not %w", o.Name, text, err)
	}
	if o.bounded && (number < o.low || number > o.high) {
		return "", fmt.Errorf("option %s: %s is out of range: %s", o.Name, canonical, o.Range())
	}
	return canonical, nil
}

func (o Option) parse(text string) (canonical string, number float64, err error) {
	switch o.Kind {
	case "int":
		v, err := strconv.Atoi(text)
		if err != nil {
			return "", 0, fmt.Errorf("a whole number")
		}
		return strconv.Itoa(v), float64(v), nil
	case "float":
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return "", 0, fmt.Errorf("a finite number")
		}
		return formatExact(v), v, nil
	case "bool":
		v, err := strconv.ParseBool(text)
		if err != nil {
			return "", 0, fmt.Errorf("true or false")
		}
		return strconv.FormatBool(v), 0, nil
	case "choice":
		if !slices.Contains(o.Choices, text) {
			return "", 0, fmt.Errorf("one of %s", joinWords(o.Choices, ", ", " or "))
		}
		return text, 0, nil
	case "string":
		return text, 0, nil
	}
	return "", 0, fmt.Errorf("of a known kind (%q)", o.Kind)
}

// validate checks the declaration itself.
func (o Option) validate() error {
	if !isName(o.Name) {
		return fmt.Errorf("option name %q: use letters, digits, _ and -", o.Name)
	}
	if o.Help == "" {
		return fmt.Errorf("option %s has no help", o.Name)
	}
	if o.bounded && o.Kind != "int" && o.Kind != "float" {
		return fmt.Errorf("option %s: only numbers have bounds", o.Name)
	}
	canonical, err := o.Check(o.Default)
	if err == nil && canonical != o.Default {
		err = fmt.Errorf("option %s: write the default as %s", o.Name, canonical)
	}
	return err
}

// Settings are the values of a paper's options in one run, every option
// included. They are read with Int, Float, Bool and String, which panic when
// the paper declares no such option of that kind.
type Settings struct {
	options []Option
	values  map[string]string
}

// NewSettings checks the given values against the options and fills in the
// defaults. An unknown name is an error that suggests the nearest ones.
func NewSettings(options []Option, given map[string]string) (Settings, error) {
	s := Settings{options: options, values: make(map[string]string, len(options))}
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Name
		text, ok := given[o.Name]
		if !ok {
			s.values[o.Name] = o.Default
			continue
		}
		value, err := o.Check(text)
		if err != nil {
			return Settings{}, err
		}
		s.values[o.Name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := s.values[name]; ok {
			continue
		}
		if len(names) == 0 {
			return Settings{}, fmt.Errorf("unknown option %q: this paper has no options", name)
		}
		return Settings{}, fmt.Errorf("unknown option %q%s; the options are %s",
			name, nearest.DidYouMean(name, names), strings.Join(names, ", "))
	}
	return s, nil
}

// Int returns the value of an int option.
func (s Settings) Int(name string) int {
	v, err := strconv.Atoi(s.get(name, "int"))
	if err != nil {
		panic("study: " + err.Error())
	}
	return v
}

// Float returns the value of a float option.
func (s Settings) Float(name string) float64 {
	v, err := strconv.ParseFloat(s.get(name, "float"), 64)
	if err != nil {
		panic("study: " + err.Error())
	}
	return v
}

// Bool returns the value of a bool option.
func (s Settings) Bool(name string) bool { return s.get(name, "bool") == "true" }

// String returns the value of a string or choice option.
func (s Settings) String(name string) string { return s.get(name, "string", "choice") }

func (s Settings) get(name string, kinds ...string) string {
	for _, o := range s.options {
		if o.Name == name {
			if !slices.Contains(kinds, o.Kind) {
				panic(fmt.Sprintf("study: option %s is declared as %s, not %s", name, o.Kind, strings.Join(kinds, " or ")))
			}
			return s.values[name]
		}
	}
	panic(fmt.Sprintf("study: the paper declares no option %q", name))
}

// All returns every option's value.
func (s Settings) All() map[string]string {
	all := make(map[string]string, len(s.values))
	for k, v := range s.values {
		all[k] = v
	}
	return all
}

// Changed lists the settings that differ from the defaults as name=value, in
// the order of declaration.
func (s Settings) Changed() []string {
	var changed []string
	for _, o := range s.options {
		if v := s.values[o.Name]; v != o.Default {
			changed = append(changed, o.Name+"="+v)
		}
	}
	return changed
}
