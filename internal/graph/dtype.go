// Package graph holds the expression graph that everything in fluxion is made
// of: nodes (values), ops (applications of a primitive), and, beside each
// primitive, its rules for shapes, forward and reverse differentiation, and
// batching. Package fx is its public face; packages compile and cpu run it.
package graph

import "fmt"

// DType is the type of an array's elements.
type DType uint8

const (
	Bool DType = iota + 1
	Uint8
	Uint32
	Int32
	Int64
	Float32
	Float64
)

var dtypeNames = [...]string{Bool: "bool", Uint8: "uint8", Uint32: "uint32", Int32: "int32", Int64: "int64", Float32: "float32", Float64: "float64"}

func (d DType) String() string {
	if d < Bool || d > Float64 {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return dtypeNames[d]
}

// Size is the number of bytes of one element.
func (d DType) Size() int {
	switch d {
	case Bool, Uint8:
		return 1
	case Uint32, Int32, Float32:
		return 4
	}
	return 8
}

// IsFloat reports whether d is differentiable.
func (d DType) IsFloat() bool { return d == Float32 || d == Float64 }

// IsInt reports whether d is an integer type.
func (d DType) IsInt() bool { return d == Uint8 || d == Uint32 || d == Int32 || d == Int64 }

// Elem is a Go type that can be an array's element.
type Elem interface {
	bool | uint8 | uint32 | int32 | int64 | float32 | float64
}

// DTypeOf is the DType of a Go type.
func DTypeOf[T Elem]() DType {
	var z T
	switch any(z).(type) {
	case bool:
		return Bool
	case uint8:
		return Uint8
	case uint32:
		return Uint32
	case int32:
		return Int32
	case int64:
		return Int64
	case float32:
		return Float32
	}
	return Float64
}
