package study

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Float is a float64 that survives JSON: non-finite values are written as the
// strings "NaN", "+Inf" and "-Inf", finite ones in the shortest form that reads
// back to the same bits.
type Float float64

// MarshalJSON implements json.Marshaler.
func (f Float) MarshalJSON() ([]byte, error) { return appendFloat(nil, float64(f)), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (f *Float) UnmarshalJSON(data []byte) error {
	v, err := parseFloat(data)
	*f = Float(v)
	return err
}

// Floats is a list of float64 values that survives JSON as Float does.
type Floats []float64

// MarshalJSON implements json.Marshaler.
func (f Floats) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 2+12*len(f))
	out = append(out, '[')
	for i, v := range f {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendFloat(out, v)
	}
	return append(out, ']'), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Floats) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	values := make(Floats, len(raw))
	for i, r := range raw {
		v, err := parseFloat(r)
		if err != nil {
			return err
		}
		values[i] = v
	}
	*f = values
	return nil
}

func appendFloat(out []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(append(append(out, '"'), formatExact(v)...), '"')
	}
	return append(out, formatExact(v)...)
}

func parseFloat(data []byte) (float64, error) {
	switch string(data) {
	case `"NaN"`:
		return math.NaN(), nil
	case `"+Inf"`:
		return math.Inf(1), nil
	case `"-Inf"`:
		return math.Inf(-1), nil
	}
	v, err := strconv.ParseFloat(string(data), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%s is not a number", data)
	}
	return v, nil
}

// formatExact writes v so that it reads back to the same bits.
func formatExact(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// FormatNumber writes v for a reader, with four significant digits: 0.1523,
// 1.234e+07, 12000. Whole numbers below a million are written out.
func FormatNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case v == math.Trunc(v) && math.Abs(v) < 1e6:
		return strconv.FormatFloat(v+0, 'f', -1, 64) // + 0 turns -0 into 0
	case math.Abs(v) >= 1000 && math.Abs(v) < 1e5:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
