package kernel

import (
	"strings"
	"testing"
)

func TestFromEnv(t *testing.T) {
	available := map[Level]bool{}
	for _, l := range Available() {
		available[l] = true
	}
	t.Setenv(EnvVar, "")
	if l, err := FromEnv(); l != Best() || err != nil {
		t.Errorf("unset: %v, %v; want %v", l, err, Best())
	}
	for name, l := range map[string]Level{"off": Off, "avx2": AVX2, "avx512": AVX512, "neon": NEON} {
		t.Setenv(EnvVar, name)
		got, err := FromEnv()
		switch {
		case available[l] && (got != l || err != nil):
			t.Errorf("%s: %v, %v", name, got, err)
		case !available[l] && (err == nil || !strings.Contains(err.Error(), "cannot run "+name)):
			t.Errorf("%s, which this machine lacks: %v, %v; want an error", name, got, err)
		}
	}
	for _, name := range []string{"AVX2", "sse", "1", " off"} {
		t.Setenv(EnvVar, name)
		if l, err := FromEnv(); err == nil || !strings.Contains(err.Error(), "want off, avx2, avx512 or neon") {
			t.Errorf("%q: %v, %v; want an error", name, l, err)
		}
	}
}

func TestFor(t *testing.T) {
	for _, l := range []Level{Off, AVX2, AVX512, NEON, 7, -1} {
		s, can := For(l), false
		for _, a := range Available() {
			can = can || a == l
		}
		if (s != nil) != can {
			t.Errorf("For(%v) = %p, available: %v", l, s, can)
		}
		if s == nil {
			continue
		}
		if s.Level != l {
			t.Errorf("For(%v).Level = %v", l, s.Level)
		}
		for u, f := range s.F32.Unary {
			if f == nil || s.F64.Unary[u] == nil {
				t.Errorf("%v: unary function %d is missing", l, u)
			}
		}
		for b, f := range s.F32.Binary {
			if f == nil || s.F64.Binary[b] == nil {
				t.Errorf("%v: binary function %d is missing", l, b)
			}
		}
	}
}
