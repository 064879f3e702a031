package main

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/fluxion-go/fluxion/study"
)

const (
	barsAfter   = time.Second            // nothing is drawn for shorter runs
	barsEvery   = 100 * time.Millisecond // how often bars are drawn
	linesEvery  = 10 * time.Second       // how often a plain line is printed
	maxBars     = 6                      // seeds shown at once
	shortestBar = 8
)

// watch shows the progress of a run until the returned function is called: bars
// on a terminal, otherwise now and then a line.
func watch(s *screen, m *study.Monitor) (stop func()) {
	p := &progress{screen: s, monitor: m, ended: map[string]bool{}}
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		ticker := time.NewTicker(barsEvery)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				p.show(m.Snapshot(), true)
				return
			case <-ticker.C:
				p.show(m.Snapshot(), false)
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() {
			close(done)
			<-finished
		})
	}
}

// progress remembers what is on the screen.
type progress struct {
	screen  *screen
	monitor *study.Monitor

	drawn    int             // lines of bars on the screen
	messages int             // messages printed
	ended    map[string]bool // parts whose end was printed
	last     time.Duration   // when the last plain line was printed
}

func (p *progress) show(s study.Snapshot, final bool) {
	var out strings.Builder
	if p.drawn > 0 { // back to the first bar, and clear to the end of the screen
		fmt.Fprintf(&out, "\r\x1b[%dA\x1b[J", p.drawn)
		p.drawn = 0
	}
	for _, message := range s.Messages[p.messages:] {
		out.WriteString(message + "\n")
	}
	p.messages = len(s.Messages)
	switch {
	case !p.screen.terminal:
		p.lines(&out, s)
	case !final && s.Elapsed >= barsAfter:
		bars := p.bars(s, p.screen.width()-1)
		out.WriteString(strings.Join(bars, "\n") + "\n")
		p.drawn = len(bars)
	}
	if out.Len() > 0 {
		p.screen.printf("%s", out.String())
	}
}

// lines prints the parts that ended since the last time and, when nothing was
// said for a while, where the run is.
func (p *progress) lines(out *strings.Builder, s study.Snapshot) {
	ended := 0
	for _, part := range s.Parts {
		if part.State == study.Running {
			continue
		}
		ended++
		if !p.ended[part.Name] {
			p.ended[part.Name] = true
			p.last = s.Elapsed
			fmt.Fprintf(out, "%s %s after %s (%d of %d)\n", part.Name, part.State, study.FormatDuration(part.Elapsed), ended, s.Total)
		}
	}
	if s.Elapsed-p.last < linesEvery {
		return
	}
	p.last = s.Elapsed
	for _, part := range s.Parts {
		if part.State == study.Running {
			fmt.Fprintf(out, "%s: %s%s, %s\n", part.Name, taskOf(part), percent(part.Fraction), summary(s))
			return
		}
	}
}

func taskOf(part study.PartSnapshot) string {
	if part.Task == "" {
		return "running"
	}
	return part.Task
}

func percent(fraction float64) string {
	if math.IsNaN(fraction) {
		return ""
	}
	return fmt.Sprintf(" %d%%", int(100*fraction))
}

// bars draws a line for every running part and one for all.
func (p *progress) bars(s study.Snapshot, width int) []string {
	var running []study.PartSnapshot
	name := 5
	for _, part := range s.Parts {
		if part.State == study.Running {
			running = append(running, part)
			name = max(name, len(part.Name))
		}
	}
	var lines []string
	for i, part := range running {
		if i == maxBars {
			lines = append(lines, shorten(fmt.Sprintf("and %d more", len(running)-maxBars), width))
			break
		}
		lines = append(lines, p.bar(part, name, width))
	}
	return append(lines, shorten(summary(s), width))
}

// bar draws "seed 0  ━━━━━━──────  48%  adam, nu=0.5".
func (p *progress) bar(part study.PartSnapshot, name, width int) string {
	length := max(shortestBar, min(30, width-name-30))
	filled := 0
	text := "    "
	if !math.IsNaN(part.Fraction) {
		filled = int(float64(length) * part.Fraction)
		text = fmt.Sprintf("%3d%%", int(100*part.Fraction))
	}
	left := fmt.Sprintf("%-*s  ", name, part.Name)
	right := "  " + text + "  " + taskOf(part)
	if len(left)+length >= width {
		return shorten(left+strings.TrimSpace(right), width)
	}
	right = shorten(right, width-len(left)-length)
	bar := p.screen.style(green, strings.Repeat("━", filled)) + p.screen.style(dim, strings.Repeat("─", length-filled))
	return left + bar + right
}

// summary says how far the whole run is.
func summary(s study.Snapshot) string {
	text := fmt.Sprintf("%d of %d done", s.Ended, s.Total)
	if !math.IsNaN(s.Fraction) {
		text = fmt.Sprintf("%d%%, ", int(100*s.Fraction)) + text
	}
	text += ", " + clock(s.Elapsed) + " so far"
	if s.Left >= 0 && s.Fraction < 1 {
		text += ", about " + clock(max(time.Second, s.Left)) + " left"
	}
	return text
}

// clock writes a duration in whole seconds, so that it does not flicker.
func clock(d time.Duration) string {
	if d = d.Round(time.Second); d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return study.FormatDuration(d)
}
