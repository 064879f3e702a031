package study

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

// Label is one key and its value.
type Label struct{ Key, Value string }

// Labels tell apart the measurements that share a name, such as the losses of
// two methods at several decay rates: method=adam, nu=0.5. They are sorted by
// key.
type Labels []Label

// MakeLabels builds labels from alternating keys and values, as in
//
//	MakeLabels("method", "adam", "nu", 0.5)
//
// A value is a string, a number or a bool; numbers are written in their
// shortest form, so that 0.5 and "0.5" are the same label. It panics on a
// missing value, on a repeated or malformed key, and on a value of another type.
func MakeLabels(pairs ...any) Labels {
	if len(pairs)%2 != 0 {
		panic(fmt.Sprintf("study: labels come as key, value pairs, got %d arguments: %v", len(pairs), pairs))
	}
	labels := make(Labels, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			panic(fmt.Sprintf("study: label key %v is a %T, not a string", pairs[i], pairs[i]))
		}
		labels = append(labels, Label{key, labelValue(key, pairs[i+1])})
	}
	sort.SliceStable(labels, func(i, j int) bool { return labels[i].Key < labels[j].Key })
	if err := labels.validate(); err != nil {
		panic("study: " + err.Error())
	}
	return labels
}

func labelValue(key string, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(v)
	case fmt.Stringer:
		return v.String()
	}
	panic(fmt.Sprintf("study: label %s has a value of type %T; use a string, a number or a bool", key, value))
}

// validate checks sorted labels.
func (l Labels) validate() error {
	for i, label := range l {
		if !isName(label.Key) {
			return fmt.Errorf("label key %q: use letters, digits and _", label.Key)
		}
		if i > 0 && l[i-1].Key >= label.Key {
			return fmt.Errorf("label key %q is repeated or out of order", label.Key)
		}
		if strings.ContainsFunc(label.Value, func(r rune) bool { return unicode.IsControl(r) || r == ';' }) {
			return fmt.Errorf("label %s=%q: no control characters or semicolons", label.Key, label.Value)
		}
	}
	return nil
}

// isName reports whether s can name a measurement, a label or an option.
func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		digit := r >= '0' && r <= '9' || r == '-'
		if !letter && (!digit || i == 0) {
			return false
		}
	}
	return s != ""
}

// Get returns the value of a label, or "" where there is none.
func (l Labels) Get(key string) string {
	for _, label := range l {
		if label.Key == key {
			return label.Value
		}
	}
	return ""
}

// Number returns the value of a label as a number, NaN if it is none.
func (l Labels) Number(key string) float64 {
	v, err := strconv.ParseFloat(l.Get(key), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// Contains reports whether l has every label of the selection.
func (l Labels) Contains(selection Labels) bool {
	i := 0
	for _, want := range selection {
		for i < len(l) && l[i].Key < want.Key {
			i++
		}
		if i == len(l) || l[i] != want {
			return false
		}
	}
	return true
}

// merge adds labels to l; a key in both is a mistake.
func (l Labels) merge(more Labels) Labels {
	all := make(Labels, 0, len(l)+len(more))
	all = append(append(all, l...), more...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].Key < all[j].Key })
	if err := all.validate(); err != nil {
		panic("study: " + err.Error())
	}
	return all
}

// String writes the labels as "method=adam, nu=0.5".
func (l Labels) String() string { return l.join(", ") }

func (l Labels) join(separator string) string {
	parts := make([]string, len(l))
	for i, label := range l {
		parts[i] = label.Key + "=" + label.Value
	}
	return strings.Join(parts, separator)
}

// MarshalJSON writes the labels as an object.
func (l Labels) MarshalJSON() ([]byte, error) {
	m := make(map[string]string, len(l))
	for _, label := range l {
		m[label.Key] = label.Value
	}
	return json.Marshal(m)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *Labels) UnmarshalJSON(data []byte) error {
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	labels := make(Labels, 0, len(m))
	for k, v := range m {
		labels = append(labels, Label{k, v})
	}
	sort.Slice(labels, func(i, j int) bool { return labels[i].Key < labels[j].Key })
	if len(labels) == 0 {
		labels = nil
	}
	*l = labels
	return labels.validate()
}

// ID is the full name of a measurement: final_loss{method=adam, nu=0.5}.
type ID struct {
	Name   string `json:"name"`
	Labels Labels `json:"labels,omitempty"`
}

// String writes the name and, where there are any, the labels in braces.
func (id ID) String() string {
	if len(id.Labels) == 0 {
		return id.Name
	}
	return id.Name + "{" + id.Labels.String() + "}"
}

// key is a string that two different IDs never share.
func (id ID) key() string { return id.Name + "\x1e" + id.Labels.join("\x1f") }

func (id ID) matches(name string, selection Labels) bool {
	return id.Name == name && id.Labels.Contains(selection)
}
