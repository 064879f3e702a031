package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/fx"
)

// Metrics are what a step measures: scalars by name, such as "loss".
type Metrics = map[string]*fx.Array

// readMetrics looks at the metrics of a step.
func readMetrics(m Metrics) (map[string]float64, error) {
	out := make(map[string]float64, len(m))
	for name, a := range m {
		if a == nil || a.Size() != 1 {
			return nil, fmt.Errorf("train: the metric %q is %v; it must be one number", name, a)
		}
		out[name] = a.Item()
	}
	return out, nil
}

// means adds up metrics. It goes into checkpoints, so that a resumed run
// reports the same means.
type means map[string]*mean

type mean struct {
	Sum float64
	N   int
}

func (m means) add(values map[string]float64) {
	for name, v := range values {
		if m[name] == nil {
			m[name] = &mean{}
		}
		m[name].Sum += v
		m[name].N++
	}
}

// take gives the means and starts anew.
func (m means) take() map[string]float64 {
	out := make(map[string]float64, len(m))
	for name, v := range m {
		out[name] = v.Sum / float64(v.N)
	}
	clear(m)
	return out
}

// number is a float64 that JSON takes even where it is not finite.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return json.Marshal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return json.Marshal(v)
}

func (n *number) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		v, err := strconv.ParseFloat(text, 64)
		*n = number(v)
		return err
	}
	return json.Unmarshal(raw, (*float64)(n))
}

type meanJSON struct {
	Sum number `json:"sum"`
	N   int    `json:"n"`
}

func (m mean) MarshalJSON() ([]byte, error) { return json.Marshal(meanJSON{number(m.Sum), m.N}) }

func (m *mean) UnmarshalJSON(raw []byte) error {
	var j meanJSON
	err := json.Unmarshal(raw, &j)
	*m = mean{float64(j.Sum), j.N}
	return err
}

// badMetric is the first metric, by name, that is not finite.
func badMetric(values map[string]float64) (name string, bad bool) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if v := values[name]; math.IsNaN(v) || math.IsInf(v, 0) {
			return name, true
		}
	}
	return "", false
}
