package fx

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	w := walker{leaf: true}
	w.walk(reflect.ValueOf(tree))
	return w.leaves
}

// Paths lists the places of a tree's arrays, like "Layers[0].W".
func Paths(tree any) []string {
	w := walker{place: true}
	w.walk(reflect.ValueOf(tree))
	return w.paths
}

// walker goes through a tree and collects what it is asked for.
type walker struct {
	leaf, place, describe bool

	leaves []*Array
	paths  []string
	key    []byte // the tree without its elements: what Jit compiles for

	path  []byte
	depth int
}

// maxDepth is deeper than any tree that does not contain itself.
const maxDepth = 1000

func (w *walker) walk(v reflect.Value) {
	if !v.IsValid() {
		w.tag('0')
		return
	}
	t := v.Type()
	if t == arrayType {
		w.array((*Array)(v.UnsafePointer()))
		return
	}
	if !hasArrays(t) {
		if w.describe {
			w.static(v)
		}
		return
	}
	if w.depth++; w.depth > maxDepth {
		graph.Fail("tree", "%s contains itself", w.name())
	}
	defer func() { w.depth-- }()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			mark := w.enter(".", t.Field(i).Name)
			w.walk(v.Field(i))
			w.leave(mark)
		}
	case reflect.Slice, reflect.Array:
		w.number('[', uint64(v.Len()))
		for i := range v.Len() {
			mark := w.enterIndex(i)
			w.walk(v.Index(i))
			w.leave(mark)
		}
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			graph.Fail("tree", "%s is a map with keys of type %v; a tree's maps have string keys", w.name(), v.Type().Key())
		}
		w.number('m', uint64(v.Len()))
		for _, k := range sortedKeys(v) {
			w.text(k.String())
			mark := w.enter("[", strconv.Quote(k.String()), "]")
			w.walk(v.MapIndex(k))
			w.leave(mark)
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.tag('0')
			return
		}
		if v.Kind() == reflect.Interface {
			w.number('i', uint64(typeID(v.Elem().Type())))
		} else {
			w.tag('&')
		}
		w.walk(v.Elem())
	}
}

func (w *walker) array(a *Array) {
	if a == nil {
		w.tag('-')
		return
	}
	if w.leaf {
		w.leaves = append(w.leaves, a)
	}
	if w.place {
		w.paths = append(w.paths, strings.TrimPrefix(string(w.path), "."))
	}
	if w.describe && a.n != nil {
		w.number('*', uint64(a.n.DType))
		for _, d := range a.n.Shape {
			w.number(',', uint64(d))
		}
	}
}

// static describes a value that holds no arrays. What has no contents to
// compare (functions, channels, pointers) is compared by identity.
func (w *walker) static(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		w.tag('f')
		if v.Bool() {
			w.tag('t')
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.number('n', uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.number('u', v.Uint())
	case reflect.Float32, reflect.Float64:
		w.number('d', math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		w.number('d', math.Float64bits(real(v.Complex())))
		w.number('d', math.Float64bits(imag(v.Complex())))
	case reflect.String:
		w.text(v.String())
	case reflect.Func:
		w.number('F', uint64(closurePointer(v)))
	case reflect.Struct:
		for i := range v.NumField() {
			w.static(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		w.number('[', uint64(v.Len()))
		for i := range v.Len() {
			w.static(v.Index(i))
		}
	case reflect.Map:
		w.text(fmt.Sprint(v)) // sorted by key
	default:
		w.number('p', uint64(v.Pointer()))
	}
}

func (w *walker) tag(c byte) {
	if w.describe {
		w.key = append(w.key, c)
	}
}

func (w *walker) number(c byte, n uint64) {
	if w.describe {
		w.key = binary.LittleEndian.AppendUint64(append(w.key, c), n)
	}
}

func (w *walker) text(s string) {
	if w.describe {
		w.number('s', uint64(len(s)))
		w.key = append(w.key, s...)
	}
}

func (w *walker) enter(parts ...string) int {
	mark := len(w.path)
	if w.place {
		for _, p := range parts {
			w.path = append(w.path, p...)
		}
	}
	return mark
}

func (w *walker) enterIndex(i int) int {
	if !w.place {
		return 0
	}
	return w.enter("[", strconv.Itoa(i), "]")
}

func (w *walker) leave(mark int) {
	if w.place {
		w.path = w.path[:mark]
	}
}

func (w *walker) name() string { return name(string(w.path)) }

func name(path string) string {
	if path = strings.TrimPrefix(path, "."); path == "" {
		return "the tree"
	}
	return path
}

var typeIDs struct {
	sync.Mutex
	ids map[reflect.Type]int
}

// typeID numbers types.
func typeID(t reflect.Type) int {
	typeIDs.Lock()
	defer typeIDs.Unlock()
	if typeIDs.ids == nil {
		typeIDs.ids = map[reflect.Type]int{}
	}
	id, ok := typeIDs.ids[t]
	if !ok {
		id = len(typeIDs.ids) + 1
		typeIDs.ids[t] = id
	}
	return id
}

// closurePointer tells closures of one function apart: they share their code
// but not what they captured.
func closurePointer(v reflect.Value) uintptr {
	if v.IsNil() {
		return 0
	}
	if v.CanAddr() {
		return *(*uintptr)(unsafe.Pointer(v.UnsafeAddr()))
	}
	if !v.CanInterface() {
		return v.Pointer() // of an unexported field of a copy: the code alone
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return *(*uintptr)(unsafe.Pointer(c.UnsafeAddr()))
}

func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

var holdsArrays sync.Map // reflect.Type to bool

// hasArrays reports whether a value of type t can hold arrays.
func hasArrays(t reflect.Type) bool {
	if has, ok := holdsArrays.Load(t); ok {
		return has.(bool)
	}
	has := canHold(t, nil)
	holdsArrays.Store(t, has)
	return has
}

func canHold(t reflect.Type, seen []reflect.Type) bool {
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
			if canHold(t.Field(i).Type, seen) {
				return true
			}
		}
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Pointer:
		return canHold(t.Elem(), seen)
	}
	return false
}

// rebuild copies a tree with new leaves, which it takes from next in order.
func rebuild[T any](t T, next func(old *Array) *Array) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(reflect.ValueOf(&t).Elem())
	replaceLeaves(out, next)
	return *out.Addr().Interface().(*T) // not out.Interface().(T), which fails for a nil interface
}

// replaceLeaves changes v, which is addressable and shares nothing that it
// changes with another tree after this.
func replaceLeaves(v reflect.Value, next func(*Array) *Array) {
	if !hasArrays(v.Type()) {
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

// flattenInto lists a tree's leaves in w, and describes the rest of it: a key under
// which Jit keeps what it compiled. It reuses w's memory. The tree must be
// addressed, so that what is in its unexported fields can be told apart.
func flattenInto[T any](w *walker, t *T) (key []byte) {
	*w = walker{leaf: true, describe: true, leaves: w.leaves[:0], key: w.key[:0]}
	w.walk(reflect.ValueOf(t).Elem())
	return w.key
}
