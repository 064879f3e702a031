//go:build !linux

package graph

// adviseHuge does nothing: this system has no such advice.
func adviseHuge([]uint64) {}
