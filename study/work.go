package study

// Work is a part of work outside [Run] that a Monitor shows: something with
// seeds that is no paper's experiment.
type Work struct{ part *part }

// Expect tells how many parts there will be.
func (m *Monitor) Expect(parts int) { m.expect(parts) }

// Begin announces that a part begins, of so many steps over all its tasks; 0 if
// that is unknown. End it with [Work.End].
func (m *Monitor) Begin(name string, steps int) *Work {
	p := m.start(name)
	p.plan(steps)
	return &Work{p}
}

// Task announces a piece of the part's work; see [Env.Task].
func (w *Work) Task(name string, total int) *Task { return w.part.task(name, total) }

// End tells that the part has ended, well if err is nil.
func (w *Work) End(err error) { w.part.end(err) }
