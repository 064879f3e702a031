package study

import (
	"fmt"
	"math"
)

// Status is the outcome of judging a claim.
type Status string

const (
	// Reproduced: every check passed.
	Reproduced Status = "reproduced"
	// NotReproduced: at least one check failed.
	NotReproduced Status = "not reproduced"
	// Inconclusive: no check failed, but the measurements do not decide, for
	// instance because there were too few seeds.
	Inconclusive Status = "inconclusive"
	// NotJudged: the claim is not judged at this scale or on this data set.
	NotJudged Status = "not judged"
)

// Verdict says whether a claim was reproduced, and by which numbers.
type Verdict struct {
	Claim  string  `json:"claim"` // the claim's ID
	Status Status  `json:"status"`
	Reason string  `json:"reason,omitempty"` // why inconclusive or not judged
	Checks []Check `json:"checks,omitempty"`
}

// Measure is a number that is compared with a threshold, and how far it can be
// trusted.
type Measure struct {
	Value     Float  `json:"value"`
	Statistic string `json:"statistic,omitempty"` // median, mean, max, ..., "" for a plain number
	Interval  string `json:"interval,omitempty"`  // what Low and High are, "" if there are none
	Low       Float  `json:"low"`
	High      Float  `json:"high"`
	N         int    `json:"n,omitempty"` // size of the sample
}

// Value is a plain number as a Measure.
func Value(v float64) Measure { return Measure{Value: Float(v), Low: Float(v), High: Float(v)} }

// MedianOf is the median of a sample, with its range.
func MedianOf(s Sample) Measure { return s.ranged("median", s.Median()) }

// MaxOf is the largest value of a sample, with its range.
func MaxOf(s Sample) Measure { return s.ranged("max", s.Max()) }

// MinOf is the smallest value of a sample, with its range.
func MinOf(s Sample) Measure { return s.ranged("min", s.Min()) }

// MeanOf is the mean of a sample with its 95% bootstrap confidence interval.
func MeanOf(s Sample) Measure {
	low, high := BootstrapCI(s, 0.95, Sample.Mean)
	return Measure{Value: Float(s.Mean()), Statistic: "mean", Interval: "95% bootstrap",
		Low: Float(low), High: Float(high), N: len(s)}
}

// ShareOf is the share k/n with its 95% Wilson confidence interval.
func ShareOf(k, n int) Measure {
	low, high := WilsonCI(k, n, 0.95)
	return Measure{Value: Float(float64(k) / float64(n)), Statistic: "share", Interval: "95% Wilson",
		Low: Float(low), High: Float(high), N: n}
}

func (s Sample) ranged(statistic string, v float64) Measure {
	return Measure{Value: Float(v), Statistic: statistic, Interval: "min..max",
		Low: Float(s.Min()), High: Float(s.Max()), N: len(s)}
}

// String writes the measure with its interval: "0.1523 (median of 5, min..max
// 0.149..0.158)".
func (m Measure) String() string {
	text := FormatNumber(float64(m.Value))
	switch {
	case m.Statistic == "share":
		return fmt.Sprintf("%.0f of %d (%s, %s %s)", float64(m.Value)*float64(m.N), m.N, text, m.Interval, m.spread())
	case m.Statistic == "" || m.N == 1 && m.Interval == "min..max":
		return text
	case m.Interval == "":
		return fmt.Sprintf("%s (%s of %d)", text, m.Statistic, m.N)
	}
	return fmt.Sprintf("%s (%s of %d, %s %s)", text, m.Statistic, m.N, m.Interval, m.spread())
}

func (m Measure) spread() string {
	return FormatNumber(float64(m.Low)) + ".." + FormatNumber(float64(m.High))
}

// brief is String without the words, for a narrow table.
func (m Measure) brief() string {
	text := FormatNumber(float64(m.Value))
	switch {
	case m.Statistic == "share":
		return fmt.Sprintf("%.0f of %d", float64(m.Value)*float64(m.N), m.N)
	case m.Interval == "" || m.Low == m.High:
		return text
	}
	return text + " (" + m.spread() + ")"
}

// Check is one comparison of a claim.
type Check struct {
	What     string  `json:"what"`
	Measured Measure `json:"measured"`
	// Required is the condition in words, such as "<= 0.3" or "0.95 to 1.05".
	Required string `json:"required"`
	Status   Status `json:"status"`
}

// String writes the check on one line.
func (c Check) String() string {
	return fmt.Sprintf("%s: %s, required %s", c.What, c.Measured, c.Required)
}

func (c Check) brief() string {
	return fmt.Sprintf("%s: %s, required %s", c.What, c.Measured.brief(), c.Required)
}

// Judgement collects the checks of one claim. The claim is reproduced if all of
// them pass and there is at least one. A NaN passes no check.
type Judgement struct {
	checks []Check
	reason string // set by Inconclusive
}

// AtMost requires m <= limit.
func (j *Judgement) AtMost(what string, m Measure, limit float64) {
	j.add(what, m, "<= "+FormatNumber(limit), float64(m.Value) <= limit)
}

// Below requires m < limit.
func (j *Judgement) Below(what string, m Measure, limit float64) {
	j.add(what, m, "< "+FormatNumber(limit), float64(m.Value) < limit)
}

// AtLeast requires m >= limit.
func (j *Judgement) AtLeast(what string, m Measure, limit float64) {
	j.add(what, m, ">= "+FormatNumber(limit), float64(m.Value) >= limit)
}

// Above requires m > limit.
func (j *Judgement) Above(what string, m Measure, limit float64) {
	j.add(what, m, "> "+FormatNumber(limit), float64(m.Value) > limit)
}

// Within requires low <= m <= high.
func (j *Judgement) Within(what string, m Measure, low, high float64) {
	v := float64(m.Value)
	j.add(what, m, FormatNumber(low)+" to "+FormatNumber(high), low <= v && v <= high)
}

// Equal requires m to be exactly want.
func (j *Judgement) Equal(what string, m Measure, want float64) {
	j.add(what, m, "= "+FormatNumber(want), float64(m.Value) == want)
}

// Diverged requires m to be non-finite or at least limit, the way a diverged
// loss looks. Here NaN passes.
func (j *Judgement) Diverged(what string, m Measure, limit float64) {
	v := float64(m.Value)
	j.add(what, m, "non-finite or >= "+FormatNumber(limit), math.IsNaN(v) || math.IsInf(v, 0) || v >= limit)
}

// Graded has a zone in which the measurement does not decide: with pass < fail
// the check passes at m <= pass, fails at m >= fail and is inconclusive
// between; with pass > fail it is the other way round.
func (j *Judgement) Graded(what string, m Measure, pass, fail float64) {
	v := float64(m.Value)
	required, status := "<= ", Inconclusive
	if pass > fail {
		required = ">= "
	}
	switch {
	case pass < fail && v <= pass, pass > fail && v >= pass:
		status = Reproduced
	case pass < fail && v >= fail, pass > fail && v <= fail, math.IsNaN(v):
		status = NotReproduced
	}
	required += FormatNumber(pass) + " (undecided up to " + FormatNumber(fail) + ")"
	j.checks = append(j.checks, Check{what, m, required, status})
}

// True requires a condition that is not a comparison of one number; count says
// how many of n cases met it.
func (j *Judgement) True(what string, count, n int) {
	j.add(what, ShareOf(count, n), "all", n > 0 && count == n)
}

// Inconclusive declares that the measurements cannot decide, and why. It does
// not undo a failed check.
func (j *Judgement) Inconclusive(format string, args ...any) {
	j.reason = fmt.Sprintf(format, args...)
}

func (j *Judgement) add(what string, m Measure, required string, pass bool) {
	status := NotReproduced
	if pass {
		status = Reproduced
	}
	j.checks = append(j.checks, Check{what, m, required, status})
}

// status combines the checks: one failure decides, then one doubt.
func (j *Judgement) status() Status {
	result := Reproduced
	if j.reason != "" {
		result = Inconclusive
	}
	for _, c := range j.checks {
		switch c.Status {
		case NotReproduced:
			return NotReproduced
		case Inconclusive:
			result = Inconclusive
		}
	}
	return result
}

// judge decides one claim. The error tells of a mistake in the judge, such as
// asking for something that was never recorded; the verdict is then
// inconclusive.
func judge(c Claim, r *Results) (Verdict, error) {
	v := Verdict{Claim: c.ID}
	if ok, reason := c.JudgedAt(r.Config.Scale, r.Config.Data); !ok {
		v.Status, v.Reason = NotJudged, reason
		return v, nil
	}
	if need := max(1, c.MinSeeds); len(r.Seeds) < need {
		v.Status, v.Reason = Inconclusive, fmt.Sprintf("needs %d seeds, has %d", need, len(r.Seeds))
		return v, nil
	}
	j := &Judgement{}
	err := guard(func() { c.Judge(r, j) })
	if err == nil && len(j.checks) == 0 && j.reason == "" {
		err = fmt.Errorf("the judge made no check")
	}
	if err != nil {
		v.Status, v.Reason, v.Checks = Inconclusive, err.Error(), j.checks
		return v, fmt.Errorf("claim %s: %w", c.ID, err)
	}
	v.Status, v.Reason, v.Checks = j.status(), j.reason, j.checks
	return v, nil
}

// guard calls f and turns a panic into an error.
func guard(f func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			err = p
		default:
			err = fmt.Errorf("%v", p)
		}
	}()
	f()
	return nil
}
