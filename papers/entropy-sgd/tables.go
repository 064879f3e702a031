package entropysgd

import (
	"fmt"

	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{exactTable(r)}
	for _, network := range networks(r) {
		for _, labels := range r.Values("test_loss", "labels", network.labels()...) {
			list = append(list, trainingTable(r, network, labels))
		}
	}
	if r.Has("matched") {
		list = append(list, flatTable(r))
	}
	for _, network := range networks(r) {
		if r.Common.Has("chosen", network.labels()...) {
			list = append(list, tuningTable(r, network))
		}
	}
	return list
}

// trained is the name of a network that was trained, "" where a run has one.
type trained string

func networks(r *study.Results) []trained {
	var all []trained
	for _, name := range r.Values("test_loss", "network") {
		all = append(all, trained(name))
	}
	if all == nil {
		return []trained{""}
	}
	return all
}

func (n trained) labels(more ...any) []any {
	if n == "" {
		return more
	}
	return append([]any{"network", string(n)}, more...)
}

// title puts the network's name before a title.
func (n trained) title(s string) string {
	if n == "" {
		return s
	}
	return string(n) + ". " + s
}

func exactTable(r *study.Results) *study.Table {
	t := study.NewTable("Walks that estimate the gradient of a parabola's local entropy: error", "steps", "median of a seed's walks", "largest")
	for _, steps := range r.Values("walk_error", "steps") {
		t.Add(steps, r.Sample("walk_error", "steps", steps).Summary(), fmt.Sprintf("%.3g", r.Sample("walk_error_worst", "steps", steps).Max()))
	}
	return t
}

func trainingTable(r *study.Results, network trained, labels string) *study.Table {
	t := study.NewTable(network.title("Labels "+labels+": at the end, after as many gradients (median and range)"), "method", "gradients", "training loss", "test loss", "test accuracy, %")
	for _, method := range r.Values("test_loss", "method", network.labels("labels", labels)...) {
		sample := func(name string) study.Sample {
			return r.Sample(name, network.labels("labels", labels, "method", method)...)
		}
		accuracy := sample("test_accuracy")
		t.Add(method, fmt.Sprintf("%.0f", sample("gradients").Median()), brief(sample("train_loss")), brief(sample("test_loss")),
			fmt.Sprintf("%.1f (%.1f..%.1f)", 100*accuracy.Median(), 100*accuracy.Min(), 100*accuracy.Max()))
	}
	return t
}

func brief(s study.Sample) string {
	return fmt.Sprintf("%.3g (%.3g..%.3g)", s.Median(), s.Min(), s.Max())
}

func flatTable(r *study.Results) *study.Table {
	t := study.NewTable("Curvature of the training loss (medians)", "where", "method", "training loss", "test loss", "rise with 5% noise", "largest eigenvalue", "smallest", "trace / n")
	for _, where := range r.Values("rise", "where") {
		for _, method := range r.Values("rise", "method", "where", where) {
			median := func(name string) string {
				var all study.Sample
				for _, seed := range r.Seeds {
					if seed.Record.Has(name, "where", where, "method", method) {
						all = append(all, seed.Record.Scalar(name, "where", where, "method", method))
					}
				}
				return fmt.Sprintf("%.3g", all.Median())
			}
			t.Add(where, method, median("flat_loss"), median("flat_test"), median("rise"), median("largest"), median("smallest"), median("trace"))
		}
	}
	return t
}

func tuningTable(r *study.Results, network trained) *study.Table {
	t := study.NewTable(network.title("Choice of settings, on a seed that is not judged: the three with the lowest test loss"), "labels", "method", "settings", "test loss", "test accuracy, %")
	for _, labels := range []string{labelsName(false), labelsName(true)} {
		for _, method := range []string{nameSGD, nameAdam, nameEntropy} {
			for _, s := range lowestThree(r.Common, network, labels, method) {
				t.Add(labels, method, s.settings, fmt.Sprintf("%.3f", s.loss), fmt.Sprintf("%.1f", 100*s.accuracy))
			}
		}
	}
	return t
}

type tried struct {
	settings       string
	loss, accuracy float64
}

func lowestThree(common *study.Record, network trained, labels, method string) []tried {
	var list []tried
	for _, s := range common.Scalars {
		if s.Name != "tuning_loss" || s.Labels.Get("labels") != labels || s.Labels.Get("method") != method || s.Labels.Get("network") != string(network) {
			continue
		}
		settings := s.Labels.Get("settings")
		t := tried{settings, float64(s.Value), common.Scalar("tuning_accuracy", network.labels("labels", labels, "method", method, "settings", settings)...)}
		at := len(list)
		for at > 0 && list[at-1].loss > t.loss {
			at--
		}
		list = append(list[:at], append([]tried{t}, list[at:]...)...)
	}
	return list[:min(3, len(list))]
}
