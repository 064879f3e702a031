package study

import (
	"errors"
	"testing"
)

func TestWork(t *testing.T) {
	m := NewMonitor()
	m.Expect(2)
	first := m.Begin("tuning", 20)
	first.Task("adam", 20).Add(10)
	if s := m.Snapshot(); s.Total != 2 || s.Parts[0].Fraction != 0.5 || s.Parts[0].Task != "adam" || s.Fraction != 0.25 {
		t.Errorf("half of the first of two parts: %+v", s)
	}
	first.End(nil)
	m.Begin("seed 0", 5).End(errors.New("no"))
	if s := m.Snapshot(); s.Ended != 2 || s.Parts[0].State != Done || s.Parts[1].State != Failed {
		t.Errorf("at the end: %+v", s)
	}
}
