package bench

import "golang.org/x/sys/cpu"

//go:noescape
func fmaAVX2(n int)

//go:noescape
func fmaAVX512(n int)

// fmaChain runs n rounds of the widest fused multiply-add and says how many
// float32 operations one round is; 0 where there is no probe.
func fmaChain(n int) (flops float64) {
	switch {
	case cpu.X86.HasAVX512F:
		fmaAVX512(n)
		return 10 * 16 * 2
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		fmaAVX2(n)
		return 10 * 8 * 2
	}
	return 0
}
