package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/data/fetch"
	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
)

func (a *app) dataCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "data",
		Short: "List, download and check data sets",
		Long: "List, download and check data sets. They lie in folders of their names in the\n" +
			"directory that the environment variable " + data.DirVariable + " names, or else in\n" +
			"fluxion/data under the user's cache directory, where experiments look for them.",
		Example: "  fluxion data list\n" +
			"  fluxion data get mnist && fluxion run laprop --data mnist\n" +
			"  fluxion data check cifar10 --data-dir ~/cifar",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q; see %s --help", args[0], c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.dataListCommand(), a.dataGetCommand(), a.dataCheckCommand())
	return c
}

// dataJSON is a data set as --json shows it.
type dataJSON struct {
	Name    string       `json:"name"`
	Summary string       `json:"summary"`
	Content data.Content `json:"content"`
	Bytes   int64        `json:"bytes,omitempty"` // of the download, where published
	Dir     string       `json:"dir,omitempty"`
	Present bool         `json:"present"`
}

func (a *app) dataListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "list",
		Short:             "List the data sets, and which are there",
		Args:              exactly(0, "no arguments"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			s := newScreen(a.out)
			var list []dataJSON
			for _, source := range data.Sources() {
				state, err := data.Inspect(source.Name, "", false)
				if err != nil {
					return err
				}
				d := dataJSON{source.Name, source.Summary, source.Holds, 0, state.Dir, state.Present}
				for _, f := range source.Downloads {
					d.Bytes += f.Size
				}
				list = append(list, d)
			}
			if asJSON {
				return s.json(list)
			}
			t := study.NewTable("", "name", "what it is", "download", "here")
			for _, d := range list {
				here := "no"
				switch {
				case d.Dir == "":
					here = "built in"
				case d.Present:
					here = "yes"
				}
				t.Add(d.Name, d.Summary, megabytes(d.Bytes), here)
			}
			s.printf("%s\n", t.Text(s.width()))
			dir, err := data.DefaultDir("NAME")
			if err != nil {
				return err
			}
			s.printf("They lie in %s. Get one: fluxion data get NAME\n", dir)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func megabytes(n int64) string {
	switch {
	case n == 0:
		return ""
	case n < 10e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

func (a *app) dataGetCommand() *cobra.Command {
	var dir string
	var force bool
	c := &cobra.Command{
		Use:   "get NAME...",
		Short: "Download data sets",
		Long: "Download data sets from their usual homes. Files that are there and right are\n" +
			"kept, a download that was interrupted goes on where it stopped, and nothing gets\n" +
			"its name before its checksum is right.",
		Args:              atLeastOne("the name of a data set"),
		ValidArgsFunction: completeData,
		RunE: func(c *cobra.Command, args []string) error {
			if dir != "" && len(args) > 1 {
				return errors.New("--data-dir is the directory of one data set: give one name")
			}
			ctx, release := a.interruptible(c.Context())
			defer release()
			for _, name := range args {
				p := &transfer{screen: newScreen(a.err), set: name, now: a.now}
				got, err := fetch.Get(ctx, name, dir, fetch.Options{Force: force, Progress: p.show, Client: a.client})
				p.end()
				if ctx.Err() != nil {
					return &statusError{exitInterrupted, oneLine(err.Error())}
				}
				if err != nil {
					return err
				}
				newScreen(a.out).printf("%s is in %s\n", name, got)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "data-dir", "", "`folder` to put the files into")
	c.Flags().BoolVar(&force, "force", false, "download again what is there")
	return c
}

func (a *app) dataCheckCommand() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{
		Use:   "check [NAME...]",
		Short: "Check the files of data sets",
		Long: "Check the files of data sets, of all that are there if no name is given: by the\n" +
			"published checksum or the one noted at the download, and by reading them.\n\n" +
			"Exit status: 0 if all is well, 1 if something is missing or damaged, 2 for wrong\n" +
			"usage.",
		ValidArgsFunction: completeData,
		RunE: func(_ *cobra.Command, args []string) error {
			if dir != "" && len(args) != 1 {
				return errors.New("--data-dir is the directory of one data set: give its name")
			}
			named := len(args) > 0
			if !named {
				for _, s := range data.Sources() {
					args = append(args, s.Name)
				}
			}
			states := []data.Inspection{}
			for _, name := range args {
				if !named { // only those that are there
					state, err := data.Inspect(name, "", false)
					if err != nil {
						return err
					}
					if !state.Present || state.Dir == "" {
						continue
					}
				}
				state, err := data.Inspect(name, dir, true)
				if err != nil {
					return err
				}
				if !state.Valid {
					a.status = exitNotReproduced
				}
				states = append(states, state)
			}
			s := newScreen(a.out)
			if asJSON {
				return s.json(states)
			}
			if len(states) == 0 {
				s.printf("No data set is there. Get one: fluxion data get NAME\n")
			}
			for _, state := range states {
				printInspection(s, state)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "data-dir", "", "`folder` with the files")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printInspection(s *screen, state data.Inspection) {
	verdict := s.style(green, "good")
	switch {
	case !state.Present:
		verdict = s.style(red, "incomplete")
	case !state.Valid:
		verdict = s.style(red, "damaged")
	}
	line := state.Name + ": " + verdict
	if state.Found != "" {
		line += ", " + state.Found
	}
	if state.Dir != "" {
		line += ", in " + state.Dir
	}
	s.printf("%s\n", line)
	for _, f := range state.Files {
		what := f.Problem
		if what == "" {
			what = "by " + f.By
		}
		s.printf("  %s  %s\n", f.Name, what)
	}
	if state.Problem != "" {
		s.paragraph("  ", state.Problem)
	}
	if !state.Valid {
		s.printf("  get it anew: fluxion data get %s\n", state.Name)
	}
}

func completeData(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, s := range data.Sources() {
		if s.Files {
			names = append(names, s.Name+"\t"+s.Summary)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// atLeastOne checks that there is an argument.
func atLeastOne(wanted string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s needs %s; see %s --help", c.CommandPath(), wanted, c.CommandPath())
		}
		return nil
	}
}

// transfer shows a download: one line that changes on a terminal, otherwise a
// line for each file and each note.
type transfer struct {
	screen *screen
	set    string
	now    func() time.Time

	file  string
	begun time.Time // of the file
	from  int64     // bytes that were there then
	last  time.Time // when something was drawn
	drawn bool
}

func (t *transfer) show(p fetch.Progress) {
	if p.File != t.file {
		t.file, t.begun, t.from = p.File, t.now(), -1
		if !t.screen.terminal {
			t.screen.printf("%s: %s\n", t.set, strings.TrimSpace(p.File+"  "+megabytes(p.Total)))
		}
	}
	if p.Note != "" {
		t.end()
		t.screen.printf("%s: %s: %s\n", t.set, p.File, oneLine(p.Note))
		return
	}
	if t.from < 0 {
		t.from = p.Done
	}
	if !t.screen.terminal || t.now().Sub(t.last) < barsEvery {
		return
	}
	t.last = t.now()
	text := fmt.Sprintf("%s: %s  %s", t.set, p.File, megabytes(p.Done))
	if p.Total > 0 {
		text = fmt.Sprintf("%s: %s  %d%% of %s", t.set, p.File, 100*p.Done/p.Total, megabytes(p.Total))
	}
	if elapsed := t.now().Sub(t.begun).Seconds(); elapsed > 1 && p.Done > t.from {
		rate := float64(p.Done-t.from) / elapsed
		text += fmt.Sprintf(", %.1f MB/s", rate/1e6)
		if left := time.Duration(float64(p.Total-p.Done) / rate * float64(time.Second)); p.Total > 0 {
			text += ", about " + clock(max(time.Second, left)) + " left"
		}
	}
	t.screen.printf("\r\x1b[K%s", shorten(text, t.screen.width()-1))
	t.drawn = true
}

// end leaves the line.
func (t *transfer) end() {
	if t.drawn {
		t.screen.printf("\r\x1b[K")
		t.drawn = false
	}
}
