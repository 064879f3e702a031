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
	Complex64
	Complex128
)

var dtypeNames = [...]string{Bool: "bool", Uint8: "uint8", Uint32: "uint32", Int32: "int32", Int64: "int64", Float32: "float32", Float64: "float64",
	Complex64: "complex64", Complex128: "complex128"}

func (d DType) String() string {
	if !d.Valid() {
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
	case Complex128:
		return 16
	}
	return 8
}

// Valid reports whether d is an element type.
func (d DType) Valid() bool { return d >= Bool && d <= Complex128 }

// IsFloat reports whether d is a type of real floating-point numbers.
func (d DType) IsFloat() bool { return d == Float32 || d == Float64 }

// IsComplex reports whether d is a type of complex numbers.
func (d DType) IsComplex() bool { return d == Complex64 || d == Complex128 }

// Differentiable reports whether elements of type d have tangents.
func (d DType) Differentiable() bool { return d.IsFloat() || d.IsComplex() }

// Part is the type of a complex type's real and imaginary parts.
func (d DType) Part() DType {
	if d == Complex64 {
		return Float32
	}
	return Float64
}

// IsInt reports whether d is an integer type.
func (d DType) IsInt() bool { return d == Uint8 || d == Uint32 || d == Int32 || d == Int64 }

// Elem is a Go type that can be an array's element.
type Elem interface {
	bool | uint8 | uint32 | int32 | int64 | float32 | float64 | complex64 | complex128
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
	case complex64:
		return Complex64
	case complex128:
		return Complex128
	}
	return Float64
}
