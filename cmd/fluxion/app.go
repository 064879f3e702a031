package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/internal/nearest"
	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitReproduced    = 0   // every judged claim was reproduced
	exitNotReproduced = 1   // some were not
	exitError         = 2   // wrong usage, or the run failed
	exitInterrupted   = 130 // by Ctrl-C, as shells count it
)

// app is the program with everything it takes from outside, so that tests can
// give it other things.
type app struct {
	out, err  io.Writer
	catalogue []*study.Paper
	families  []string
	records   fs.FS // published results, SLUG-SCALE.json
	now       func() time.Time
	threads   func(int)
	exit      func(int)    // ends the process at a second Ctrl-C
	client    *http.Client // for downloads; nil: the usual one

	status int
}

// statusError is an error with its own exit status; an empty message means that
// everything has been said.
type statusError struct {
	status  int
	message string
}

func (e *statusError) Error() string { return e.message }

// run executes a command line and returns the exit status.
func (a *app) run(args []string) int {
	root := a.root()
	root.SetArgs(args)
	err := root.Execute()
	if err == nil {
		return a.status
	}
	var status *statusError
	if !errors.As(err, &status) {
		status = &statusError{exitError, err.Error()}
	}
	if status.message != "" {
		fmt.Fprintf(a.err, "fluxion: %s\n", oneLine(status.message))
	}
	return status.status
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "fluxion",
		Short: "Published gradient methods, as experiments you can run",
		Long: "fluxion runs the experiments of published papers on gradient-based learning,\n" +
			"measures, draws figures, and judges whether each claim was reproduced.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q%s; see fluxion --help", args[0], nearest.DidYouMean(args[0], commandNames(c)))
			}
			return c.Help()
		},
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.listCommand(), a.showCommand(), a.runCommand(), a.verifyCommand(), a.compareCommand(), a.dataCommand(), a.benchCommand(), a.versionCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return names
}

// flagError puts a mistake in the flags into one line.
func flagError(c *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		var flags []string
		c.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
		text = fmt.Sprintf("unknown flag --%s%s", name, nearest.DidYouMean("--"+name, flags))
	} else if rest, ok := strings.CutPrefix(text, "unknown shorthand flag: "); ok {
		text = "unknown flag " + rest
	}
	text, _, _ = strings.Cut(text, ": strconv.") // how it was parsed is no news to a user
	return fmt.Errorf("%s; see %s --help", text, c.CommandPath())
}

// exactly checks the number of arguments with a sentence that says what is
// wanted.
func exactly(n int, wanted string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return fmt.Errorf("%s needs %s; see %s --help", c.CommandPath(), wanted, c.CommandPath())
		case len(args) > n:
			return fmt.Errorf("%s does not know what to do with %q; see %s --help", c.CommandPath(), args[n], c.CommandPath())
		}
		return nil
	}
}

// find returns the paper with the given slug, or an error with the nearest ones.
func (a *app) find(slug string) (*study.Paper, error) {
	slugs := make([]string, len(a.catalogue))
	for i, p := range a.catalogue {
		if p.Slug == slug || fmt.Sprint(p.Number) == slug || fmt.Sprintf("%03d", p.Number) == slug {
			return p, nil
		}
		slugs[i] = p.Slug
	}
	return nil, fmt.Errorf("unknown paper %q%s; see fluxion list", slug, nearest.DidYouMean(slug, slugs))
}

// completeSlug offers the papers' slugs to the shell.
func (a *app) completeSlug(onlyReady bool) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var slugs []string
		for _, p := range a.catalogue {
			if len(args) == 0 && (p.Ready() || !onlyReady) {
				slugs = append(slugs, p.Slug+"\t"+p.Title)
			}
		}
		return slugs, cobra.ShellCompDirectiveNoFileComp
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
