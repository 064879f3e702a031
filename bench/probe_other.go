//go:build !amd64

package bench

// fmaChain has no probe on this platform.
func fmaChain(int) (flops float64) { return 0 }
