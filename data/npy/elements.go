package npy

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/fluxion-go/fluxion/fx"
)

// element is an element type as a file has it.
type element struct {
	dtype fx.DType
	order binary.ByteOrder
}

// elements are the types that are read, by NumPy's names: byte order (| where
// it does not apply), kind and size.
var elements = map[string]element{
	"|b1": {fx.Bool, binary.LittleEndian}, "?": {fx.Bool, binary.LittleEndian},
	"|u1": {fx.Uint8, binary.LittleEndian}, "<u1": {fx.Uint8, binary.LittleEndian}, ">u1": {fx.Uint8, binary.BigEndian},
	"<u4": {fx.Uint32, binary.LittleEndian}, ">u4": {fx.Uint32, binary.BigEndian},
	"<i4": {fx.Int32, binary.LittleEndian}, ">i4": {fx.Int32, binary.BigEndian},
	"<i8": {fx.Int64, binary.LittleEndian}, ">i8": {fx.Int64, binary.BigEndian},
	"<f4": {fx.Float32, binary.LittleEndian}, ">f4": {fx.Float32, binary.BigEndian},
	"<f8": {fx.Float64, binary.LittleEndian}, ">f8": {fx.Float64, binary.BigEndian},
	"<c8": {fx.Complex64, binary.LittleEndian}, ">c8": {fx.Complex64, binary.BigEndian},
	"<c16": {fx.Complex128, binary.LittleEndian}, ">c16": {fx.Complex128, binary.BigEndian},
}

// descriptions are the types that are written.
var descriptions = map[fx.DType]string{
	fx.Bool: "|b1", fx.Uint8: "|u1", fx.Uint32: "<u4", fx.Int32: "<i4", fx.Int64: "<i8", fx.Float32: "<f4", fx.Float64: "<f8",
	fx.Complex64: "<c8", fx.Complex128: "<c16",
}

// check returns the place of the first byte that is no value of the type, or
// -1.
func (e element) check(content []byte) int {
	if e.dtype != fx.Bool {
		return -1
	}
	return slices.IndexFunc(content, func(b byte) bool { return b > 1 })
}

// array makes an array of elements in C order.
func (e element) array(content []byte, shape []int) *fx.Array {
	switch e.dtype {
	case fx.Bool:
		return make1(content, shape, func(b byte) bool { return b == 1 })
	case fx.Uint8:
		return make1(content, shape, func(b byte) uint8 { return b })
	case fx.Uint32:
		return make4(content, shape, e.order, func(v uint32) uint32 { return v })
	case fx.Int32:
		return make4(content, shape, e.order, func(v uint32) int32 { return int32(v) })
	case fx.Float32:
		return make4(content, shape, e.order, math.Float32frombits)
	case fx.Int64:
		return make8(content, shape, e.order, func(v uint64) int64 { return int64(v) })
	case fx.Complex64, fx.Complex128: // pairs of floats
		return makePairs(content, shape, e)
	default:
		return make8(content, shape, e.order, math.Float64frombits)
	}
}

func make1[T fx.Elem](content []byte, shape []int, convert func(byte) T) *fx.Array {
	values := make([]T, len(content))
	for i, b := range content {
		values[i] = convert(b)
	}
	return newArray(values, shape)
}

func make4[T fx.Elem](content []byte, shape []int, order binary.ByteOrder, convert func(uint32) T) *fx.Array {
	values := make([]T, len(content)/4)
	for i := range values {
		values[i] = convert(order.Uint32(content[4*i:]))
	}
	return newArray(values, shape)
}

func make8[T fx.Elem](content []byte, shape []int, order binary.ByteOrder, convert func(uint64) T) *fx.Array {
	values := make([]T, len(content)/8)
	for i := range values {
		values[i] = convert(order.Uint64(content[8*i:]))
	}
	return newArray(values, shape)
}

func makePairs(content []byte, shape []int, e element) *fx.Array {
	part := element{e.dtype.Part(), e.order}
	pairs := part.array(content, append(slices.Clone(shape), 2))
	last := pairs.NDim() - 1
	take := func(i int) *fx.Array { return pairs.SliceAxis(last, i, i+1).Squeeze(last) }
	return fx.Complex(take(0), take(1))
}

// newArray is fx.New, for which no shape means a vector.
func newArray[T fx.Elem](values []T, shape []int) *fx.Array {
	if len(shape) == 0 {
		return fx.Scalar(values[0])
	}
	return fx.New(values, shape...)
}

// encode returns an array's elements in C order and little-endian.
func encode(a *fx.Array) []byte {
	out := make([]byte, 0, a.Size()*a.DType().Size())
	switch a.DType() {
	case fx.Bool:
		for _, v := range a.Bools() {
			b := byte(0)
			if v {
				b = 1
			}
			out = append(out, b)
		}
	case fx.Uint8:
		out = append(out, a.Uint8s()...)
	case fx.Uint32:
		for _, v := range a.Uint32s() {
			out = binary.LittleEndian.AppendUint32(out, v)
		}
	case fx.Int32:
		for _, v := range a.Int32s() {
			out = binary.LittleEndian.AppendUint32(out, uint32(v))
		}
	case fx.Float32:
		for _, v := range a.Float32s() {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	case fx.Int64:
		for _, v := range a.Int64s() {
			out = binary.LittleEndian.AppendUint64(out, uint64(v))
		}
	case fx.Float64:
		for _, v := range a.Float64s() {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		}
	case fx.Complex64, fx.Complex128:
		return encode(fx.Stack(a.NDim(), a.Real(), a.Imag()))
	}
	return out
}
