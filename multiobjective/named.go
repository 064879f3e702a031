package multiobjective

import (
	"fmt"
	"slices"
	"strings"
)

// Named gives an aggregator by its name in the literature, with its usual
// settings (CAGrad: c = 0.5): one of Names.
func Named(name string, cone ConeOptions) (Aggregator, error) {
	for _, a := range all(cone) {
		if strings.EqualFold(a.String(), name) {
			return a, nil
		}
	}
	return nil, fmt.Errorf("multiobjective: there is no aggregator %q; there are %s", name, strings.Join(Names(), ", "))
}

// Names lists the aggregators that Named knows.
func Names() []string {
	var names []string
	for _, a := range all(ConeOptions{}) {
		names = append(names, a.String())
	}
	return slices.Clip(names)
}

func all(cone ConeOptions) []Aggregator {
	return []Aggregator{Mean(), Sum(), UPGrad(cone), DualProj(cone), MGDA(), PCGrad(), GradDrop{}, IMTLG(), CAGrad(0.5), RGW(),
		NashMTL(), AlignedMTL(), ConFIG()}
}
