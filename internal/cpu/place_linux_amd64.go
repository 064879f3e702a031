package cpu

import (
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// processor is the number of the processor that runs the caller; -1 if the
// system does not tell.
func processor() int

// home is where the process may run; ok is false where processor's numbers are
// not to be trusted or there is nowhere to go.
var home = sync.OnceValues(func() (set unix.CPUSet, ok bool) {
	if unix.SchedGetaffinity(0, &set) != nil || set.Count() < 2 {
		return set, false
	}
	for range 3 { // it may be moved in between
		var n uint32
		_, _, errno := syscall.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&n)), 0, 0)
		if errno == 0 && int(n) == processor() {
			return set, true
		}
	}
	return set, false
})

// leave moves the calling thread off a processor. The system wakes a thread
// where its waker runs and may leave the two there, on one processor, for tens
// of milliseconds while another is idle (virtual machines whose processors share
// no cache that it knows of).
func leave(processor int) {
	set, ok := home()
	if !ok || !set.IsSet(processor) {
		return
	}
	runtime.LockOSThread() // both calls are for one thread
	defer runtime.UnlockOSThread()
	others := set
	others.Clear(processor)
	if unix.SchedSetaffinity(0, &others) == nil {
		_ = unix.SchedSetaffinity(0, &set) // it may come back, but does not at once
	}
}

// yield lets threads run that were just woken on the caller's processor, so that
// they can leave it.
func yield() { _, _, _ = syscall.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
