//go:build !linux

package recycle

// adviseHuge does nothing: this system has no such advice.
func adviseHuge([]uint64) {}
