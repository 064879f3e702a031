package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/compare"
	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
)

// compareFlags are the flags of the compare command as they were given.
type compareFlags struct {
	methods   string
	seeds     string
	steps     int
	rates     string
	grid      int
	tune      int
	schedule  string
	criterion string
	data      study.DataSet
	set       []string
	out       string
	threads   threadCount
	json      bool
	list      bool
}

// usualMethods are compared if none is named.
var usualMethods = []string{"momentum", "adam", "rmsprop"}

func (a *app) compareCommand() *cobra.Command {
	var f compareFlags
	c := &cobra.Command{
		Use:   "compare TASK [METHOD...]",
		Short: "Compare optimizers on a task, side by side",
		Long: "Compare optimizers on a task. Each gets the same number of learning rates to\n" +
			"choose from, on seeds that are not ranked, and the same budget of gradient\n" +
			"evaluations; then all start from the same parameters and see the same data.\n" +
			"Without a METHOD: momentum, adam, rmsprop; \"all\" is every one. Settings follow a\n" +
			"colon: adam:beta2=0.99,epsilon=1e-6.\n\n" +
			"Exit status: 0 if the comparison is complete, even if runs diverged, 2 for wrong\n" +
			"usage or a failure, 130 after Ctrl-C.",
		Example: "  fluxion compare --list\n" +
			"  fluxion compare quadratic sgd momentum lbfgs --set condition=1e4\n" +
			"  fluxion compare mlp adam adam:beta2=0.99 --data mnist --seeds 10\n" +
			"  fluxion compare logistic --data my.libsvm --methods sgd,adagrad",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && !f.list {
				return fmt.Errorf("%s needs a task; see %s --list", c.CommandPath(), c.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: completeComparison,
		RunE: func(c *cobra.Command, args []string) error {
			if f.list {
				return a.listComparison(args, f.json)
			}
			comparison, err := f.comparison(c, args)
			if err != nil {
				return err
			}
			return a.compare(c.Context(), comparison, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.methods, "methods", "", "`methods` joined by commas, besides those named")
	flags.StringVar(&f.seeds, "seeds", "", "how many `seeds` (5), or which (0-9 or 0,3,8)")
	flags.IntVar(&f.steps, "steps", 0, "budget: so `many` steps of one gradient evaluation")
	flags.StringVar(&f.rates, "rates", "", "learning `rates` for all methods, joined by commas")
	flags.IntVar(&f.grid, "grid", 0, "so `many` rates around the usual one (default 9)")
	flags.IntVar(&f.tune, "tune", 0, "with how `many` seeds to try each (default 1)")
	flags.StringVar(&f.schedule, "schedule", "", "`course` of the learning rate: constant, cosine, linear")
	flags.StringVar(&f.criterion, "criterion", "", "`metric` to choose and rank by")
	flags.StringVar(&f.data.Name, "data", "", "data set: its `name`, or the path of your own files")
	flags.StringVar(&f.data.Dir, "data-dir", "", "`folder` with the files of a data set with a name")
	flags.StringArrayVar(&f.set, "set", nil, "change an option of the task: `name=value` (repeatable)")
	flags.StringVar(&f.out, "out", "", "results `folder` (default runs/compare-TASK/TIME)")
	flags.Var(&f.threads, "threads", "how many threads to use (default: all cores)")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON, and no progress")
	flags.BoolVar(&f.list, "list", false, "list the tasks and methods, or a task's options")
	return c
}

// comparison turns arguments and flags into what is to be compared.
func (f compareFlags) comparison(cmd *cobra.Command, args []string) (c compare.Comparison, err error) {
	c = compare.Comparison{Schedule: compare.Schedule(f.schedule), Criterion: f.criterion, Data: f.data, Threads: int(f.threads)}
	if c.Task, err = compare.FindTask(args[0]); err != nil {
		return c, err
	}
	names := args[1:]
	for _, part := range strings.Split(f.methods, ",") {
		switch last := len(names) - 1; {
		case part == "" && f.methods == "":
		case part == "":
			return c, fmt.Errorf("--methods %s: a name is empty", f.methods)
		case strings.Contains(part, "=") && !strings.Contains(part, ":") && last >= 0:
			names[last] += "," + part // a further setting of the last one
		default:
			names = append(names, part)
		}
	}
	if len(names) == 0 {
		names = usualMethods
	}
	if slices.Contains(names, "all") {
		if len(names) > 1 {
			return c, errors.New(`"all" is every method: name no other`)
		}
		c.Methods = compare.Methods()
	}
	for _, name := range names {
		if name == "all" {
			continue
		}
		m, err := compare.FindMethod(name)
		if err != nil {
			return c, err
		}
		c.Methods = append(c.Methods, m)
	}
	if f.seeds != "" {
		if c.Seeds, err = study.ParseSeeds(f.seeds); err != nil {
			return c, err
		}
	}
	for _, n := range []struct {
		name  string
		given int
		to    *int
	}{{"steps", f.steps, &c.Evaluations}, {"grid", f.grid, &c.Grid}, {"tune", f.tune, &c.TuningSeeds}} {
		if cmd.Flags().Changed(n.name) && n.given < 1 {
			return c, fmt.Errorf("--%s %d: it must be positive", n.name, n.given)
		}
		*n.to = n.given
	}
	if f.rates != "" {
		if cmd.Flags().Changed("grid") {
			return c, errors.New("--rates and --grid exclude each other")
		}
		if c.Rates, err = parseRates(f.rates); err != nil {
			return c, err
		}
	}
	c.Set, err = parseSet(f.set)
	return c, err
}

func parseRates(text string) ([]float64, error) {
	var rates []float64
	for _, word := range strings.Split(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil {
			return nil, fmt.Errorf("--rates %s: %q is not a number", text, word)
		}
		rates = append(rates, v)
	}
	return rates, nil
}

// compare runs a comparison and prints what came out.
func (a *app) compare(ctx context.Context, c compare.Comparison, f compareFlags) error {
	if f.threads > 0 {
		a.threads(int(f.threads))
	}
	folder, err := study.NewFolder(f.out, "compare-"+c.Task.Name, a.now())
	if err != nil {
		return err
	}
	defer folder.Remove()
	ctx, release := a.interruptible(ctx)
	defer release()
	c.Monitor = study.NewMonitor()
	stop := func() {}
	if !f.json {
		stop = watch(newScreen(a.err), c.Monitor)
	}
	begun := time.Now()
	result, err := compare.Do(ctx, c)
	stop()
	var interrupted *compare.Interrupted
	switch {
	case errors.As(err, &interrupted) && result == nil:
		return &statusError{exitInterrupted, "interrupted before any seed was done: there are no results"}
	case err != nil && interrupted == nil:
		return err
	}
	figures, saveErr := result.Save(folder)
	if saveErr != nil {
		return saveErr
	}
	if f.json {
		s := newScreen(a.out)
		if err := s.json(struct {
			Dir string `json:"dir"`
			*compare.Result
		}{folder.Path(), result}); err != nil {
			return err
		}
	} else {
		printComparison(newScreen(a.out), c.Task, result, time.Since(begun), figures, folder)
	}
	if interrupted != nil {
		fmt.Fprintf(a.err, "Interrupted: %d of %s done and kept.\n", interrupted.Done, plural(interrupted.Total, "seed"))
		return &statusError{status: exitInterrupted}
	}
	return nil
}

func printComparison(s *screen, task compare.Task, r *compare.Result, took time.Duration, figures []string, folder study.Folder) {
	s.heading("Optimizers on " + task.Summary)
	s.paragraph("", r.Line())
	s.printf("\n")
	for _, t := range r.Tables() {
		printTable(s, t)
	}
	for _, note := range r.Notes() {
		s.paragraph("", note)
	}
	s.printf("Done in %s.\n\n", study.FormatDuration(took))
	s.printf("Figures  %s\n", strings.Join(figures, "\n         "))
	s.printf("Report   %s\n", filepath.Join(folder.Path(), "report.md"))
	s.printf("Digest   %s\n", r.Digest)
}

// completeComparison offers tasks, then methods.
func completeComparison(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) == 0 {
		for _, t := range compare.Tasks() {
			names = append(names, t.Name+"\t"+t.Summary)
		}
	} else {
		for _, m := range compare.Methods() {
			names = append(names, m.Name+"\t"+m.Summary)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
