package study

import (
	"math"
	"strings"
	"testing"
)

func TestChecks(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	yes, no, unclear := Reproduced, NotReproduced, Inconclusive
	for _, test := range []struct {
		name  string
		check func(j *Judgement)
		want  Status
	}{
		{"at most", func(j *Judgement) { j.AtMost("x", Value(1), 1) }, yes},
		{"not at most", func(j *Judgement) { j.AtMost("x", Value(1.1), 1) }, no},
		{"at most, NaN", func(j *Judgement) { j.AtMost("x", Value(nan), 1) }, no},
		{"at most, infinite", func(j *Judgement) { j.AtMost("x", Value(inf), 1) }, no},
		{"below", func(j *Judgement) { j.Below("x", Value(1), 1) }, no},
		{"at least", func(j *Judgement) { j.AtLeast("x", Value(1), 1) }, yes},
		{"at least, NaN", func(j *Judgement) { j.AtLeast("x", Value(nan), 1) }, no},
		{"above", func(j *Judgement) { j.Above("x", Value(1), 1) }, no},
		{"within", func(j *Judgement) { j.Within("x", Value(1), 1, 2) }, yes},
		{"not within", func(j *Judgement) { j.Within("x", Value(2.1), 1, 2) }, no},
		{"within, NaN", func(j *Judgement) { j.Within("x", Value(nan), 1, 2) }, no},
		{"equal", func(j *Judgement) { j.Equal("x", Value(0), 0) }, yes},
		{"equal, NaN", func(j *Judgement) { j.Equal("x", Value(nan), 0) }, no},
		{"diverged, NaN", func(j *Judgement) { j.Diverged("x", Value(nan), 1) }, yes},
		{"diverged, infinite", func(j *Judgement) { j.Diverged("x", Value(-inf), 1) }, yes},
		{"diverged, large", func(j *Judgement) { j.Diverged("x", Value(1), 1) }, yes},
		{"not diverged", func(j *Judgement) { j.Diverged("x", Value(0.9), 1) }, no},
		{"graded", func(j *Judgement) { j.Graded("x", Value(0.95), 0.95, 1.1) }, yes},
		{"graded, between", func(j *Judgement) { j.Graded("x", Value(1), 0.95, 1.1) }, unclear},
		{"graded, above", func(j *Judgement) { j.Graded("x", Value(1.1), 0.95, 1.1) }, no},
		{"graded, NaN", func(j *Judgement) { j.Graded("x", Value(nan), 0.95, 1.1) }, no},
		{"graded the other way", func(j *Judgement) { j.Graded("x", Value(5), 4, 2) }, yes},
		{"all of them", func(j *Judgement) { j.True("x", 3, 3) }, yes},
		{"not all", func(j *Judgement) { j.True("x", 2, 3) }, no},
		{"none at all", func(j *Judgement) { j.True("x", 0, 0) }, no},
		{"one failure decides", func(j *Judgement) {
			j.AtMost("x", Value(0), 1)
			j.AtMost("y", Value(2), 1)
			j.Inconclusive("doubt")
		}, no},
		{"doubt", func(j *Judgement) { j.AtMost("x", Value(0), 1); j.Inconclusive("doubt %d", 1) }, unclear},
	} {
		c := Claim{ID: "1", Judge: func(_ *Results, j *Judgement) { test.check(j) }}
		v, err := judge(c, &Results{Seeds: []SeedRecord{{}}})
		if err != nil || v.Status != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, v.Status, err, test.want)
		}
		if v.Deciding() == "" {
			t.Errorf("%s: nothing decides", test.name)
		}
	}
}

func TestJudgeMustCheckSomething(t *testing.T) {
	v, err := judge(Claim{ID: "1", Judge: func(*Results, *Judgement) {}}, &Results{Seeds: []SeedRecord{{}}})
	if err == nil || v.Status != Inconclusive || !strings.Contains(err.Error(), "the judge made no check") {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestMeasures(t *testing.T) {
	s := Sample{1, 2, 4}
	for _, test := range []struct {
		m    Measure
		want string
	}{
		{Value(0.5), "0.5"},
		{MedianOf(s), "2 (median of 3, min..max 1..4)"},
		{MaxOf(s), "4 (max of 3, min..max 1..4)"},
		{MinOf(Sample{7}), "7"},
		{ShareOf(9, 10), "9 of 10 (0.9, 95% Wilson 0.5958..0.9821)"},
		{MeanOf(Sample{2, 2}), "2 (mean of 2, 95% bootstrap 2..2)"},
	} {
		if got := test.m.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestPaperDeclarations(t *testing.T) {
	good := func() *Paper { return (&toy{}).paper() }
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		change func(*Paper)
		want   string
	}{
		{func(p *Paper) { p.Number = 0 }, "the number must be positive"},
		{func(p *Paper) { p.Slug = "A B" }, "the slug must be"},
		{func(p *Paper) { p.Title = "" }, "title, authors, year and family are required"},
		{func(p *Paper) { p.Summary = "" }, "summary and explanation are required"},
		{func(p *Paper) { p.Claims = nil }, "no claims"},
		{func(p *Paper) { p.Seeds.Default = 0 }, "the default scale needs at least one seed"},
		{func(p *Paper) { p.Claims[1].ID = "1" }, "claim 1 is declared twice"},
		{func(p *Paper) { p.Claims[1].Judge = nil }, "claim 2: no judge"},
		{func(p *Paper) { p.Claims[1].Where = "" }, "claim 2: name, statement, where and statistic are required"},
		{func(p *Paper) { p.Claims[1].Scales = []Scale{Full} }, "which the paper does not offer"},
		{func(p *Paper) { p.Claims[2].MinSeeds = 9 }, "needs 9 seeds, but scale default uses 4"},
		{func(p *Paper) { p.Claims[1].DataSets = []string{"x"} }, "which the paper does not use"},
		{func(p *Paper) { p.Options[1].Name = "steps" }, "option steps is declared twice"},
		{func(p *Paper) { p.DataSets = []string{"a", "a"} }, "declared twice"},
	} {
		p := good()
		test.change(p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}
