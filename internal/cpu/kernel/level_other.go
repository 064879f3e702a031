//go:build !amd64 && !arm64

package kernel

import "sync"

// supported tells whether this machine can run level l: only plain Go exists
// for it.
func supported(l Level) bool { return l == Off }

var sets = map[Level]func() *Set{
	Off: sync.OnceValue(plainSet),
}
