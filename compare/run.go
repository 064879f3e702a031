package compare

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// Interrupted is the error of a comparison that was cancelled.
type Interrupted struct {
	Done, Total int // ranked seeds
}

func (e *Interrupted) Error() string {
	return fmt.Sprintf("interrupted: %d of %d seeds are done", e.Done, e.Total)
}

// Unwrap makes errors.Is(err, context.Canceled) true.
func (e *Interrupted) Unwrap() error { return context.Canceled }

// Do makes a comparison. If ctx is cancelled the error is an *Interrupted, and
// the result is of the seeds that were done, nil if there are none. A mistake in
// a method or a task, which panics, is an error that names both.
func Do(ctx context.Context, c Comparison) (*Result, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	settings, err := study.NewSettings(c.Task.Options, c.Set)
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", c.Task.Name, err)
	}
	if c.Monitor == nil {
		c.Monitor = study.NewMonitor()
	}
	problem, err := c.Task.Open(Setup{settings, c.Data})
	if err != nil {
		return nil, err
	}
	for _, m := range c.Methods {
		if err := m.needs(c.Task, problem); err != nil {
			return nil, err
		}
	}
	r := &runner{trainer: trainer{Comparison: c, problem: problem, evaluate: fx.Jit(problem.Evaluate)},
		programs: map[string]*program{}}
	if err := r.tune(ctx); err != nil {
		return nil, r.stopped(ctx, err, 0)
	}
	done, err := r.rank(ctx)
	if err != nil {
		if err = r.stopped(ctx, err, len(done)); len(done) == 0 {
			return nil, err
		}
	}
	return r.result(settings, done), err
}

// runner runs all trainings of a comparison.
type runner struct {
	trainer
	lineup []*entry

	mu       sync.Mutex
	programs map[string]*program
}

// entry is a method and what is known of it so far.
type entry struct {
	method Method
	rates  []float64
	tried  [][]Run // [rate][tuning seed]
	chosen int     // place in rates
	scores study.Floats
	runs   map[uint64]Run
}

// program compiles a method at a learning rate once.
func (r *runner) program(m Method, rate float64) (*program, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := fmt.Sprint(m.Name, " ", rate)
	if p := r.programs[key]; p != nil {
		return p, nil
	}
	o, err := m.New(rate, optim.Constant(rate))
	if err != nil {
		return nil, err
	}
	// The schedule counts steps, and the budget minibatches.
	steps := max(1, r.Evaluations/o.Batches())
	schedule := r.Schedule.from(rate, steps)
	p, err := compile(r.problem, func(c optim.Curvature[Params]) (optim.StreamOptimizer[Params], error) {
		return m.with(rate, schedule, c)
	})
	if err != nil {
		return nil, err
	}
	r.programs[key] = p
	return p, nil
}

// one makes one run. A panic becomes an error.
func (r *runner) one(ctx context.Context, m Method, rate float64, seed uint64, points int, task *study.Task) (run Run, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
			if cause, ok := p.(error); ok {
				err = cause
			}
		}
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("method %s on task %s, learning rate %v: %w", m.Name, r.Task.Name, rate, err)
		}
	}()
	p, err := r.program(m, rate)
	if err != nil {
		return Run{}, err
	}
	return r.train(ctx, p, seed, points, task)
}

// workers is how many runs there are at a time.
func (r *runner) workers() int {
	if r.Threads > 0 {
		return r.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// parallel calls f for 0 to n-1 on several goroutines, until one fails. The
// error is that of the first in order.
func (r *runner) parallel(n int, f func(i int) error) error {
	queue := make(chan int, n)
	for i := range n {
		queue <- i
	}
	close(queue)
	errs := make([]error, n)
	var failed sync.Once
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range min(n, r.workers()) {
		group.Go(func() {
			for i := range queue {
				select {
				case <-stop:
					return
				default:
				}
				if errs[i] = f(i); errs[i] != nil {
					failed.Do(func() { close(stop) })
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// tune tries every learning rate with the tuning seeds, and chooses.
func (r *runner) tune(ctx context.Context) error {
	type job struct {
		e          *entry
		rate, seed int
	}
	var jobs []job
	for _, m := range r.Methods {
		e := &entry{method: m, rates: r.rates(m), runs: map[uint64]Run{}}
		r.lineup = append(r.lineup, e)
		for i := range e.rates {
			e.tried = append(e.tried, make([]Run, r.TuningSeeds))
			for s := range r.TuningSeeds {
				jobs = append(jobs, job{e, i, s})
			}
		}
	}
	r.Monitor.Expect(1 + len(r.Seeds))
	if len(jobs) == len(r.Methods)*r.TuningSeeds { // one rate each: no choice
		jobs = nil
	}
	work := r.Monitor.Begin("tuning", len(jobs)*r.Evaluations)
	err := r.parallel(len(jobs), func(i int) error {
		j := jobs[i]
		task := work.Task(fmt.Sprintf("%s, rate %v", j.e.method.Name, j.e.rates[j.rate]), r.Evaluations)
		run, err := r.one(ctx, j.e.method, j.e.rates[j.rate], firstTuningSeed+uint64(j.seed), 1, task)
		j.e.tried[j.rate][j.seed] = run
		return err
	})
	work.End(err)
	if err != nil {
		return err
	}
	for _, e := range r.lineup {
		if len(jobs) > 0 {
			e.choose(r.criterion())
		}
	}
	return nil
}

// criterion is the metric that counts.
func (r *runner) criterion() Metric {
	return r.Task.Metrics[slices.IndexFunc(r.Task.Metrics, func(m Metric) bool { return m.Name == r.Criterion })]
}

// choose takes the learning rate with the best mean over the tuning seeds; of
// equal ones, that nearest to the middle of the grid. One at which a seed
// diverges is the worst.
func (e *entry) choose(by Metric) {
	e.scores = make(study.Floats, len(e.rates))
	for i, runs := range e.tried {
		var s study.Sample
		for _, run := range runs {
			s = append(s, run.final(by))
		}
		e.scores[i] = s.Mean()
	}
	off := func(i int) int { return max(2*i-len(e.rates)+1, len(e.rates)-1-2*i) }
	for i, score := range e.scores {
		best := e.scores[e.chosen]
		if by.better(score, best) || score == best && off(i) < off(e.chosen) {
			e.chosen = i
		}
	}
}

// rank runs the ranked seeds with the learning rates chosen, and returns those
// that were done for all methods. Each seed begins with another method, so that
// none has the quiet time for itself.
func (r *runner) rank(ctx context.Context) ([]uint64, error) {
	done := make([]bool, len(r.Seeds))
	err := r.parallel(len(r.Seeds), func(i int) error {
		seed := r.Seeds[i]
		work := r.Monitor.Begin(fmt.Sprintf("seed %d", seed), len(r.lineup)*r.Evaluations)
		err := func() error {
			for k := range r.lineup {
				e := r.lineup[(k+i)%len(r.lineup)]
				run, err := r.one(ctx, e.method, e.rates[e.chosen], seed, min(mostPoints, r.Evaluations), work.Task(e.method.Name, r.Evaluations))
				if err != nil {
					return err
				}
				r.mu.Lock()
				e.runs[seed] = run
				r.mu.Unlock()
			}
			return nil
		}()
		work.End(err)
		done[i] = err == nil
		return err
	})
	var seeds []uint64
	for i, ok := range done {
		if ok {
			seeds = append(seeds, r.Seeds[i])
		}
	}
	return seeds, err
}

// stopped turns the end of a cancelled comparison into *Interrupted.
func (r *runner) stopped(ctx context.Context, err error, done int) error {
	if errors.Is(err, context.Canceled) || ctx.Err() != nil {
		return &Interrupted{done, len(r.Seeds)}
	}
	return err
}
