//go:build !amd64

package kernel

// Pause waits for some tens of nanoseconds.
func Pause() {
	for range 50 {
	}
}
