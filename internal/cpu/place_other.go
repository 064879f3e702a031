//go:build !linux || !amd64

package cpu

// processor is the number of the processor that runs the caller; -1 if the
// system does not tell.
func processor() int { return -1 }

// leave moves the calling thread off a processor; nothing is known of them here.
func leave(int) {}

// yield lets threads run that were just woken on the caller's processor.
func yield() {}
