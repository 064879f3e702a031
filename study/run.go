package study

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fluxion-go/fluxion/internal/nearest"
)

// Run runs a paper's experiment for all seeds, judges its claims, draws its
// figures and stores everything in a run directory.
//
// If ctx is cancelled the error is an *Interrupted; if the experiment fails it
// is a *PartError. In both cases the parts that were done are kept, and a
// Request with Resume continues. Other errors mean that nothing was run.
func Run(ctx context.Context, request Request) (*Outcome, error) {
	r, err := prepare(request)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := r.load(); err != nil {
		return nil, err
	}
	if err := r.runParts(ctx); err != nil {
		return nil, err
	}
	outcome, err := r.conclude(ctx)
	if err != nil {
		return nil, err
	}
	outcome.Elapsed = time.Since(begun)
	return outcome, nil
}

// run is one call of Run.
type run struct {
	paper    *Paper
	config   Config
	settings Settings
	dir      directory
	threads  int
	monitor  *Monitor
	shared   shared

	mu      sync.Mutex
	common  *Record
	records map[uint64]*Record
	seconds map[string]float64
	makers  map[string]bool // versions of fluxion that made the records
}

func prepare(q Request) (*run, error) {
	r := &run{paper: q.Paper, threads: q.Threads, monitor: q.Monitor,
		records: map[uint64]*Record{}, seconds: map[string]float64{}, makers: map[string]bool{}}
	if err := q.Paper.Validate(); err != nil {
		return nil, err
	}
	if !q.Paper.Ready() {
		return nil, fmt.Errorf("%s is planned: its experiment is not there yet", q.Paper.Slug)
	}
	if q.Threads < 0 {
		return nil, fmt.Errorf("%d threads: give a positive number", q.Threads)
	}
	if q.Threads == 0 {
		r.threads = runtime.GOMAXPROCS(0)
	}
	if r.monitor == nil {
		r.monitor = NewMonitor()
	}
	if q.Now == nil {
		q.Now = time.Now
	}
	var err error
	if q.Resume != "" {
		err = r.reopen(q)
	} else {
		err = r.begin(q)
	}
	if err != nil {
		return nil, err
	}
	return r, r.dir.writeConfig(r.config)
}

// begin makes the configuration and the directory of a new run.
func (r *run) begin(q Request) error {
	p := q.Paper
	c := Config{Paper: p.Slug, Scale: q.Scale, Seeds: q.Seeds, Data: q.Data, DataDir: q.DataDir,
		Version: q.Version, System: systemName(), Started: q.Now().Format(time.RFC3339)}
	if c.Scale == "" {
		c.Scale = Default
	}
	if !slices.Contains(p.Scales(), c.Scale) {
		return fmt.Errorf("%s has no scale %q: choose %s", p.Slug, string(c.Scale), joinScales(p.Scales(), ", ", " or "))
	}
	if len(c.Seeds) == 0 {
		c.Seeds = FirstSeeds(p.Seeds.At(c.Scale))
	}
	if c.Data == "" && len(p.DataSets) > 0 {
		c.Data = p.DataSets[0]
	}
	if err := checkData(p, c); err != nil {
		return err
	}
	var err error
	if r.settings, err = NewSettings(p.Options, q.Set); err != nil {
		return err
	}
	c.Options = r.settings.All()
	r.config = c
	path := q.Dir
	if path == "" {
		path = freshPath(p.Slug, c.Scale, q.Now())
	}
	r.dir, err = createDirectory(path)
	return err
}

// reopen reads the configuration of a run that is to be continued.
func (r *run) reopen(q Request) error {
	dir, c, err := openDirectory(q.Resume)
	if err != nil {
		return err
	}
	switch {
	case c.Paper != q.Paper.Slug:
		return fmt.Errorf("%s holds a run of %s, not of %s", q.Resume, c.Paper, q.Paper.Slug)
	case q.Dir != "" || q.Scale != "" && q.Scale != c.Scale || q.Data != "" && q.Data != c.Data:
		return fmt.Errorf("%s is continued as it was begun: scale, data set and folder cannot be changed", q.Resume)
	case !slices.Contains(q.Paper.Scales(), c.Scale):
		return fmt.Errorf("%s was run at scale %s, which %s does not offer any more", q.Resume, c.Scale, c.Paper)
	}
	if r.settings, err = NewSettings(q.Paper.Options, c.Options); err != nil {
		return fmt.Errorf("%s: config.json: %w", q.Resume, err)
	}
	for name, value := range q.Set {
		if have, ok := c.Options[name]; !ok || have != value {
			return fmt.Errorf("%s is continued as it was begun: option %s cannot be changed", q.Resume, name)
		}
	}
	if len(r.settings.values) != len(c.Options) {
		return fmt.Errorf("%s: the options of %s have changed since it was begun", q.Resume, c.Paper)
	}
	if len(q.Seeds) > 0 {
		c.Seeds = q.Seeds
	}
	if q.DataDir != "" {
		c.DataDir = q.DataDir
	}
	if len(c.Seeds) == 0 {
		return fmt.Errorf("%s: config.json: no seeds", q.Resume)
	}
	if err := checkData(q.Paper, c); err != nil {
		return fmt.Errorf("%s: config.json: %w", q.Resume, err)
	}
	c.Version, c.System = q.Version, systemName()
	r.config, r.dir = c, dir
	dir.removeUnfinished()
	return nil
}

func checkData(p *Paper, c Config) error {
	switch {
	case len(p.DataSets) == 0 && (c.Data != "" || c.DataDir != ""):
		return fmt.Errorf("%s uses no data set", p.Slug)
	case len(p.DataSets) > 0 && !slices.Contains(p.DataSets, c.Data):
		return fmt.Errorf("%s cannot use data set %q%s: choose %s", p.Slug, c.Data,
			nearest.DidYouMean(c.Data, p.DataSets), joinWords(p.DataSets, ", ", " or "))
	}
	return nil
}

// freshPath is the default run directory; two runs begun in one second do not
// share one.
func freshPath(slug string, scale Scale, now time.Time) string {
	base := filepath.Join("runs", slug, now.Format("20060102-150405")+"-"+string(scale))
	path := base
	for n := 2; exists(path); n++ {
		path = fmt.Sprintf("%s-%d", base, n)
	}
	return path
}

func systemName() string {
	return runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()
}

// load reads the parts that are stored.
func (r *run) load() error {
	if r.paper.Common != nil {
		if err := r.loadPart(commonFile, func(record *Record) { r.common = record }); err != nil {
			return err
		}
	}
	for _, seed := range r.config.Seeds {
		err := r.loadPart(recordName(seed), func(record *Record) { r.records[seed] = record })
		if err != nil {
			return err
		}
	}
	if r.common == nil && r.paper.Common != nil && len(r.records) > 0 {
		return fmt.Errorf("%s: %s is missing, but the seeds depend on it; delete the seed-*.json files to run all again",
			r.dir.path, commonFile)
	}
	return nil
}

func (r *run) loadPart(name string, keep func(*Record)) error {
	file, err := r.dir.readRecord(name, r.config)
	if err != nil || file == nil {
		return err
	}
	keep(file.Record)
	r.seconds[file.Part] = float64(file.Seconds)
	r.makers[file.MadeBy] = true
	return nil
}

// runParts runs what is not stored: first the common part, then the seeds.
func (r *run) runParts(ctx context.Context) error {
	var missing []uint64
	for _, seed := range r.config.Seeds {
		if r.records[seed] == nil {
			missing = append(missing, seed)
		}
	}
	needCommon := r.paper.Common != nil && r.common == nil
	parts := len(missing)
	if needCommon {
		parts++
	}
	r.monitor.expect(parts)
	if needCommon {
		record, err := r.runPart(ctx, commonName, commonFile, 0, r.threads, r.paper.Common)
		if err != nil {
			return r.stopped(ctx, err)
		}
		r.common = record
	}
	if r.common == nil {
		r.common = &Record{}
	}
	return r.stopped(ctx, r.runSeeds(ctx, missing))
}

// runSeeds runs the seeds on several goroutines. After a failure no new seed is
// begun, but those under way are finished and kept.
func (r *run) runSeeds(ctx context.Context, seeds []uint64) error {
	workers := max(1, min(r.threads, len(seeds)))
	if r.paper.Serial {
		workers = 1
	}
	queue := make(chan uint64, len(seeds))
	for _, seed := range seeds {
		queue <- seed
	}
	close(queue)
	var group sync.WaitGroup
	failures := map[uint64]error{}
	for range workers {
		group.Go(func() {
			for seed := range queue {
				record, err := r.runPart(ctx, fmt.Sprintf("seed %d", seed), recordName(seed), seed,
					max(1, r.threads/workers), r.paper.Run)
				r.mu.Lock()
				if err != nil {
					failures[seed] = err
				} else {
					r.records[seed] = record
				}
				stop := len(failures) > 0
				r.mu.Unlock()
				if stop || ctx.Err() != nil {
					return
				}
			}
		})
	}
	group.Wait()
	for _, seed := range seeds {
		if err := failures[seed]; err != nil {
			return err
		}
	}
	return nil
}

// stopped turns the end of a cancelled run into *Interrupted.
func (r *run) stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return &Interrupted{Dir: r.dir.path, Done: len(r.records), Total: len(r.config.Seeds)}
}

// runPart calls an experiment function and stores what it recorded.
func (r *run) runPart(ctx context.Context, name, file string, seed uint64, threads int,
	experiment func(context.Context, *Env) error) (*Record, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	env := &Env{Seed: seed, Scale: r.config.Scale, Options: r.settings, Threads: threads,
		Data: DataSet{r.config.Data, r.config.DataDir}, Record: NewRecorder(), Common: r.common,
		ctx: ctx, part: r.monitor.start(name), shared: &r.shared}
	if env.Common == nil {
		env.Common = &Record{}
	}
	begun := time.Now()
	err := r.call(ctx, name, file, env, experiment)
	env.part.end(err)
	if err != nil {
		return nil, err
	}
	seconds := time.Since(begun).Seconds()
	record := env.Record.Record()
	if err := r.dir.writeRecord(file, r.config, seconds, record); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seconds[strings.TrimSuffix(file, ".json")] = seconds
	r.makers[r.config.Version] = true
	return record, nil
}

// call runs the experiment function. A panic becomes an error, and its stack is
// kept in a file.
func (r *run) call(ctx context.Context, name, file string, env *Env,
	experiment func(context.Context, *Env) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			stack := strings.TrimSuffix(file, ".json") + ".panic.txt"
			failure := &PartError{Part: name, Dir: r.dir.path, Err: fmt.Errorf("%v", p), Stack: r.dir.join(stack)}
			if cause, ok := p.(error); ok {
				failure.Err = cause
			}
			text := fmt.Sprintf("%s: %v\n\n%s", name, p, debug.Stack())
			if r.dir.write(stack, []byte(text)) != nil {
				failure.Stack = ""
			}
			err = failure
		}
	}()
	if err := experiment(ctx, env); err != nil {
		return &PartError{Part: name, Dir: r.dir.path, Err: err}
	}
	return ctx.Err()
}
