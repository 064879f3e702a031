package random_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// TestVmapIsALoop draws for many keys at once and one by one.
func TestVmapIsALoop(t *testing.T) {
	keys := random.SplitArray(random.New(5), 7)
	for _, d := range draws {
		t.Run(d.name, func(t *testing.T) {
			all := fx.Vmap(d.draw)(keys)
			for i := range 7 {
				if got, want := hex(all.Index(i)), hex(d.draw(keys.Index(i))); got != want {
					t.Fatalf("key %d: %s, alone %s", i, got, want)
				}
			}
		})
	}
}

func TestJitIsPlain(t *testing.T) {
	key := random.New(6)
	for _, d := range draws {
		t.Run(d.name, func(t *testing.T) {
			want := hex(d.draw(key))
			if got := hex(fx.Jit(d.draw)(key)); got != want {
				t.Fatalf("compiled %s, plain %s", got, want)
			}
			keys := random.SplitArray(key, 3)
			if got, want := hex(fx.Jit(fx.Vmap(d.draw))(keys)), hex(fx.Vmap(d.draw)(keys)); got != want {
				t.Fatalf("compiled Vmap %s, plain %s", got, want)
			}
		})
	}
}

// TestScanFoldsIn derives the key of every step of a loop from its number.
func TestScanFoldsIn(t *testing.T) {
	key := random.New(0)
	_, steps := fx.Scan(func(c, i *fx.Array) (*fx.Array, *fx.Array) {
		return c, random.Normal(random.FoldIn(key, i), fx.Float32, 3)
	}, fx.Zeros(fx.Float32), fx.Arange(fx.Int32, 4))
	for i := range 4 {
		if got, want := hex(steps.Index(i)), hex(random.Normal(random.FoldIn(key, i), fx.Float32, 3)); got != want {
			t.Errorf("step %d: %s, want %s", i, got, want)
		}
	}
}

// TestKeysAreIndependent correlates what derived keys draw: with each other,
// with their parent's draws, and with keys of neighbouring seeds.
func TestKeysAreIndependent(t *testing.T) {
	const n = 20000
	key := random.New(0)
	keys := map[string]*fx.Array{"parent": key, "seed 1": random.New(1), "seed 2^32": random.New(1 << 32)}
	for i, k := range random.Split(key, 4) {
		keys[fmt.Sprintf("split %d", i)] = k
		keys[fmt.Sprintf("fold %d", i)] = random.FoldIn(key, i)
	}
	keys["grandchild"] = random.Split(random.Split(key, 1)[0], 1)[0]
	samples := map[string][]float64{}
	for name, k := range keys {
		samples[name] = random.Normal(k, fx.Float64, n).Float64s()
	}
	for a, x := range samples {
		for b, y := range samples {
			if a >= b {
				continue
			}
			for _, lag := range []int{0, 1, 2} {
				var sum float64
				for i := lag; i < n; i++ {
					sum += float64(x[i] * y[i-lag])
				}
				// Of 200 correlations one is above 5 deviations once in 8000 cases.
				if z := sum / math.Sqrt(n); math.Abs(z) > 5 {
					t.Errorf("%s and %s, lag %d: correlation of %.1f deviations", a, b, lag, z)
				}
			}
		}
	}
}

func TestDerivedKeysDiffer(t *testing.T) {
	seen := map[string]string{}
	note := func(name string, k *fx.Array) {
		if other, ok := seen[hex(k)]; ok {
			t.Errorf("%s is %s", name, other)
		}
		seen[hex(k)] = name
	}
	for seed := range uint64(3) {
		key := random.New(seed)
		note(fmt.Sprintf("seed %d", seed), key)
		first := random.Bits(key, 4, 2)
		for i := range 4 {
			note(fmt.Sprintf("seed %d bits %d", seed, i), first.Index(i))
			note(fmt.Sprintf("seed %d fold %d", seed, i), random.FoldIn(key, i))
			note(fmt.Sprintf("seed %d fold %d", seed, -1-i), random.FoldIn(key, -1-i))
		}
		for i, k := range random.Split(key, 4) {
			note(fmt.Sprintf("seed %d split %d", seed, i), k)
		}
	}
}

// TestPrefix: what is drawn does not depend on how much is drawn, so that the
// first draws are a prefix of more.
func TestPrefix(t *testing.T) {
	key := random.New(9)
	few := random.Normal(key, fx.Float32, 100).Float32s()
	many := random.Normal(key, fx.Float32, 20001).Float32s()
	for i := range few {
		if few[i] != many[i] {
			t.Fatalf("draw %d: %v of 100, %v of 20001", i, few[i], many[i])
		}
	}
}
