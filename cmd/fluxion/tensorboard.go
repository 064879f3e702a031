package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/train/tensorboard"
)

// logTensorBoard writes the series, numbers and figures of a run as event files
// below dir/SLUG/SCALE-TIME. Each seed and each combination of labels is a run
// of its own there, so that TensorBoard draws the series of one name together:
// seed-0/method=adam,nu=0.5.
func logTensorBoard(o *study.Outcome, dir string) error {
	logs := &eventLogs{base: filepath.Join(dir, o.Paper.Slug, filepath.Base(o.Dir)), files: map[string]*tensorboard.Writer{}}
	logs.record("common", o.Results.Common)
	for _, s := range o.Results.Seeds {
		logs.record(fmt.Sprintf("seed-%d", s.Seed), s.Record)
	}
	for _, figure := range o.Figures {
		file, err := os.ReadFile(figure)
		if err != nil {
			logs.keep(err)
			continue
		}
		logs.write("figures", func(w *tensorboard.Writer) error {
			return w.PNG(strings.TrimSuffix(filepath.Base(figure), ".png"), 0, file)
		})
	}
	logs.write("verdicts", func(w *tensorboard.Writer) error {
		return w.Text("claims", 0, claimsTable(o).Markdown())
	})
	return logs.close()
}

// eventLogs keeps one event file for each run.
type eventLogs struct {
	base  string
	files map[string]*tensorboard.Writer
	err   error
}

func (l *eventLogs) keep(err error) {
	if err != nil && l.err == nil {
		l.err = err
	}
}

func (l *eventLogs) write(run string, f func(*tensorboard.Writer) error) {
	if l.err != nil {
		return
	}
	w := l.files[run]
	if w == nil {
		var err error
		if w, err = tensorboard.Create(filepath.Join(l.base, filepath.FromSlash(run))); err != nil {
			l.keep(err)
			return
		}
		l.files[run] = w
	}
	l.keep(f(w))
}

func (l *eventLogs) record(part string, r *study.Record) {
	for _, s := range r.Series {
		l.write(runOf(part, s.Labels), func(w *tensorboard.Writer) error {
			for i, y := range s.Y {
				if err := w.Scalar(s.Name, stepOf(s.X, i), y); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, s := range r.Scalars {
		l.write(runOf(part, s.Labels), func(w *tensorboard.Writer) error { return w.Scalar(s.Name, 0, float64(s.Value)) })
	}
}

// stepOf is a point's x, or its place in a series whose x are not all whole
// numbers: TensorBoard's steps are.
func stepOf(x []float64, i int) int64 {
	for _, v := range x {
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return int64(i)
		}
	}
	return int64(x[i])
}

// runOf names the run of a seed and labels.
func runOf(part string, labels study.Labels) string {
	var words []string
	for _, label := range labels {
		words = append(words, label.Key+"="+label.Value)
	}
	if len(words) == 0 {
		return part
	}
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, strings.Join(words, ","))
	return part + "/" + clean
}

// close closes all files. Their order is of no matter.
func (l *eventLogs) close() error {
	for _, w := range l.files {
		l.keep(w.Close())
	}
	return l.err
}
