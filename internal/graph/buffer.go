package graph

import (
	"sync/atomic"
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/recycle"
)

// Buffer is the memory of one array, contiguous and in row-major order.
type Buffer struct {
	DType  DType
	Len    int // elements
	ptr    unsafe.Pointer
	cap    int // bytes behind ptr
	shared atomic.Bool
}

// NewBuffer returns a buffer of n elements of whatever content.
func NewBuffer(d DType, n int) *Buffer {
	b := &Buffer{DType: d, Len: n}
	if bytes := n * d.Size(); bytes > 0 {
		// Whole 64-bit words: aligned for every type, and no pointers in them.
		mem := recycle.Words((bytes + 7) / 8)
		b.ptr, b.cap = unsafe.Pointer(unsafe.SliceData(mem)), len(mem)*8
	}
	return b
}

// Share marks a buffer that more than one owner reads, so that none of them
// may write to it. Shared reports the mark.
func (b *Buffer) Share()       { b.shared.Store(true) }
func (b *Buffer) Shared() bool { return b.shared.Load() }

// Free gives the memory of a buffer that NewBuffer made back. Nobody may look at
// it, or at a view of it, any more.
func (b *Buffer) Free() {
	if b.cap > 0 {
		recycle.Free(unsafe.Slice((*uint64)(b.ptr), b.cap/8))
	}
	b.ptr, b.cap, b.Len = nil, 0, 0
}

// BufferOf returns a buffer that holds a copy of values.
func BufferOf[T Elem](values []T) *Buffer {
	b := NewBuffer(DTypeOf[T](), len(values))
	copy(View[T](b), values)
	return b
}

// View is the buffer's memory as a slice. T must be the buffer's type (uint8
// also views bool, whose elements are 0 or 1).
func View[T Elem](b *Buffer) []T {
	if d := DTypeOf[T](); d != b.DType && !(d == Uint8 && b.DType == Bool) {
		panic("graph: view of a " + b.DType.String() + " buffer as " + d.String())
	}
	if b.Len == 0 {
		return nil
	}
	return unsafe.Slice((*T)(b.ptr), b.Len)
}

// Elems is View without a look at the type, for steps that settled it when they
// were prepared and run once for each tile.
func Elems[T Elem](b *Buffer) []T { return unsafe.Slice((*T)(b.ptr), b.Len) }

// Bytes is the buffer's memory as bytes.
func (b *Buffer) Bytes() []byte {
	if b.Len == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(b.ptr), b.Len*b.DType.Size())
}

// Bind makes b a view of n elements of type d over other's memory, from the
// byte offset on. It is how compiled programs lay values out in memory.
func (b *Buffer) Bind(other *Buffer, offset int, d DType, n int) {
	bytes := n * d.Size()
	if offset < 0 || offset+bytes > other.cap {
		panic("graph: view beyond the buffer's memory")
	}
	b.DType, b.Len, b.cap = d, n, bytes
	b.ptr = unsafe.Add(other.ptr, offset)
}

// Rebind changes the type and number of b's elements within its memory.
func (b *Buffer) Rebind(d DType, n int) {
	if n*d.Size() > b.cap {
		panic("graph: Rebind beyond the buffer's memory")
	}
	b.DType, b.Len = d, n
}

// Slice returns n elements of b from element off on, over the same memory.
func (b *Buffer) Slice(off, n int) *Buffer {
	s := new(Buffer)
	s.Bind(b, off*b.DType.Size(), b.DType, n)
	return s
}
