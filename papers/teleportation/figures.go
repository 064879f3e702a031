package teleportation

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

func figures(r *study.Results) []*study.Figure {
	list := []*study.Figure{convexFigure(r), trainingFigure(r)}
	if len(r.Values("final_loss", "rate_factor")) > 1 {
		list = append(list, ratesFigure(r))
	}
	if r.Has("objective_ratio", "part", "C") {
		list = append(list, sharpnessFigure(r))
	}
	if r.Has("meta_final", "part", "D") {
		list = append(list, metaFigure(r))
	}
	return list
}

// convexFigure is the ways to the minimum of the first seed's function, and the gaps
// of all.
func convexFigure(r *study.Results) *study.Figure {
	median := func(m string) float64 { return r.Sample("iterations", "method", m).Median() }
	f := &study.Figure{Name: "convex", Columns: 2,
		Title: fmt.Sprintf("Logistic loss: %.4g iterations without teleports, %.4g with one, %.4g with one every step", median(nameGD), median(nameOnce), median(nameEvery)),
		Caption: "Left: the first seed's loss around its minimiser, with its level sets; a teleport runs along a level to where the gradient is largest, where gradient descent goes " +
			"straight for the minimum. Right: the gap to the minimum, median and range over the seeds, each of which ends at 1e-10 or below."}
	first := r.First()
	seed := r.Seeds[0].Seed
	l := drawLogistic(random.FoldIn(random.New(seed), partConvex))
	best := l.minimiser()
	c, least := best.Float64s(), l.loss(best).Item()
	plane := &study.Lines{Title: "ways, first seed", X: study.Axis{Label: "w₁", Min: study.At(c[0] - 0.8), Max: study.At(c[0] + 0.8)},
		Y: study.Axis{Label: "w₂", Min: study.At(c[1] - 1), Max: study.At(c[1] + 4.4)}}
	plane.Contours = contours(l, c, least, plane)
	for _, m := range ways {
		s := first.Curve("path", "method", m)
		c := study.Curve{Label: m, X: s.X, Y: s.Y, Draw: study.Both}
		if m == nameGD {
			c.Draw = study.Joined // hundreds of points
		}
		plane.Curves = append(plane.Curves, c)
	}
	gaps := &study.Lines{Title: "gap to the minimum", X: study.Axis{Label: "iterations", Log: true}, Y: study.Axis{Label: "loss - minimum", Log: true, Min: study.At(gapAtEnd / 10)}}
	for _, m := range ways {
		gaps.Curves = append(gaps.Curves, study.MakeBand(study.Range, evened(r.Curves("gap", "method", m))).Curve(m))
	}
	f.Panels = []study.Panel{plane, gaps}
	return f
}

// evened are series of one length: those that end early stay at their last value.
func evened(list []study.Series) []study.Series {
	longest := 0
	for _, s := range list {
		longest = max(longest, len(s.Y))
	}
	out := make([]study.Series, len(list))
	for i, s := range list {
		out[i] = study.Series{ID: s.ID, X: counted(longest), Y: slices.Clone(s.Y)}
		for len(out[i].Y) < longest {
			out[i].Y = append(out[i].Y, s.Y[len(s.Y)-1])
		}
	}
	return out
}

// contours are level lines of the gap within a panel's axes.
func contours(l logistic, c []float64, least float64, p *study.Lines) *study.Contours {
	const n = 60
	k := &study.Contours{}
	at := func(a study.Axis, i int) float64 { return *a.Min + (*a.Max-*a.Min)*float64(i)/n }
	var places []float64
	for i := range n + 1 {
		k.X, k.Y = append(k.X, at(p.X, i)), append(k.Y, at(p.Y, i))
	}
	for _, y := range k.Y {
		for _, x := range k.X {
			places = append(places, x, y)
		}
	}
	z := fx.Vmap(l.loss)(fx.New(places, (n+1)*(n+1), 2)).Float64s()
	for row := range slices.Chunk(z, n+1) {
		k.Z = append(k.Z, row)
	}
	// The level of the start, and others by factors of four.
	top := l.loss(fx.New([]float64{c[0], c[1] + 4})).Item() - least
	for _, factor := range []float64{1. / 256, 1. / 64, 1. / 16, 1. / 4, 1, 4, 16} {
		k.Levels = append(k.Levels, least+float64(top*factor))
	}
	return k
}

// paired is a curve of the training losses of a kind of beginning over those without
// teleports: median and range of the seeds.
func paired(r *study.Results, optimizer, teleport string) study.Curve {
	with := r.Curves("train_loss", "optimizer", optimizer, "teleport", teleport, "rate_factor", 1)
	without := r.Curves("train_loss", "optimizer", optimizer, "teleport", namePlain, "rate_factor", 1)
	ratios := make([]study.Series, len(with))
	for i := range with {
		ratios[i].X = with[i].X
		for k := range with[i].Y {
			ratios[i].Y = append(ratios[i].Y, with[i].Y[k]/without[i].Y[k])
		}
	}
	return study.MakeBand(study.Range, ratios).Curve(teleport)
}

// trainingFigure is the losses over those of the trainings without teleports.
func trainingFigure(r *study.Results) *study.Figure {
	optimizers := r.Values("final_loss", "optimizer")
	f := &study.Figure{Name: "training", Title: trainingTitle(r, optimizers),
		Caption: "Training loss over that of the same training without teleports, at the paper's learning rates; median and range of the paired ratios over the seeds. The title counts those that are also below a training whose state is reset. A random element " +
			"resets it as teleports do, which is all of the gain with AdaGrad. The teleports take the time of many epochs at this " +
			"scale; a single epoch more is drawn. The exact projection (batch 8), which often diverges, is in the tables."}
	if len(optimizers) == 2 {
		f.Columns = 2
	}
	for _, o := range optimizers {
		panel := &study.Lines{Title: o, X: study.Axis{Label: "epochs", Min: study.At(0)}, Y: study.Axis{Label: "loss / without", Min: study.At(0.5), Max: study.At(1.3)}}
		for _, v := range []string{nameProjection, nameScaling, nameRandom, nameEpoch} {
			c := paired(r, o, v)
			if v != nameProjection && v != nameEpoch {
				c.Low, c.High = nil, nil
			}
			panel.Curves = append(panel.Curves, c)
		}
		epochs := panel.Curves[0].X
		panel.Curves = append(panel.Curves, study.HorizontalLine("without teleports", 1, 0, epochs[len(epochs)-1]))
		f.Panels = append(f.Panels, panel)
	}
	return f
}

func trainingTitle(r *study.Results, optimizers []string) string {
	first, last := 0, 0
	for _, o := range optimizers {
		if overWithout(r, "loss_after_one", o).Median() < 1 {
			first++
		}
		if overWithout(r, "final_loss", o).Median() < 1 {
			last++
		}
	}
	return fmt.Sprintf("Teleports lower the loss after their epoch for %d of %d optimizers, and at the end for %d", first, len(optimizers), last)
}

// ratesFigure is the losses at the end against the learning rate.
func ratesFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "rates", Title: "What a larger learning rate does, and what teleports add to it",
		Caption: "Training loss after all epochs against the learning rate as a multiple of the paper's; median and range over the seeds. Points are missing where most seeds diverged."}
	for _, o := range r.Values("final_loss", "optimizer") {
		panel := &study.Lines{Title: o, X: study.Axis{Label: "learning rate / the paper's", Log: true}, Y: study.Axis{Label: "training loss", Unit: "nats", Log: true}}
		for _, v := range []string{namePlain, nameProjection} {
			c := study.Curve{Label: map[string]string{namePlain: "without teleports"}[v], Draw: study.Both}
			if c.Label == "" {
				c.Label = v
			}
			for _, label := range r.Values("final_loss", "rate_factor") {
				factor, _ := strconv.ParseFloat(label, 64)
				s := r.Sample("final_loss", "optimizer", o, "teleport", v, "rate_factor", factor)
				if len(s.Finite()) <= len(s)/2 {
					continue
				}
				s = s.Finite()
				c.X, c.Y = append(c.X, factor), append(c.Y, s.Median())
				c.Low, c.High = append(c.Low, s.Min()), append(c.High, s.Max())
			}
			panel.Curves = append(panel.Curves, c)
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}

// sharpnessFigure is where trainings end, and what teleports half-way change.
func sharpnessFigure(r *study.Results) *study.Figure {
	x, sharp := pooled(r, "sharpness")
	_, bent := pooled(r, "curvature")
	f := &study.Figure{Name: "sharpness", Columns: 2,
		Title: fmt.Sprintf("Validation loss: correlation %.2f with sharpness, %.2f with curvature", pearson(x, sharp), pearson(x, bent)),
		Caption: fmt.Sprintf("%d trainings by SGD. ", len(x)) + "Above: sharpness, the mean training loss at distances 0.1 to 0.9, and curvature of the level set, where trainings end. Below: a single teleport half-way; " +
			"ratio to the same training without it, a point for each seed, and how far the teleport changed its objective and, because the projection is not exact, the loss."}
	f.Panels = []study.Panel{
		&study.Lines{X: study.Axis{Label: "sharpness", Log: true}, Y: study.Axis{Label: "validation loss", Unit: "nats", Log: true}, Curves: []study.Curve{{Label: "trainings", X: sharp, Y: x, Draw: study.Points}}},
		&study.Lines{X: study.Axis{Label: "curvature", Log: true}, Y: study.Axis{Label: "validation loss", Unit: "nats", Log: true}, Curves: []study.Curve{{Label: "trainings", X: bent, Y: x, Draw: study.Points}}},
	}
	at := &study.Bars{Title: "at the teleport", Y: study.Axis{Label: "after / before", Min: study.At(0)}}
	end := &study.Bars{Title: "at the end", Y: study.Axis{Label: "with / without", Min: study.At(0)}}
	objective, loss := study.BarSeries{Label: "objective"}, study.BarSeries{Label: "loss"}
	validation, sharpness := study.BarSeries{Label: "validation loss"}, study.BarSeries{Label: "sharpness"}
	short := map[string]string{nameFlatter: "flatter", nameSharper: "sharper", nameLess: "less curved", nameMore: "more curved"}
	for _, c := range changes {
		pool := func(name string) study.Sample {
			var all study.Sample
			for _, run := range r.Values(name, "run", "teleport", c.name) {
				all = append(all, r.Sample(name, "teleport", c.name, "run", run)...)
			}
			return all
		}
		at.Groups, end.Groups = append(at.Groups, short[c.name]), append(end.Groups, short[c.name])
		objective.AddSample(pool("objective_ratio"))
		loss.AddSample(pool("loss_ratio"))
		validation.AddSample(overStay(r, "validation_loss", c.name))
		sharpness.AddSample(overStay(r, "sharpness", c.name))
	}
	at.Series, end.Series = []study.BarSeries{objective, loss}, []study.BarSeries{validation, sharpness}
	f.Panels = append(f.Panels, at, end)
	return f
}

// metaFigure is the losses of learned optimizers on new tasks.
func metaFigure(r *study.Results) *study.Figure {
	f := &study.Figure{Name: "learned", Title: "Learned optimizers on new regressions", Caption: "Mean loss of ten new tasks; median and range over the seeds."}
	panel := &study.Lines{X: study.Axis{Label: "steps", Min: study.At(0)}, Y: study.Axis{Label: "loss", Log: true}}
	for _, k := range metaKinds() {
		panel.Curves = append(panel.Curves, r.Band(study.Range, "meta_loss", "optimizer", k.name).Curve(k.name))
	}
	f.Panels = []study.Panel{panel}
	return f
}
