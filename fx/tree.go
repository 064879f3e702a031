package fx

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/graph"
)

// A tree is any Go value whose leaves are *Array: an array, a struct, a slice
// or array, a map with string keys, a pointer to a struct, an interface that
// holds one of these, nested. Leaves come in order of fields, indices, and
// sorted keys. Everything else in it is static: transformations keep it as it
// is, and Jit compiles anew when it changes. A nil *Array is no leaf.

var arrayType = reflect.TypeFor[*Array]()

// Leaves lists a tree's arrays.
func Leaves(tree any) []*Array {
	var out []*Array
	walkTree(reflect.ValueOf(tree), "", func(_ string, a *Array) { out = append(out, a) }, nil)
	return out
}

// Paths lists the places of a tree's arrays, like "Layers[0].W".
func Paths(tree any) []string {
	var out []string
	walkTree(reflect.ValueOf(tree), "", func(p string, _ *Array) { out = append(out, strings.TrimPrefix(p, ".")) }, nil)
	return out
}

// walkTree visits arrays, and, if static is not nil, describes everything else
// to it.
func walkTree(v reflect.Value, path string, leaf func(string, *Array), static func(string)) {
	say := func(format string, args ...any) {
		if static != nil {
			static(fmt.Sprintf(format, args...))
		}
	}
	if !v.IsValid() {
		say("nil;")
		return
	}
	if v.Type() == arrayType {
		if a := (*Array)(v.UnsafePointer()); a != nil {
			say("*;")
			leaf(path, a)
		} else {
			say("-;")
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		say("%v{", v.Type())
		for i := range v.NumField() {
			walkTree(v.Field(i), path+"."+v.Type().Field(i).Name, leaf, static)
		}
		say("}")
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			say("nil;")
			return
		}
		say("[%d:", v.Len())
		for i := range v.Len() {
			walkTree(v.Index(i), path+"["+strconv.Itoa(i)+"]", leaf, static)
		}
		say("]")
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			if hasArrays(v.Type(), nil) {
				graph.Fail("tree", "%s is a map with keys of type %v; a tree's maps have string keys", name(path), v.Type().Key())
			}
			say("%v;", v)
			return
		}
		say("map[%d:", v.Len())
		for _, k := range sortedKeys(v) {
			say("%q=", k.String())
			walkTree(v.MapIndex(k), path+"["+strconv.Quote(k.String())+"]", leaf, static)
		}
		say("]")
	case reflect.Pointer:
		if v.IsNil() {
			say("nil;")
			return
		}
		say("&")
		walkTree(v.Elem(), path, leaf, static)
	case reflect.Interface:
		if v.IsNil() {
			say("nil;")
			return
		}
		say("%v:", v.Elem().Type())
		walkTree(v.Elem(), path, leaf, static)
	case reflect.Func:
		// Two closures of one function share their code but not what they
		// captured; the pointer to the closure tells them apart.
		say("func%x;", closurePointer(v))
	case reflect.Float32, reflect.Float64:
		say("%x;", v.Float())
	case reflect.String:
		say("%q;", v.String())
	case reflect.Bool:
		say("%t;", v.Bool())
	case reflect.Chan, reflect.UnsafePointer:
		say("%x;", v.Pointer())
	default:
		say("%v;", v)
	}
}

func name(path string) string {
	if path == "" {
		return "the tree"
	}
	return strings.TrimPrefix(path, ".")
}

func closurePointer(v reflect.Value) uintptr {
	if v.IsNil() {
		return 0
	}
	c := reflect.New(v.Type()).Elem()
	if v.CanInterface() {
		c.Set(v)
	} else if v.CanAddr() {
		c = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	} else {
		return v.Pointer()
	}
	return *(*uintptr)(unsafe.Pointer(c.UnsafeAddr()))
}

func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// hasArrays reports whether a value of type t can hold arrays.
func hasArrays(t reflect.Type, seen []reflect.Type) bool {
	if t == arrayType || t.Kind() == reflect.Interface {
		return true
	}
	if slices.Contains(seen, t) {
		return false
	}
	seen = append(seen, t)
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if hasArrays(t.Field(i).Type, seen) {
				return true
			}
		}
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Pointer:
		return hasArrays(t.Elem(), seen)
	}
	return false
}

// rebuild copies a tree with new leaves, which it takes from next in order.
func rebuild[T any](t T, next func(old *Array) *Array) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(reflect.ValueOf(&t).Elem())
	replaceLeaves(out, next)
	return out.Interface().(T)
}

// replaceLeaves changes v, which is addressable and shares nothing that it
// changes with another tree after this.
func replaceLeaves(v reflect.Value, next func(*Array) *Array) {
	if !hasArrays(v.Type(), nil) {
		return
	}
	if v.Type() == arrayType {
		if a := (*Array)(v.UnsafePointer()); a != nil {
			settable(v).Set(reflect.ValueOf(next(a)))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			replaceLeaves(v.Field(i), next)
		}
	case reflect.Array:
		for i := range v.Len() {
			replaceLeaves(v.Index(i), next)
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, readable(v))
		for i := range c.Len() {
			replaceLeaves(c.Index(i), next)
		}
		settable(v).Set(c)
	case reflect.Map:
		if v.IsNil() || v.Type().Key().Kind() != reflect.String {
			return
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, k := range sortedKeys(v) {
			c.SetMapIndex(k, replaced(readable(v).MapIndex(k), next))
		}
		settable(v).Set(c)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(readable(v).Elem())
		replaceLeaves(p.Elem(), next)
		settable(v).Set(p)
	case reflect.Interface:
		if !v.IsNil() {
			settable(v).Set(replaced(readable(v).Elem(), next))
		}
	}
}

// replaced is a copy of v with new leaves.
func replaced(v reflect.Value, next func(*Array) *Array) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	replaceLeaves(c, next)
	return c
}

// settable and readable reach unexported fields, which are part of a tree like
// all others.
func settable(v reflect.Value) reflect.Value {
	if v.CanSet() {
		return v
	}
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

func readable(v reflect.Value) reflect.Value { return settable(v) }

// unflatten copies a tree with the given leaves.
func unflatten[T any](t T, leaves []*Array) T {
	i := 0
	return rebuild(t, func(*Array) *Array {
		i++
		return leaves[i-1]
	})
}

// Map applies f to every leaf.
func Map[T any](f func(*Array) *Array, t T) T { return rebuild(t, f) }

// Map2 applies f to the leaves of two trees of the same structure.
func Map2[T any](f func(a, b *Array) *Array, t, u T) T {
	ul := matching("Map2", t, u)
	i := 0
	return rebuild(t, func(a *Array) *Array {
		i++
		return f(a, ul[i-1])
	})
}

// Map3 applies f to the leaves of three trees of the same structure.
func Map3[T any](f func(a, b, c *Array) *Array, t, u, v T) T {
	ul, vl := matching("Map3", t, u), matching("Map3", t, v)
	i := 0
	return rebuild(t, func(a *Array) *Array {
		i++
		return f(a, ul[i-1], vl[i-1])
	})
}

// matching lists u's leaves if its structure is t's.
func matching[T any](op string, t, u T) []*Array {
	tp, up := Paths(t), Paths(u)
	if !slices.Equal(tp, up) {
		graph.Fail(op, "the trees differ: %s", difference(tp, up))
	}
	return Leaves(u)
}

// difference says where two lists of paths part.
func difference(a, b []string) string {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return fmt.Sprintf("only the second has %s", name(b[i]))
		case i >= len(b):
			return fmt.Sprintf("only the first has %s", name(a[i]))
		case a[i] != b[i]:
			return fmt.Sprintf("the first has %s where the second has %s", name(a[i]), name(b[i]))
		}
	}
	return "they do not"
}

// structure describes a tree without its leaves: a key under which Jit keeps
// what it compiled.
func structure(t any) string {
	var b strings.Builder
	walkTree(reflect.ValueOf(t), "", func(_ string, a *Array) { b.WriteString(a.n.Aval().String()) }, func(s string) { b.WriteString(s) })
	return b.String()
}
