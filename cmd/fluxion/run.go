package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
)

// runFlags are the flags of the run command as they were given.
type runFlags struct {
	scale   string
	seeds   string
	data    string
	dataDir string
	set     []string
	out     string
	resume  string
	threads threadCount
	json    bool
	events  string // folder for TensorBoard
}

// threadCount is a flag that takes a positive number; 0 when not given.
type threadCount int

func (n *threadCount) String() string { return strconv.Itoa(int(*n)) }
func (n *threadCount) Type() string   { return "N" }

// Set implements pflag.Value.
func (n *threadCount) Set(text string) error {
	v, err := strconv.Atoi(text)
	if err != nil || v < 1 || v > 4096 {
		return errors.New("give a whole number from 1 to 4096")
	}
	*n = threadCount(v)
	return nil
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run SLUG|all",
		Short: "Run a paper's experiment and judge its claims",
		Long: "Run a paper's experiment for several seeds, judge its claims and draw its\n" +
			"figures.\n\n" +
			"Exit status: 0 if every judged claim was reproduced, 1 if some were not,\n" +
			"2 for wrong usage or a failed run, 130 after Ctrl-C.",
		Example: "  fluxion run laprop\n" +
			"  fluxion run laprop --scale quick --seeds 0-9\n" +
			"  fluxion run laprop --data mnist --data-dir ~/mnist\n" +
			"  fluxion run --resume runs/laprop/20260102-150405-default",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && f.resume != "" {
				return nil
			}
			return exactly(1, `the slug of a paper, or "all"`)(c, args)
		},
		ValidArgsFunction: a.completeSlug(true),
		RunE: func(c *cobra.Command, args []string) error {
			return a.runPapers(c.Context(), args, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.scale, "scale", "", "`size` of the experiment: quick, default or full")
	flags.StringVar(&f.seeds, "seeds", "", "how many `seeds` (5), or which (0-9 or 0,3,8)")
	flags.StringVar(&f.data, "data", "", "`name` of the data set")
	flags.StringVar(&f.dataDir, "data-dir", "", "`folder` with the files of the data set")
	flags.StringArrayVar(&f.set, "set", nil, "change an option: `name=value` (repeatable)")
	flags.StringVar(&f.out, "out", "", "run `folder` (default runs/SLUG/TIME-SCALE)")
	flags.StringVar(&f.resume, "resume", "", "continue the run in this `folder`")
	flags.Var(&f.threads, "threads", "how many threads to use (default: all cores)")
	flags.StringVar(&f.events, "tensorboard", "", "write TensorBoard logs, too, into this `folder`")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON, and no progress")
	return c
}

// request turns the flags into what study.Run takes.
func (f runFlags) request() (study.Request, error) {
	q := study.Request{Data: f.data, DataDir: f.dataDir, Dir: f.out, Resume: f.resume, Threads: int(f.threads),
		Version: versionName()}
	var err error
	if f.scale != "" {
		if q.Scale, err = study.ParseScale(f.scale); err != nil {
			return q, err
		}
	}
	if f.seeds != "" {
		if q.Seeds, err = study.ParseSeeds(f.seeds); err != nil {
			return q, err
		}
	}
	q.Set, err = parseSet(f.set)
	return q, err
}

// parseSet reads the pairs of --set; nil if there are none.
func parseSet(pairs []string) (map[string]string, error) {
	var set map[string]string
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--set %s: write it as name=value", pair)
		}
		if set == nil {
			set = map[string]string{}
		}
		if _, twice := set[name]; twice {
			return nil, fmt.Errorf("--set %s: option %s is set twice", pair, name)
		}
		set[name] = value
	}
	return set, nil
}

// runPapers runs one paper, or all that are ready.
func (a *app) runPapers(ctx context.Context, args []string, f runFlags) error {
	q, err := f.request()
	if err != nil {
		return err
	}
	if f.threads > 0 {
		a.threads(int(f.threads))
	}
	ctx, release := a.interruptible(ctx)
	defer release()
	if len(args) == 1 && args[0] == "all" {
		return a.runAll(ctx, q, f)
	}
	if q.Paper, err = a.paperFor(args, f.resume); err != nil {
		return err
	}
	outcome, err := a.runPaper(ctx, q, f)
	if err != nil {
		return err
	}
	if f.json {
		if err := newScreen(a.out).json(outcome.Summary()); err != nil {
			return err
		}
	}
	a.status = statusFor(outcome)
	return mistakes(outcome)
}

// paperFor finds the paper by its slug, or by the run that is to be continued.
func (a *app) paperFor(args []string, resume string) (*study.Paper, error) {
	if len(args) == 1 {
		return a.find(args[0])
	}
	config, err := study.ReadConfig(resume)
	if err != nil {
		return nil, err
	}
	return a.find(config.Paper)
}

// runAll runs every paper that is ready, one after the other. A failure does
// not stop the others; the worst exit status counts.
func (a *app) runAll(ctx context.Context, q study.Request, f runFlags) error {
	if q.Resume != "" {
		return errors.New("--resume continues one run: give the paper's slug instead of all")
	}
	if len(q.Set) > 0 {
		return errors.New("--set changes one paper's options: give its slug instead of all")
	}
	base, ran := q.Dir, 0
	var summaries []study.Summary
	for _, p := range a.catalogue {
		if !p.Ready() {
			continue
		}
		ran++
		if reason := unsuited(p, q); reason != "" {
			fmt.Fprintf(a.err, "fluxion: skipping %s: it has no %s\n", p.Slug, reason)
			continue
		}
		q.Paper = p
		if base != "" {
			q.Dir = filepath.Join(base, p.Slug)
		}
		outcome, err := a.runPaper(ctx, q, f)
		if study.IsInterrupted(err) {
			return err
		}
		if err == nil {
			summaries = append(summaries, outcome.Summary())
			a.status = max(a.status, statusFor(outcome))
			err = mistakes(outcome)
		}
		if err != nil {
			fmt.Fprintf(a.err, "fluxion: %s: %s\n", p.Slug, oneLine(err.Error()))
			a.status = exitError
		}
	}
	if ran == 0 {
		return errors.New("no paper can be run yet")
	}
	if f.json {
		return newScreen(a.out).json(summaries)
	}
	return nil
}

// unsuited says what a paper lacks for a request that is meant for all.
func unsuited(p *study.Paper, q study.Request) string {
	switch {
	case q.Scale != "" && !slices.Contains(p.Scales(), q.Scale):
		return "scale " + string(q.Scale)
	case q.Data != "" && !slices.Contains(p.DataSets, q.Data):
		return "data set " + q.Data
	}
	return ""
}

// runPaper runs one paper with progress on the error output and, unless JSON is
// wanted, prints the outcome.
func (a *app) runPaper(ctx context.Context, q study.Request, f runFlags) (*study.Outcome, error) {
	q.Monitor, q.Now = study.NewMonitor(), a.now
	stop := func() {}
	if !f.json {
		stop = watch(newScreen(a.err), q.Monitor)
	}
	outcome, err := study.Run(ctx, q)
	stop()
	if err != nil {
		return nil, a.explain(err, q.Paper.Slug)
	}
	if f.events != "" {
		if err := logTensorBoard(outcome, f.events); err != nil {
			return nil, fmt.Errorf("the run is complete, but its logs are not: %w", err)
		}
	}
	if !f.json {
		printOutcome(newScreen(a.out), outcome)
	}
	return outcome, nil
}

// explain adds to an error what the user can do about it.
func (a *app) explain(err error, slug string) error {
	var interrupted *study.Interrupted
	var failed *study.PartError
	switch {
	case errors.As(err, &interrupted):
		fmt.Fprintf(a.err, "Interrupted: %d of %s done and kept. Continue with\n  fluxion run %s --resume %s\n",
			interrupted.Done, plural(interrupted.Total, "seed"), slug, interrupted.Dir)
		return &interruptedError{interrupted}
	case errors.As(err, &failed) && failed.Stack != "":
		return fmt.Errorf("%w (a mistake in the experiment's code; details in %s)", err, failed.Stack)
	case errors.As(err, &failed):
		return fmt.Errorf("%w (what was done is kept in %s)", err, failed.Dir)
	}
	return err
}

// interruptedError ends the program with status 130 and no further message.
type interruptedError struct{ cause *study.Interrupted }

func (e *interruptedError) Error() string { return e.cause.Error() }
func (e *interruptedError) Unwrap() []error {
	return []error{e.cause, &statusError{status: exitInterrupted}}
}

// mistakes returns an error if the paper's own code failed to judge or draw.
func mistakes(o *study.Outcome) error {
	if len(o.Mistakes) == 0 {
		return nil
	}
	text := o.Mistakes[0].Error()
	if more := len(o.Mistakes) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more in %s)", more, filepath.Join(o.Dir, "report.md"))
	}
	return fmt.Errorf("a mistake in the experiment's code: %s", text)
}

// statusFor is the exit status for an outcome. Inconclusive counts as not
// reproduced; if no claim is judged at the scale there is nothing to complain
// about.
func statusFor(o *study.Outcome) int {
	switch o.Status() {
	case study.NotReproduced, study.Inconclusive:
		return exitNotReproduced
	}
	return exitReproduced
}
