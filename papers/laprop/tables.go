package laprop

import (
	"fmt"
	"math"
	"strconv"

	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

func tables(r *study.Results) []*study.Table {
	list := []*study.Table{searchTable(r)}
	networks := r.Values("train_loss", "network")
	for _, network := range networks {
		list = append(list, gridTable(r, "Final training loss, "+networkTitle(network), "train_loss", network))
	}
	return append(list,
		gridTable(r, "Test accuracy, "+networkTitle(networks[0]), "test_accuracy", networks[0]),
		gridTable(r, "Largest step in learning rates, "+networkTitle(networks[0]), "largest_step", networks[0]),
		promiseTable(r))
}

// searchTable lists the median steps to the minimum, over all searches of all
// seeds.
func searchTable(r *study.Results) *study.Table {
	nus := r.Values("steps", "nu")
	t := study.NewTable("Noisy Rosenbrock: median steps to the minimum (ratio: LaProp / Adam)", append([]string{"noise", "method"}, columns("nu=", nus)...)...)
	for _, sigma := range r.Values("steps", "sigma") {
		for _, method := range r.Values("steps", "method") {
			row := []any{sigma, method}
			for _, nu := range nus {
				steps := arrivals(r, method, nu, sigma).Median()
				row = append(row, orElse(steps, "lost"))
			}
			t.Add(row...)
		}
		row := []any{sigma, "ratio"}
		for _, nu := range nus {
			ratio := r.Sample("steps", "method", nameLaProp, "nu", nu, "sigma", sigma).
				Over(r.Sample("steps", "method", nameAdam, "nu", nu, "sigma", sigma))
			row = append(row, fmt.Sprintf("%.2f", ratio.Median()))
		}
		t.Add(row...)
	}
	return t
}

// arrivals pools the searches of all seeds.
func arrivals(r *study.Results, method, nu, sigma string) study.Sample {
	var all study.Sample
	for _, s := range r.Curves("arrival", "method", method, "nu", nu, "sigma", sigma) {
		all = append(all, s.Y...)
	}
	return all
}

// gridTable lists the median over the seeds of a measurement of part B.
func gridTable(r *study.Results, title, name, network string) *study.Table {
	nus := r.Values(name, "nu", "network", network)
	t := study.NewTable(title, append([]string{"mu", "method"}, columns("nu=", nus)...)...)
	for _, mu := range r.Values(name, "mu", "network", network) {
		for _, method := range r.Values(name, "method", "network", network) {
			row := []any{mu, method}
			for _, nu := range nus {
				v := typical(r.Sample(name, "network", network, "method", method, "mu", mu, "nu", nu))
				row = append(row, brief(v))
			}
			t.Add(row...)
		}
	}
	return t
}

// typical is the median over the seeds, in which a seed that is not finite is
// larger than all others: the median is not finite if most seeds are not.
func typical(s study.Sample) float64 { return s.OrElse(math.Inf(1)).Median() }

// promiseTable sets what part C measured beside what the formulas promise.
func promiseTable(r *study.Results) *study.Table {
	t := study.NewTable("Promises of the formulas", "quantity", "measured", "promised")
	for _, method := range []string{nameLaProp, nameAdam} {
		for _, nu := range spikeNus {
			laprop, adam := optim.UpdateBound(spikeMu, nu)
			bound := map[string]float64{nameLaProp: laprop, nameAdam: adam}[method]
			t.Add(fmt.Sprintf("%s's largest step after a spike, nu = %v", method, nu),
				study.FormatNumber(r.Common.Scalar("spike_largest", "method", method, "nu", nu)), promised(bound))
		}
	}
	share := 0.0
	for _, d := range boundDecays {
		share = math.Max(share, r.Sample("bound_share", "mu", d[0], "nu", d[1]).Max())
	}
	t.Add("LaProp's largest step / bound, made-up gradients", study.FormatNumber(share), "at most 1")
	t.Add("LaProp, nu = 0, from momentum of signs, eps 0",
		study.FormatNumber(r.Sample("sign_distance", "epsilon", 0.0).Max()), "0")
	t.Add("the same, eps 1e-15", study.FormatNumber(r.Sample("sign_distance", "epsilon", tiny).Max()), "next to 0")
	return t
}

func promised(bound float64) string {
	if math.IsInf(bound, 1) {
		return "no bound"
	}
	return "at most " + study.FormatNumber(bound)
}

func columns(prefix string, values []string) []string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = prefix + v
	}
	return names
}

// brief writes a measurement with three digits, for tables of many columns.
func brief(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "div"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// orElse writes a number, or a word if it is not finite.
func orElse(v float64, word string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return word
	}
	return study.FormatNumber(v)
}
