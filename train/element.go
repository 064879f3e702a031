package train

import (
	"encoding/binary"
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
)

// elementTypes are the names of element types in safetensors files, with those
// that arrays can have. C128 is a name of ours: the format has none.
var elementTypes = map[string]struct {
	dtype fx.DType
	size  int // bytes
}{
	"BOOL": {fx.Bool, 1}, "U8": {fx.Uint8, 1},
	"I32": {fx.Int32, 4}, "U32": {fx.Uint32, 4}, "F32": {fx.Float32, 4},
	"I64": {fx.Int64, 8}, "F64": {fx.Float64, 8}, "C64": {fx.Complex64, 8}, "C128": {fx.Complex128, 16},
}

// otherTypes are those of the format that arrays cannot have, by size.
var otherTypes = map[string]int{"I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "U64": 8}

func typeName(d fx.DType) string {
	for name, t := range elementTypes {
		if t.dtype == d {
			return name
		}
	}
	panic(fmt.Sprintf("train: no name for element type %v", d))
}

// encode is an array's elements in the file's form: row-major, little-endian.
func encode(a *fx.Array) []byte {
	switch a.DType() {
	case fx.Bool:
		return littleEndian(a.Bools())
	case fx.Uint8:
		return a.Uint8s()
	case fx.Uint32:
		return littleEndian(a.Uint32s())
	case fx.Int32:
		return littleEndian(a.Int32s())
	case fx.Int64:
		return littleEndian(a.Int64s())
	case fx.Float32:
		return littleEndian(a.Float32s())
	case fx.Complex64:
		return littleEndian(a.Complex64s())
	case fx.Complex128:
		return littleEndian(a.Complex128s())
	}
	return littleEndian(a.Float64s())
}

func littleEndian[T fx.Elem](values []T) []byte {
	out, err := binary.Append(make([]byte, 0, binary.Size(values)), binary.LittleEndian, values)
	if err != nil {
		panic(err) // element types have a fixed size
	}
	return out
}

// decode makes an array of its file form. Only bools can be wrong.
func decode(raw []byte, d fx.DType, shape []int) (*fx.Array, error) {
	switch d {
	case fx.Bool:
		for i, b := range raw {
			if b > 1 {
				return nil, fmt.Errorf("element %d is the byte %d; a BOOL is 0 or 1", i, b)
			}
		}
		return array[bool](raw, 1, shape), nil
	case fx.Uint8:
		return array[uint8](raw, 1, shape), nil
	case fx.Uint32:
		return array[uint32](raw, 4, shape), nil
	case fx.Int32:
		return array[int32](raw, 4, shape), nil
	case fx.Int64:
		return array[int64](raw, 8, shape), nil
	case fx.Float32:
		return array[float32](raw, 4, shape), nil
	case fx.Complex64:
		return array[complex64](raw, 8, shape), nil
	case fx.Complex128:
		return array[complex128](raw, 16, shape), nil
	}
	return array[float64](raw, 8, shape), nil
}

func array[T fx.Elem](raw []byte, size int, shape []int) *fx.Array {
	values := make([]T, len(raw)/size)
	if _, err := binary.Decode(raw, binary.LittleEndian, values); err != nil {
		panic(err) // the lengths match
	}
	if len(shape) == 0 {
		return fx.Scalar(values[0])
	}
	return fx.New(values, shape...)
}

// duplicate is a copy of a tree that shares no memory with it, so that donating
// one leaves the other.
func duplicate[T any](tree T) T {
	return fx.Map(func(a *fx.Array) *fx.Array {
		shape := a.Shape()
		switch a.DType() {
		case fx.Bool:
			return same(a.Bools(), shape)
		case fx.Uint8:
			return same(a.Uint8s(), shape)
		case fx.Uint32:
			return same(a.Uint32s(), shape)
		case fx.Int32:
			return same(a.Int32s(), shape)
		case fx.Int64:
			return same(a.Int64s(), shape)
		case fx.Float32:
			return same(a.Float32s(), shape)
		case fx.Complex64:
			return same(a.Complex64s(), shape)
		case fx.Complex128:
			return same(a.Complex128s(), shape)
		}
		return same(a.Float64s(), shape)
	}, tree)
}

func same[T fx.Elem](values []T, shape []int) *fx.Array {
	if len(shape) == 0 {
		return fx.Scalar(values[0])
	}
	return fx.New(values, shape...)
}
