package graph

import "unsafe"

// Buffer is the memory of one array, contiguous and in row-major order.
type Buffer struct {
	DType DType
	Len   int // elements
	mem   []uint64
}

// NewBuffer returns a zeroed buffer of n elements.
func NewBuffer(d DType, n int) *Buffer {
	return &Buffer{DType: d, Len: n, mem: make([]uint64, (n*d.Size()+7)/8)}
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
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b.mem))), b.Len)
}

// Bytes is the buffer's memory as bytes.
func (b *Buffer) Bytes() []byte {
	if b.Len == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b.mem))), b.Len*b.DType.Size())
}

// Capacity is the number of bytes that the buffer's memory has room for.
func (b *Buffer) Capacity() int { return len(b.mem) * 8 }

// Retype makes b a buffer of n elements of type d over the same memory, which
// must be large enough. Only the owner of the memory may do this.
func (b *Buffer) Retype(d DType, n int) *Buffer {
	if n*d.Size() > b.Capacity() {
		panic("graph: Retype beyond the buffer's capacity")
	}
	b.DType, b.Len = d, n
	return b
}

// Slice returns n elements of b from element off on, over the same memory.
// The slice must begin on an 8-byte boundary.
func (b *Buffer) Slice(off, n int) *Buffer {
	from := off * b.DType.Size()
	if from%8 != 0 {
		panic("graph: Slice of a buffer off an 8-byte boundary")
	}
	return &Buffer{DType: b.DType, Len: n, mem: b.mem[from/8 : (from+n*b.DType.Size()+7)/8]}
}
