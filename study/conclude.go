package study

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
)

// conclude judges, draws and reports, once every seed is there.
func (r *run) conclude(ctx context.Context) (*Outcome, error) {
	results := &Results{Config: r.config, Common: r.common}
	for _, seed := range r.config.Seeds {
		results.Seeds = append(results.Seeds, SeedRecord{seed, r.records[seed]})
	}
	o := &Outcome{Paper: r.paper, Dir: r.dir.path, Results: results, Digest: results.Digest(),
		Changed: r.settings.Changed(), Seconds: r.seconds}
	for _, c := range r.paper.Claims {
		verdict, err := judge(c, results)
		o.mistake(err)
		o.Verdicts = append(o.Verdicts, verdict)
	}
	o.mistake(guard(func() { o.Tables = tables(r.paper, results) }))
	if o.Tables == nil {
		o.Tables = tables(&Paper{}, results)
	}
	if err := r.draw(ctx, o); err != nil {
		return nil, err
	}
	if err := r.dir.write("metrics.csv", metricsCSV(results)); err != nil {
		return nil, err
	}
	if err := r.dir.write("report.md", []byte(o.report(slices.Sorted(maps.Keys(r.makers))))); err != nil {
		return nil, err
	}
	return o, r.dir.writeJSON("results.json", o.Summary(), true)
}

func (o *Outcome) mistake(err error) {
	if err != nil {
		o.Mistakes = append(o.Mistakes, err)
	}
}

// tables are the paper's own, or else one with all measurements.
func tables(p *Paper, r *Results) []*Table {
	if p.Tables != nil {
		return p.Tables(r)
	}
	list := []*Table{r.measurements("Measurements", scalarsOf)}
	if timings := r.measurements("Timings", timingsOf); len(timings.Rows) > 0 {
		list = append(list, timings)
	}
	return list
}

// draw makes the figures. A figure that cannot be drawn is a mistake of the
// paper and does not stop the others.
func (r *run) draw(ctx context.Context, o *Outcome) error {
	if r.paper.Figures == nil {
		return nil
	}
	var figures []*Figure
	o.mistake(guard(func() { figures = r.paper.Figures(o.Results) }))
	if err := os.MkdirAll(r.dir.join("figures"), 0o755); err != nil {
		return fmt.Errorf("cannot make %s: %w", r.dir.join("figures"), reason(err))
	}
	for _, f := range figures {
		if ctx.Err() != nil {
			return r.stopped(ctx, nil)
		}
		var svg, png []byte
		var err error
		if bug := guard(func() { svg, png, err = f.Render() }); bug != nil {
			err = bug
		}
		if err != nil {
			o.mistake(fmt.Errorf("figure %s: %w", f.Name, err))
			continue
		}
		if err := r.dir.write("figures/"+f.Name+".svg", svg); err != nil {
			return err
		}
		if err := r.dir.write("figures/"+f.Name+".png", png); err != nil {
			return err
		}
		o.Figures = append(o.Figures, r.dir.join("figures/"+f.Name+".png"))
		o.captions = append(o.captions, f)
	}
	return nil
}

// metricsCSV lists every scalar, timing and point of a series, one on a line:
// seed (empty for the common part), kind, name, labels joined by semicolons, x
// (of a point), value.
func metricsCSV(r *Results) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out) // writing to memory does not fail
	w.Write([]string{"seed", "kind", "name", "labels", "x", "value"})
	list := func(seed string, rec *Record) {
		for _, s := range rec.Scalars {
			w.Write([]string{seed, "scalar", s.Name, s.Labels.join(";"), "", formatExact(float64(s.Value))})
		}
		for _, s := range rec.Timings {
			w.Write([]string{seed, "timing", s.Name, s.Labels.join(";"), "", formatExact(float64(s.Value))})
		}
		for _, s := range rec.Series {
			labels := s.Labels.join(";")
			for i := range s.X {
				w.Write([]string{seed, "series", s.Name, labels, formatExact(s.X[i]), formatExact(s.Y[i])})
			}
		}
	}
	list("", r.Common)
	for _, s := range r.Seeds {
		list(strconv.FormatUint(s.Seed, 10), s.Record)
	}
	w.Flush()
	return out.Bytes()
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Load reads the results of a run that was completed or interrupted: of those
// seeds that are stored. It verifies every file.
func Load(path string) (*Results, error) {
	dir, config, err := openDirectory(path)
	if err != nil {
		return nil, err
	}
	results := &Results{Config: config, Common: &Record{}}
	common, err := dir.readRecord(commonFile, config)
	if err != nil {
		return nil, err
	}
	if common != nil {
		results.Common = common.Record
	}
	for _, seed := range config.Seeds {
		file, err := dir.readRecord(recordName(seed), config)
		if err != nil {
			return nil, err
		}
		if file != nil {
			results.Seeds = append(results.Seeds, SeedRecord{seed, file.Record})
		}
	}
	return results, nil
}

// ReadConfig returns the configuration of the run in a directory.
func ReadConfig(path string) (Config, error) {
	_, config, err := openDirectory(path)
	return config, err
}
