package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/study"
	"github.com/spf13/cobra"
)

// verifyFlags are the flags of the verify command.
type verifyFlags struct {
	all     bool
	scale   string
	record  string
	out     string
	threads threadCount
	json    bool
}

// verification is what verify found out about one published record.
type verification struct {
	Paper       string             `json:"paper"`
	Scale       study.Scale        `json:"scale"`
	Same        bool               `json:"same"`
	Digest      string             `json:"digest"`
	Differences []study.Difference `json:"differences,omitempty"`
	Dir         string             `json:"dir"`
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify SLUG|all",
		Short: "Run a paper again and compare with what was published",
		Long: "Run a paper's experiment again as it was published and compare every\n" +
			"measurement, bit for bit: the published digest holds for every processor and\n" +
			"any number of threads.\n\n" +
			"Exit status: 0 if all is the same, 1 if something differs, 2 for wrong usage\n" +
			"or a failed run, 130 after Ctrl-C.",
		Example: "  fluxion verify laprop\n" +
			"  fluxion verify all --scale quick",
		Args: func(c *cobra.Command, args []string) error {
			if f.all {
				args = append([]string{"all"}, args...)
			}
			return exactly(1, `the slug of a paper, or "all"`)(c, args)
		},
		ValidArgsFunction: a.completeSlug(true),
		RunE: func(c *cobra.Command, args []string) error {
			if f.all {
				args = []string{"all"}
			}
			return a.verify(c.Context(), args[0], f)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.all, "all", false, `all papers, as the slug "all"`)
	flags.StringVar(&f.scale, "scale", "", "only this `size` of the experiment: quick or default (default: quick)")
	flags.StringVar(&f.record, "record", "", "do not compare: write the records into this `folder`")
	flags.StringVar(&f.out, "out", "", "run `folder` (default runs/SLUG/TIME-SCALE)")
	flags.Var(&f.threads, "threads", "how many threads to use (default: all cores)")
	flags.BoolVar(&f.json, "json", false, "print the comparison as JSON, and no progress")
	return c
}

func (a *app) verify(ctx context.Context, slug string, f verifyFlags) error {
	scale := study.Quick
	if f.scale != "" {
		var err error
		if scale, err = study.ParseScale(f.scale); err != nil {
			return err
		}
	}
	chosen, err := a.readyPapers(slug)
	if err != nil {
		return err
	}
	if f.threads > 0 {
		a.threads(int(f.threads))
	}
	ctx, release := a.interruptible(ctx)
	defer release()
	var done []verification
	for _, p := range chosen {
		if slug == "all" && !slices.Contains(p.Scales(), scale) {
			fmt.Fprintf(a.err, "fluxion: skipping %s: it has no scale %s\n", p.Slug, scale)
			continue
		}
		v, err := a.verifyOne(ctx, p, scale, f, slug == "all")
		if study.IsInterrupted(err) || (err != nil && slug != "all") {
			return err
		}
		if err != nil { // the others are still worth knowing
			fmt.Fprintf(a.err, "fluxion: %s: %s\n", p.Slug, oneLine(err.Error()))
			a.status = exitError
			continue
		}
		if !v.Same {
			a.status = max(a.status, exitNotReproduced)
		}
		done = append(done, v)
	}
	if f.json {
		return newScreen(a.out).json(done)
	}
	return nil
}

// readyPapers are the papers that a slug, or "all", stands for.
func (a *app) readyPapers(slug string) ([]*study.Paper, error) {
	if slug != "all" {
		p, err := a.find(slug)
		return []*study.Paper{p}, err
	}
	var ready []*study.Paper
	for _, p := range a.catalogue {
		if p.Ready() {
			ready = append(ready, p)
		}
	}
	if len(ready) == 0 {
		return nil, errors.New("no paper can be run yet")
	}
	return ready, nil
}

// verifyOne runs one paper as published and compares, or makes its record.
func (a *app) verifyOne(ctx context.Context, p *study.Paper, scale study.Scale, f verifyFlags, several bool) (v verification, err error) {
	name := study.PublishedName(p.Slug, scale)
	q := study.Request{Paper: p, Scale: scale}
	var published study.Published
	if f.record == "" {
		data, err := fs.ReadFile(a.records, name)
		if errors.Is(err, fs.ErrNotExist) {
			return v, fmt.Errorf("there is no published record of %s at scale %s", p.Slug, scale)
		}
		if err != nil {
			return v, err
		}
		if published, err = study.ParsePublished(name, data); err != nil {
			return v, err
		}
		q = published.Request(p)
	}
	q.Threads, q.Version, q.Now, q.Dir = int(f.threads), versionName(), a.now, f.out
	if several && f.out != "" {
		q.Dir = filepath.Join(f.out, p.Slug)
	}
	q.Monitor = study.NewMonitor()
	stop := func() {}
	if !f.json {
		stop = watch(newScreen(a.err), q.Monitor)
	}
	outcome, err := study.Run(ctx, q)
	stop()
	if err != nil {
		return v, a.explain(err, p.Slug)
	}
	if err := mistakes(outcome); err != nil {
		return v, err
	}
	now := outcome.Publish()
	v = verification{Paper: p.Slug, Scale: scale, Digest: outcome.Digest, Dir: outcome.Dir, Same: true}
	if f.record != "" {
		return v, a.writeRecord(filepath.Join(f.record, name), now)
	}
	v.Differences = published.Compare(now)
	v.Same = len(v.Differences) == 0
	if !f.json {
		a.printVerification(v)
	}
	return v, nil
}

func (a *app) writeRecord(path string, p study.Published) error {
	data, err := p.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "wrote %s\n", path)
	return nil
}

// maxDifferences is how many differences are printed; --json has all.
const maxDifferences = 20

func (a *app) printVerification(v verification) {
	s := newScreen(a.out)
	if v.Same {
		s.printf("%s  %s at scale %s: the same bits as published, digest %s\n", s.style(statusColor(study.Reproduced), "same"), v.Paper, v.Scale, v.Digest[:16])
		return
	}
	s.printf("%s  %s at scale %s differs from what was published:\n", s.style(statusColor(study.NotReproduced), "different"), v.Paper, v.Scale)
	for _, d := range v.Differences[:min(len(v.Differences), maxDifferences)] {
		s.printf("  %s\n    published %s\n    now       %s\n", d.Field, shorten(d.Published, s.textWidth()-14), shorten(d.Now, s.textWidth()-14))
	}
	if more := len(v.Differences) - maxDifferences; more > 0 {
		s.printf("  and %s; --json lists all\n", plural(more, "more field"))
	}
	s.printf("The run is in %s\n", strings.TrimSuffix(v.Dir, "/"))
}
