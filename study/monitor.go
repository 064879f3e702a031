package study

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Monitor knows how far a run is. Whoever shows progress looks at a Snapshot
// from time to time, so that counting a step costs the experiment next to
// nothing.
type Monitor struct {
	mu       sync.Mutex
	begun    time.Time
	total    int // parts that this run has to do
	parts    []*part
	messages []string
}

// NewMonitor returns a monitor for one run.
func NewMonitor() *Monitor { return &Monitor{begun: time.Now()} }

// PartState is the state of a part of a run.
type PartState string

// The states of a part.
const (
	Running PartState = "running"
	Done    PartState = "done"
	Failed  PartState = "failed"
)

// part is the common part or one seed.
type part struct {
	monitor *Monitor
	name    string
	begun   time.Time
	work    atomic.Int64 // steps done, over all tasks
	planned atomic.Int64 // steps in all, 0 if unknown
	current atomic.Pointer[Task]
	state   PartState     // guarded by monitor.mu
	elapsed time.Duration // of an ended part; guarded by monitor.mu
}

// Task is a piece of work whose progress is shown.
type Task struct {
	part  *part
	name  string
	total int64
	done  atomic.Int64
}

// Add reports that n more steps are done.
func (t *Task) Add(n int) {
	t.done.Add(int64(n))
	t.part.work.Add(int64(n))
}

// Finish reports that the task has ended, perhaps before all its steps were
// needed.
func (t *Task) Finish() {
	if left := t.total - t.done.Load(); left > 0 {
		t.Add(int(left))
	}
}

func (p *part) task(name string, total int) *Task {
	t := &Task{part: p, name: name, total: int64(total)}
	p.current.Store(t)
	return t
}

func (p *part) plan(steps int) { p.planned.Store(int64(steps)) }

func (p *part) log(line string) {
	p.monitor.mu.Lock()
	defer p.monitor.mu.Unlock()
	p.monitor.messages = append(p.monitor.messages, p.name+": "+line)
}

func (m *Monitor) start(name string) *part {
	p := &part{monitor: m, name: name, begun: time.Now(), state: Running}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parts = append(m.parts, p)
	return p
}

func (m *Monitor) expect(parts int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total = parts
}

func (p *part) end(err error) {
	p.monitor.mu.Lock()
	defer p.monitor.mu.Unlock()
	p.state, p.elapsed = Done, time.Since(p.begun)
	if err != nil {
		p.state = Failed
	}
}

// Snapshot is the state of a run at one moment.
type Snapshot struct {
	Elapsed  time.Duration
	Total    int // parts to do: the common part and the seeds not yet stored
	Ended    int // parts that ended
	Parts    []PartSnapshot
	Messages []string // everything said with Env.Logf so far
	// Fraction is the share of the work that is done, NaN while unknown.
	Fraction float64
	// Left is the estimated time until the end, negative while unknown.
	Left time.Duration
}

// PartSnapshot is the state of one part that has begun.
type PartSnapshot struct {
	Name     string // "common" or "seed 3"
	State    PartState
	Elapsed  time.Duration
	Task     string  // latest task, "" before the first
	Fraction float64 // of the whole part if that is known, else of the latest task; NaN if neither is
}

// Snapshot returns the present state.
func (m *Monitor) Snapshot() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Snapshot{Elapsed: time.Since(m.begun), Total: m.total, Left: -1,
		Messages: m.messages[:len(m.messages):len(m.messages)]}
	learned := m.stepsPerSeed()
	known, sum := true, 0.0
	for _, p := range m.parts {
		view := PartSnapshot{Name: p.name, State: p.state, Elapsed: p.elapsed, Fraction: math.NaN()}
		if p.state == Running {
			view.Elapsed = time.Since(p.begun)
		}
		whole := p.fractionOf(learned)
		if t := p.current.Load(); t != nil {
			view.Task = t.name
			if t.total > 0 {
				view.Fraction = min(1, float64(t.done.Load())/float64(t.total))
			}
		}
		switch {
		case p.state != Running:
			s.Ended++
			sum++
			view.Fraction = 1
		case math.IsNaN(whole):
			known = false
		default:
			sum += whole
			view.Fraction = whole
		}
		s.Parts = append(s.Parts, view)
	}
	s.Fraction = math.NaN()
	if known && m.total > 0 && len(m.parts) > 0 {
		s.Fraction = min(1, sum/float64(m.total))
		if s.Fraction >= 0.02 {
			s.Left = time.Duration(float64(s.Elapsed) * (1 - s.Fraction) / s.Fraction)
		}
	}
	return s
}

// stepsPerSeed is the number of steps of a seed that has ended, 0 if none has:
// the others are expected to take as many.
func (m *Monitor) stepsPerSeed() int64 {
	for _, p := range m.parts {
		if p.state == Done && p.name != commonName {
			return p.work.Load()
		}
	}
	return 0
}

func (p *part) fractionOf(learned int64) float64 {
	planned := p.planned.Load()
	if planned == 0 && p.name != commonName {
		planned = learned
	}
	if planned == 0 {
		return math.NaN()
	}
	return min(1, float64(p.work.Load())/float64(planned))
}

const commonName = "common part"
