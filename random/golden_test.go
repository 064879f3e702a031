package random_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// hex writes elements so that equal text means equal bits.
func hex(a *fx.Array) string {
	var out []string
	for _, v := range a.Float64s() {
		switch a.DType() {
		case fx.Float32:
			out = append(out, fmt.Sprintf("%08x", math.Float32bits(float32(v))))
		case fx.Float64:
			out = append(out, fmt.Sprintf("%016x", math.Float64bits(v)))
		case fx.Uint32:
			out = append(out, fmt.Sprintf("%08x", uint32(v)))
		default:
			out = append(out, fmt.Sprint(v))
		}
	}
	return strings.Join(out, " ")
}

// draws is every distribution as a function of the key alone.
var draws = []struct {
	name string
	draw func(key *fx.Array) *fx.Array
	want string
}{
	{"new", func(k *fx.Array) *fx.Array { return k },
		"9f677b54 42ccfb57"},
	{"split", func(k *fx.Array) *fx.Array { return random.SplitArray(k, 3) },
		"8dbbd982 57dc96a9 5a8dcc76 b8fe206c 17ceb872 695991f0"},
	{"fold in", func(k *fx.Array) *fx.Array { return random.FoldIn(k, 7) },
		"321737fb 84fc37db"},
	{"fold in minus one", func(k *fx.Array) *fx.Array { return random.FoldIn(k, -1) },
		"96d4aeab 4f7fbc4f"},
	{"bits", func(k *fx.Array) *fx.Array { return random.Bits(k, 5) },
		"667b5278 a2055a17 a4dd06fb 349513e1 786e7322"},
	{"uniform float32", func(k *fx.Array) *fx.Array { return random.Uniform(k, fx.Float32, 0, 1, 4) },
		"3eccf6a4 3f22055a 3f24dd06 3e52544c"},
	{"uniform float64", func(k *fx.Array) *fx.Array { return random.Uniform(k, fx.Float64, 0, 1, 4) },
		"3fd99ed49e288156 3fe49ba0df6692a2 3fde1b9cc88fffcc 3fe0e63edfcb2dd8"},
	{"uniform [-3, 5)", func(k *fx.Array) *fx.Array { return random.Uniform(k, fx.Float32, -3, 5, 4) },
		"3e4f6a40 40040ab4 4009ba0c bfadabb4"},
	{"normal float32", func(k *fx.Array) *fx.Array { return random.Normal(k, fx.Float32, 4) },
		"be814a67 3eadd6b1 3ebd0330 bf528e8e"},
	{"normal float64", func(k *fx.Array) *fx.Array { return random.Normal(k, fx.Float64, 4) },
		"bfd0294d3f7ac6b7 3fd7a0660195ffc2 bfb2fd2c1b9f6697 3fb20cf27c68fa25"},
	{"truncated float32", func(k *fx.Array) *fx.Array { return random.TruncatedNormal(k, fx.Float32, -2, 2, 4) },
		"be769479 3ea5a3ce 3eb40a18 bf46b791"},
	{"truncated float64", func(k *fx.Array) *fx.Array { return random.TruncatedNormal(k, fx.Float64, 1, math.Inf(1), 4) },
		"3ff4f4ae38423a14 3ff95c36f71c3410 3ff60e809cc39c4c 3ff70c215a35e691"},
	{"exponential float32", func(k *fx.Array) *fx.Array { return random.Exponential(k, fx.Float32, 4) },
		"3f02e859 3f8044fb 3f843360 3e6b6f22"},
	{"exponential float64", func(k *fx.Array) *fx.Array { return random.Exponential(k, fx.Float64, 4) },
		"3fe05d0b1fa8b15e 3ff0866bfd485b2b 3fe457a77f3dc0b3 3fe80833b4fe9dad"},
	{"gumbel float32", func(k *fx.Array) *fx.Array { return random.Gumbel(k, fx.Float32, 4) },
		"3f2bb20e bb09d0e1 bd044365 3fbc2a4b"},
	{"gumbel float64", func(k *fx.Array) *fx.Array { return random.Gumbel(k, fx.Float64, 4) },
		"3fe57641c27c08e6 bfa0886c472472e3 3fdcfe6b72734810 3fd2538695226cc0"},
	{"randint int32", func(k *fx.Array) *fx.Array { return random.Randint(k, fx.Int32, -10, 100, 6) },
		"34 60 41 48 29 15"},
	{"randint uint8", func(k *fx.Array) *fx.Array { return random.Randint(k, fx.Uint8, 0, 256, 6) },
		"102 164 120 135 92 59"},
	{"bernoulli", func(k *fx.Array) *fx.Array { return random.Bernoulli(k, fx.Const(0.3), 12) },
		"0 0 0 1 0 1 0 0 0 0 1 0"},
	{"rademacher", func(k *fx.Array) *fx.Array { return random.Rademacher(k, fx.Int32, 12) },
		"-1 1 1 -1 -1 -1 1 -1 -1 1 -1 1"},
	{"categorical", func(k *fx.Array) *fx.Array { return random.Categorical(k, fx.Zeros(fx.Float32, 6, 9), 1) },
		"3 4 1 1 6 6"},
	{"permutation", func(k *fx.Array) *fx.Array { return random.Permutation(k, 10) },
		"3 8 1 7 9 6 5 4 0 2"},
	{"shuffle", func(k *fx.Array) *fx.Array { return random.Shuffle(k, fx.Arange(fx.Int32, 12).Reshape(2, 6), -1) },
		"3 1 5 4 0 2 9 7 11 10 6 8"},
	{"choice", func(k *fx.Array) *fx.Array { return random.Choice(k, 1000, 4) },
		"391 448 298 661"},
	{"laplace float32", func(k *fx.Array) *fx.Array { return random.Laplace(k, fx.Float32, 4) },
		"be63ae96 3e9e2fc0 3eade950 bf63c01f"},
	{"logistic float64", func(k *fx.Array) *fx.Array { return random.Logistic(k, fx.Float64, 4) },
		"bfd9dd596cd7d98d 3fe2f7deb602b2a0 bfbe4f4097ea4dfb 3fbccfa267ea006c"},
	{"gamma float32", func(k *fx.Array) *fx.Array { return random.Gamma(k, fx.New([]float32{0.3, 1, 2, 50})) },
		"3e818dcc 3e990995 3effbbe7 426f9f8c"},
	{"gamma float64", func(k *fx.Array) *fx.Array { return random.Gamma(k, fx.Scalar(0.7), 4) },
		"3ff1015ca1c1283c 3fccd60713dd3bed 3fd2a5a365dcd215 3fd7d8f6bd4adca6"},
	{"beta", func(k *fx.Array) *fx.Array { return random.Beta(k, fx.Scalar(float32(0.5)), fx.New([]float32{2, 3})) },
		"3ef806fb 3b8f3ad9"},
	{"dirichlet", func(k *fx.Array) *fx.Array { return random.Dirichlet(k, fx.New([]float32{0.5, 2, 3}), 2) },
		"3e75d18a 3ebe6bc9 3ec6ab72 3d05cd5c 3eb7192f 3f1c1693"},
	{"multivariate normal", func(k *fx.Array) *fx.Array {
		return random.MultivariateNormal(k, fx.New([]float32{1, 2}), fx.New([]float32{4, 1, 1, 2}, 2, 2), 2)
	},
		"3efd6b32 4014aa4a 3fde8198 3f8c5b36"},
	{"orthogonal", func(k *fx.Array) *fx.Array { return random.Orthogonal(k, fx.Float32, 3, 2) },
		"bf0e9601 bdbf2ef4 3f5072fa be83a53d be27887e bf763c76"},
}

// TestGolden pins the bits: results that people publish rest on them. A change
// here is a change of every run with a seed.
func TestGolden(t *testing.T) {
	for _, d := range draws {
		if got := hex(d.draw(random.New(42))); got != d.want {
			t.Errorf("%s\n got %s\nwant %s", d.name, got, d.want)
		}
	}
}
