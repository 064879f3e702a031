package layerrotation

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	var list []*study.Table
	for _, network := range r.Values("test_accuracy", "network") {
		list = append(list, trainingTable(r, network))
	}
	return append(list, controlTable(r))
}

// run is the labels of one training as they were recorded.
type run struct{ network, method, rate, alpha, decay string }

func (u run) labels() []any {
	return []any{"network", u.network, "method", u.method, "rate", u.rate, "alpha", u.alpha, "decay", u.decay}
}

// title names a training shortly.
func (u run) title() string {
	s := u.method + ", " + raised(u.rate)
	if u.alpha != "0" {
		s += ", α = " + strings.ReplaceAll(u.alpha, "-", "−")
	}
	if u.decay != "0" {
		s += ", decay " + u.decay
	}
	return s
}

// runs lists the trainings of a network in the order of recording.
func runs(r *study.Results, network string) []run {
	var all []run
	for _, s := range r.First().Scalars {
		if s.Name == "test_accuracy" && s.Labels.Get("network") == network {
			all = append(all, run{network, s.Labels.Get("method"), s.Labels.Get("rate"), s.Labels.Get("alpha"), s.Labels.Get("decay")})
		}
	}
	return all
}

func trainingTable(r *study.Results, network string) *study.Table {
	t := study.NewTable(fmt.Sprintf("%s: accuracy in percent and final rotation (medians)", network),
		"method", "rate", "alpha", "decay", "training", "test", "test loss", "rotation, mean", "least", "hidden")
	for _, u := range runs(r, network) {
		median := func(name string) float64 { return r.Sample(name, u.labels()...).Median() }
		t.Add(u.method, u.rate, u.alpha, u.decay, points(median("train_accuracy")), points(median("test_accuracy")),
			fmt.Sprintf("%.3f", median("test_loss")), short(median("rotation_mean")), short(median("rotation_min")), short(median("rotation_hidden")))
	}
	return t
}

func short(v float64) string { return fmt.Sprintf("%.3f", v) }

func controlTable(r *study.Results) *study.Table {
	t := study.NewTable("Layca's control: largest relative deviations over all steps, layers and seeds", "network", "method", "rate", "alpha", "tangent of a step", "norm")
	for _, network := range r.Values("tangent_error", "network") {
		for _, u := range runs(r, network) {
			if r.Has("tangent_error", u.labels()...) {
				t.Add(network, u.method, u.rate, u.alpha, fmt.Sprintf("%.1e", r.Sample("tangent_error", u.labels()...).Max()),
					fmt.Sprintf("%.1e", r.Sample("norm_error", u.labels()...).Max()))
			}
		}
	}
	return t
}
