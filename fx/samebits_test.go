package fx

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
)

// workDigest runs training steps and other work that covers every kind of
// kernel, plain and compiled, and hashes the bits of all results.
func workDigest() string {
	h := sha256.New()
	add := func(tree any) {
		for _, b := range bitsOf(tree) {
			fmt.Fprintf(h, "%016x", b)
		}
	}
	for _, d := range []DType{Float32, Float64} {
		// Sizes that cross tile, thread and k-block borders unevenly.
		x, y := irregular(d, 67, 301), OneHotRows(d, 67, 10)
		state := newNet(d, 301, 130, 65, 10)
		step := Jit(adamStep, Donate("State"))
		for range 3 {
			out := step(netStep{state, x, y})
			add(out)
			state = out.State
		}
		img, w := irregular(d, 3, 13, 11, 5), irregular(d, 3, 3, 5, 7)
		add(Jit(Grad(func(w *Array) *Array { return Conv2D(img, w).Tanh().Square().Sum() }))(w))
		spectra := func(x *Array) []*Array { // lengths 257 (a prime) and 60
			z := Complex(x, x.Square())
			return []*Array{FFT2(z).Abs(), IRFFT(RFFT(x, 0), 0), z.Exp().Div(z.Tanh()).MatMul(z.T()).Angle(), z.Sqrt().Log().Sum(0).Real()}
		}
		big := irregular(d, 300, 257)
		signals := irregular(d, 60, 257)
		add(spectra(signals))
		add(Jit(spectra)(signals))
		fns := func(x *Array) []*Array {
			return []*Array{x.Exp().Sum(0), x.Sin().Sum(1), x.Erf().Sum(), x.Softmax(-1), x.Softmax(0), x.Sigmoid().Mean(),
				x.Abs().Log1p().Max(0), x.Cos().Div(x.Square().AddScalar(0.1)).Var(0), x.T().MatMul(x).Sum(1), x.Atan().Tan().MatMul(x.T()).Index(3)}
		}
		add(fns(big))
		add(Jit(fns)(big))
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestSameBits runs the same work in processes of their own at every level of
// this machine and several thread counts.
func TestSameBits(t *testing.T) {
	if os.Getenv("FLUXION_TEST_DIGEST") != "" {
		fmt.Println("digest", workDigest())
		os.Exit(0)
	}
	want := ""
	for _, l := range kernel.Available() {
		for _, threads := range []string{"1", "2", "3", "8"} {
			if l == kernel.Off && threads != "1" && threads != "3" {
				continue // slow, and the split does not depend on the level
			}
			cmd := exec.Command(os.Args[0], "-test.run", "^TestSameBits$")
			cmd.Env = append(os.Environ(), "FLUXION_TEST_DIGEST=1", "FLUXION_SIMD="+l.String(), "FLUXION_THREADS="+threads)
			out, err := cmd.CombinedOutput()
			digest, ok := bytes.CutPrefix(bytes.TrimSpace(out), []byte("digest "))
			if err != nil || !ok {
				t.Fatalf("%v, %s threads: %v\n%s", l, threads, err, out)
			}
			if want == "" {
				want = string(digest)
			}
			if string(digest) != want {
				t.Errorf("%v, %s threads: other bits than the first run's", l, threads)
			}
		}
	}
}
