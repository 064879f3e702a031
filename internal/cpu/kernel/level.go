package kernel

import (
	"fmt"
	"os"
)

// String returns the level's name as FLUXION_SIMD spells it.
func (l Level) String() string {
	switch l {
	case Off:
		return "off"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	case NEON:
		return "neon"
	}
	return fmt.Sprintf("Level(%d)", int(l))
}

// Available lists the levels that this machine can run, lowest first. Off is
// always among them.
func Available() []Level {
	var levels []Level
	for l := Off; l <= NEON; l++ {
		if supported(l) {
			levels = append(levels, l)
		}
	}
	return levels
}

// Best returns the highest level that this machine can run.
func Best() Level {
	levels := Available()
	return levels[len(levels)-1]
}

// EnvVar is the environment variable that chooses the level: off, avx2,
// avx512 or neon; unset or empty means the best that the machine can run.
const EnvVar = "FLUXION_SIMD"

// FromEnv returns the level that the environment variable FLUXION_SIMD asks
// for. An unknown name and a level that this machine cannot run are errors.
func FromEnv() (Level, error) {
	name := os.Getenv(EnvVar)
	if name == "" {
		return Best(), nil
	}
	for l := Off; l <= NEON; l++ {
		if name != l.String() {
			continue
		}
		if !supported(l) {
			return Off, fmt.Errorf("%s=%s: this machine cannot run %s kernels (available: %v)", EnvVar, name, name, Available())
		}
		return l, nil
	}
	return Off, fmt.Errorf("%s=%q: unknown level, want off, avx2, avx512 or neon", EnvVar, name)
}

// For returns the kernels at level l, or nil if this machine cannot run them.
// The tables are shared: do not change them.
func For(l Level) *Set {
	if !supported(l) {
		return nil
	}
	return sets[l]()
}
