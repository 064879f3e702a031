package recycle

import (
	"syscall"
	"unsafe"
)

// adviseHuge asks the system for huge pages behind mem. It is advice: a system
// without them ignores it.
func adviseHuge(mem []uint64) {
	const page, hugePages = 4096, 14 // MADV_HUGEPAGE
	if mem == nil {
		return
	}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(mem)))
	skip := int((page - start%page) % page)
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(mem))), 8*len(mem))
	if n := (len(bytes) - skip) / page * page; n > 0 {
		syscall.Madvise(bytes[skip:skip+n], hugePages)
	}
}
