package threefry

import (
	"testing"

	"pgregory.net/rapid"
)

// Words must agree with Block word by word, wherever a part begins and ends,
// the carry into the counter's high word included.
func TestWordsAreTheBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k0, k1 := rapid.Uint32().Draw(t, "k0"), rapid.Uint32().Draw(t, "k1")
		first := rapid.OneOf(rapid.Uint64Range(0, 20), rapid.Uint64Range(1<<33-10, 1<<33+10)).Draw(t, "first")
		dst := make([]uint32, rapid.IntRange(0, 13).Draw(t, "n"))
		Words(dst, k0, k1, first)
		for i, got := range dst {
			at := first + uint64(i)
			a, b := Block(k0, k1, uint32(at/2>>32), uint32(at/2))
			if want := [2]uint32{a, b}[at%2]; got != want {
				t.Fatalf("word %d: %08x, want %08x", at, got, want)
			}
		}
	})
}

func BenchmarkWords(b *testing.B) {
	dst := make([]uint32, 4096)
	b.SetBytes(int64(4 * len(dst)))
	for b.Loop() {
		Words(dst, 1, 2, 0)
	}
}
