package study

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Axis describes one axis of a panel.
type Axis struct {
	Label string
	Unit  string // shown in parentheses; "" for a pure number
	Log   bool   // values that are not positive are left out
	// SymLog, if positive, makes the axis logarithmic on both sides of zero and
	// linear between -SymLog and SymLog, for values of both signs.
	SymLog float64
	// Min and Max bound the axis; nil: the data do. Curves are cut off there.
	Min, Max *float64
}

// At returns a pointer to v, for Axis.Min and Axis.Max.
func At(v float64) *float64 { return &v }

func (a Axis) text() string {
	if a.Unit == "" {
		return a.Label
	}
	return a.Label + " (" + a.Unit + ")"
}

func (a Axis) check() error {
	switch {
	case a.Log && a.SymLog > 0:
		return fmt.Errorf("axis %q is either Log or SymLog", a.Label)
	case a.SymLog < 0 || math.IsNaN(a.SymLog) || math.IsInf(a.SymLog, 0):
		return fmt.Errorf("axis %q: SymLog must be positive", a.Label)
	}
	for _, end := range []*float64{a.Min, a.Max} {
		if end != nil && (!finite(*end) || a.Log && *end <= 0) {
			return fmt.Errorf("axis %q cannot end at %v", a.Label, *end)
		}
	}
	if a.Min != nil && a.Max != nil && *a.Min >= *a.Max {
		return fmt.Errorf("axis %q: Min %v is not below Max %v", a.Label, *a.Min, *a.Max)
	}
	return nil
}

// shows reports whether the axis has a place for v.
func (a Axis) shows(v float64) bool { return finite(v) && (!a.Log || v > 0) }

// valueRange is the smallest and largest of the values added.
type valueRange struct{ low, high float64 }

func emptyRange() *valueRange { return &valueRange{math.Inf(1), math.Inf(-1)} }

func (r *valueRange) add(v float64) {
	r.low, r.high = math.Min(r.low, v), math.Max(r.high, v)
}

func (r *valueRange) empty() bool { return r.low > r.high }

// apply sets up a plot's axis for values in the range, with a little air.
func (a Axis) apply(axis *plot.Axis, r *valueRange, air float64) {
	scale := a.scale()
	low, high := 0.0, 1.0
	if a.Log {
		low, high = 0.1, 1
	}
	if !r.empty() {
		low, high = r.low, r.high
	}
	u, v := scale.forward(low), scale.forward(high)
	if v-u < 1e-9*math.Max(1, math.Abs(u)) {
		pad := 0.5
		if !a.Log && a.SymLog == 0 && u != 0 {
			pad = 0.1 * math.Abs(u)
		}
		u, v = u-pad, v+pad
	}
	pad := air * (v - u)
	axis.Min, axis.Max = scale.backward(u-pad), scale.backward(v+pad)
	// A linear axis of a quantity that is never negative does not begin below 0.
	if !a.Log && a.SymLog == 0 && low >= 0 && axis.Min < 0 {
		axis.Min = 0
	}
	if a.Min != nil {
		axis.Min = *a.Min
	}
	if a.Max != nil {
		axis.Max = *a.Max
	}
	if axis.Min >= axis.Max { // one end was given and all data lie beyond it
		if a.Max != nil {
			axis.Min = scale.backward(scale.forward(axis.Max) - 1)
		} else {
			axis.Max = scale.backward(scale.forward(axis.Min) + 1)
		}
	}
	axis.Scale = scale
	axis.Tick.Marker = scale
}

func (a Axis) scale() axisScale {
	switch {
	case a.Log:
		return axisScale{forward: math.Log10, backward: func(u float64) float64 { return math.Pow(10, u) }, ticks: logTicks}
	case a.SymLog > 0:
		c := a.SymLog
		return axisScale{
			forward:  func(x float64) float64 { return math.Copysign(math.Log10(1+math.Abs(x)/c), x) },
			backward: func(u float64) float64 { return math.Copysign(c*(math.Pow(10, math.Abs(u))-1), u) },
			ticks:    func(low, high float64) []plot.Tick { return symlogTicks(low, high, c) },
		}
	}
	same := func(x float64) float64 { return x }
	return axisScale{forward: same, backward: same, ticks: linearTicks}
}

// axisScale is how values become places on an axis; it is a plot.Normalizer
// and a plot.Ticker.
type axisScale struct {
	forward, backward func(float64) float64
	ticks             func(low, high float64) []plot.Tick
}

// Normalize implements plot.Normalizer.
func (s axisScale) Normalize(low, high, x float64) float64 {
	u, v := s.forward(low), s.forward(high)
	return (s.forward(x) - u) / (v - u)
}

// Ticks implements plot.Ticker.
func (s axisScale) Ticks(low, high float64) []plot.Tick { return s.ticks(low, high) }

// linearTicks places about five labels at multiples of 1, 2 or 5 times a power
// of ten.
func linearTicks(low, high float64) []plot.Tick {
	step := niceStep((high - low) / 5)
	label := labelWriter(math.Max(math.Abs(low), math.Abs(high)), step)
	var ticks []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: label(k * step)})
	}
	return ticks
}

func niceStep(about float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(about)))
	for _, m := range []float64{1, 2, 5} {
		if about <= 1.4*m*power {
			return m * power
		}
	}
	return 10 * power
}

// labelWriter writes multiples of step up to the given size, all with the same
// decimals and, where they are very large or small, the same power of ten.
func labelWriter(size, step float64) func(float64) string {
	decade := func(v float64) int { return int(math.Floor(math.Log10(v) + 1e-9)) }
	exponent, power := 0, ""
	if size >= 1e6 || size < 1e-3 {
		exponent = decade(step)
		if decade(size)-exponent > 2 {
			exponent = decade(size)
		}
		power = "·" + tenTo(exponent)
	}
	decimals := max(0, exponent-decade(step))
	return func(v float64) string {
		if math.Abs(v) < step/2 {
			return "0"
		}
		return minus(strconv.FormatFloat(v/math.Pow(10, float64(exponent)), 'f', decimals, 64)) + power
	}
}

// logTicks labels powers of ten, or, on an axis of less than two decades, also
// 2 and 5 times them. Unlabelled ticks stand at the other multiples.
func logTicks(low, high float64) []plot.Tick {
	first, last := int(math.Floor(math.Log10(low)+1e-9)), int(math.Ceil(math.Log10(high)-1e-9))
	inside := func(v float64) bool { return v >= low*(1-1e-9) && v <= high*(1+1e-9) }
	decades := math.Log10(high / low)
	plain := first >= -3 && high < 1e5
	every := 1 + int(decades)/8
	var ticks []plot.Tick
	labels := 0
	for e := first; e <= last; e++ {
		for m := 1; m <= 9; m++ {
			v := float64(m) * math.Pow(10, float64(e))
			if !inside(v) {
				continue
			}
			t := plot.Tick{Value: v}
			if m == 1 && e%every == 0 || decades < 1.7 && (m == 2 || m == 5) {
				t.Label = powerLabel(m, e, plain)
				labels++
			} else if decades > 5 && m > 1 {
				continue
			}
			ticks = append(ticks, t)
		}
	}
	if labels < 2 { // less than a factor of about two: as on a linear axis
		return linearTicks(low, high)
	}
	return ticks
}

func powerLabel(m, e int, plain bool) string {
	switch {
	case plain:
		return strconv.FormatFloat(float64(m)*math.Pow(10, float64(e)), 'f', max(0, -e), 64)
	case m == 1:
		return tenTo(e)
	}
	return strconv.Itoa(m) + "·" + tenTo(e)
}

// symlogTicks labels zero and powers of ten on both sides, every second or
// third where there are many.
func symlogTicks(low, high, linear float64) []plot.Tick {
	ticks := []plot.Tick{{Value: 0, Label: "0"}}
	first := int(math.Ceil(math.Log10(linear)))
	last := int(math.Floor(math.Log10(math.Max(math.Max(-low, high), linear)) + 1e-9))
	every := 1 + (last-first)/4
	for e := first; e <= last; e++ {
		v := math.Pow(10, float64(e))
		label, negative := "", ""
		if (last-e)%every == 0 {
			label = powerLabel(1, e, first >= -3 && last <= 4)
			negative = "−" + label
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: label}, plot.Tick{Value: -v, Label: negative})
	}
	return ticks
}

// tenTo writes a power of ten with the exponent as superscript.
func tenTo(e int) string { return "10^{" + minus(strconv.Itoa(e)) + "}" }

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// namedTicks puts names at 0, 1, 2, ...; where there is no room for all, only
// every second, third, ... is shown.
type namedTicks struct {
	names []string
	every int
}

// Ticks implements plot.Ticker.
func (t namedTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for i, name := range t.names {
		if i%max(1, t.every) == 0 {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: name})
		}
	}
	return ticks
}
