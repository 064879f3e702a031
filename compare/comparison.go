package compare

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/internal/nearest"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
)

// Comparison says what to compare. Task and Methods are required.
type Comparison struct {
	Task    Task
	Methods []Method
	// Seeds are those that are ranked. nil: 0 to 4.
	Seeds []uint64
	// Rates are the learning rates that every method may choose from. nil: a
	// grid around the method's usual one.
	Rates []float64
	// Grid is the number of rates of such a grid, two to a power of ten. Zero: 9.
	Grid int
	// TuningSeeds is how many seeds each learning rate is tried with. They are
	// never ranked. Zero: 1.
	TuningSeeds int
	// Evaluations is the budget of a run, in evaluations of the gradient; a run
	// ends with the step that reaches it. Zero: the task's.
	Evaluations int
	// Schedule is the learning rate's course over the budget.
	Schedule Schedule
	// Criterion is the metric, at the end of a run, by which learning rates are
	// chosen and methods ranked. "": the task's first.
	Criterion string
	// Limit ends a run as diverged where the loss exceeds that many times the
	// larger of 1 and its first value. Zero: 10,000.
	Limit float64
	// Set changes the task's options.
	Set map[string]string
	// Data is the data set, by name or as a path. Zero: the task's first.
	Data study.DataSet
	// Threads is how many runs there are at a time. Zero: GOMAXPROCS.
	Threads int
	// Monitor watches the progress; optional.
	Monitor *study.Monitor
}

// Schedule is the course of the learning rate.
type Schedule string

// The courses: always the same, or down to zero at the end of the budget, as a
// cosine or linearly.
const (
	ConstantRate Schedule = "constant" // also ""
	CosineRate   Schedule = "cosine"
	LinearRate   Schedule = "linear"
)

// Schedules lists the courses of the learning rate.
func Schedules() []Schedule { return []Schedule{ConstantRate, CosineRate, LinearRate} }

func (s Schedule) from(rate float64, steps int) optim.Schedule {
	switch s {
	case CosineRate:
		return optim.Cosine(rate, 0, steps)
	case LinearRate:
		return optim.Linear(rate, 0, steps)
	}
	return optim.Constant(rate)
}

// firstTuningSeed is the first of the seeds that learning rates are tried with.
const firstTuningSeed = 1 << 32

const (
	usualGrid  = 9
	usualSeeds = 5
	usualLimit = 1e4
	mostSeeds  = 1000
	mostRates  = 101
	mostPoints = 25 // of a curve
)

// complete fills in what is not given and checks everything.
func (c Comparison) complete() (Comparison, error) {
	if err := c.Task.validate(); err != nil {
		return c, err
	}
	if c.Seeds == nil {
		c.Seeds = study.FirstSeeds(usualSeeds)
	}
	orElse(&c.Grid, usualGrid)
	orElse(&c.TuningSeeds, 1)
	orElse(&c.Evaluations, c.Task.Evaluations)
	orElse(&c.Limit, usualLimit)
	orElse(&c.Schedule, ConstantRate)
	orElse(&c.Criterion, c.Task.Metrics[0].Name)
	switch {
	case len(c.Seeds) == 0 || len(c.Seeds) > mostSeeds:
		return c, fmt.Errorf("%d seeds: a comparison has 1 to %d", len(c.Seeds), mostSeeds)
	case c.Grid < 1 || c.Grid > mostRates:
		return c, fmt.Errorf("a grid of %d learning rates: it has 1 to %d", c.Grid, mostRates)
	case c.TuningSeeds < 1 || c.TuningSeeds > mostSeeds:
		return c, fmt.Errorf("%d tuning seeds: there are 1 to %d", c.TuningSeeds, mostSeeds)
	case c.Evaluations < 1:
		return c, fmt.Errorf("a budget of %d gradient evaluations: it must be positive", c.Evaluations)
	case !(c.Limit > 1):
		return c, fmt.Errorf("the limit is %v times the first loss: it must be above 1", c.Limit)
	case !slices.Contains(Schedules(), c.Schedule):
		return c, fmt.Errorf("unknown schedule %q: choose constant, cosine or linear", string(c.Schedule))
	case !slices.Contains(c.Task.metricNames(), c.Criterion):
		return c, fmt.Errorf("task %s has no metric %q%s; its metrics are %s", c.Task.Name, c.Criterion,
			nearest.DidYouMean(c.Criterion, c.Task.metricNames()), strings.Join(c.Task.metricNames(), ", "))
	}
	for i, s := range c.Seeds {
		if slices.Contains(c.Seeds[:i], s) {
			return c, fmt.Errorf("seed %d is given twice", s)
		}
		if s >= firstTuningSeed {
			return c, fmt.Errorf("seed %d: seeds from %d are for tuning", s, uint64(firstTuningSeed))
		}
	}
	if c.Rates != nil && (len(c.Rates) == 0 || len(c.Rates) > mostRates) {
		return c, fmt.Errorf("%d learning rates: give 1 to %d", len(c.Rates), mostRates)
	}
	for i, r := range c.Rates {
		if !(r > 0) || math.IsInf(r, 0) {
			return c, fmt.Errorf("learning rate %v: it must be positive", r)
		}
		if slices.Contains(c.Rates[:i], r) {
			return c, fmt.Errorf("learning rate %v is given twice", r)
		}
	}
	if err := c.checkMethods(); err != nil {
		return c, err
	}
	return c.completeData()
}

func (c Comparison) checkMethods() error {
	if len(c.Methods) == 0 {
		return fmt.Errorf("there are no methods to compare")
	}
	for i, m := range c.Methods {
		if err := m.validate(); err != nil {
			return err
		}
		if slices.ContainsFunc(c.Methods[:i], func(o Method) bool { return o.Name == m.Name }) {
			return fmt.Errorf("method %s is given twice", m.Name)
		}
	}
	return nil
}

func (c Comparison) completeData() (Comparison, error) {
	t := c.Task
	if len(t.DataSets) == 0 {
		if c.Data.Name != "" || c.Data.Dir != "" {
			return c, fmt.Errorf("task %s uses no data set", t.Name)
		}
		return c, nil
	}
	if c.Data.Name == "" {
		c.Data.Name = t.DataSets[0]
	}
	if slices.Contains(t.DataSets, c.Data.Name) {
		if c.Data.Name == builtIn && c.Data.Dir != "" {
			return c, fmt.Errorf("the built-in data need no folder: name the data set that is in %s", c.Data.Dir)
		}
		return c, nil
	}
	path, _, err := userFiles(c.Data.Name)
	switch {
	case err != nil:
		return c, err
	case t.Files != "" && path && c.Data.Dir != "":
		return c, fmt.Errorf("%s is a path, which needs no folder besides: leave out %s", c.Data.Name, c.Data.Dir)
	case t.Files != "" && path:
		return c, nil
	}
	text := fmt.Sprintf("task %s cannot use data set %q%s: choose %s", t.Name, c.Data.Name,
		nearest.DidYouMean(c.Data.Name, t.DataSets), strings.Join(t.DataSets, ", "))
	if t.Files != "" {
		text += ", or the path of " + t.Files
	}
	return c, fmt.Errorf("%s", text)
}

func orElse[T comparable](v *T, usual T) {
	var zero T
	if *v == zero {
		*v = usual
	}
}

// rates are the learning rates of a method, in ascending order: those given, or
// the usual one times ..., 0.1, 0.3, 1, 3, 10, ... An even grid has the further
// one above.
func (c Comparison) rates(m Method) []float64 {
	if c.Rates != nil {
		rates := slices.Clone(c.Rates)
		slices.Sort(rates)
		return rates
	}
	var rates []float64
	for k := -(c.Grid - 1) / 2; len(rates) < c.Grid; k++ {
		ten := k / 2
		if k < 0 && k%2 != 0 {
			ten--
		}
		mantissa := [2]string{"1", "3"}[k&1]
		factor, _ := strconv.ParseFloat(fmt.Sprintf("%se%d", mantissa, ten), 64)
		rate, _ := strconv.ParseFloat(strconv.FormatFloat(m.Rate*factor, 'g', 3, 64), 64)
		rates = append(rates, rate)
	}
	return rates
}
