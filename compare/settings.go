package compare

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/fluxion-go/fluxion/internal/nearest"
)

// setting is a setting of a rule or an optimizer: an exported number or switch of
// its struct.
type setting struct {
	name  string
	value reflect.Value
}

// fields lists the settings of the struct that v holds; those of an embedded
// struct stand beside the others, those of a named one below its name.
func fields(v reflect.Value, prefix string) []setting {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	var list []setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		name := prefix + strings.ToLower(f.Name)
		switch kind := f.Type.Kind(); kind {
		case reflect.Float64, reflect.Bool, reflect.Int:
			if f.Type.Name() != kind.String() {
				continue // an enumeration
			}
			list = append(list, setting{name, v.Field(i)})
		case reflect.Struct:
			below := name + "."
			if f.Anonymous {
				below = prefix
			}
			list = append(list, fields(v.Field(i), below)...)
		}
	}
	return list
}

// settingNames lists the settings of what made points to, as name=value.
func settingNames(made any) []string {
	var names []string
	for _, f := range fields(reflect.ValueOf(made), "") {
		names = append(names, fmt.Sprintf("%s=%v", f.name, f.value.Interface()))
	}
	return names
}

// configure changes settings of what made points to. An interface in between is
// taken apart and put together again.
func configure(made any, set map[string]string) error {
	if len(set) == 0 {
		return nil
	}
	target := reflect.ValueOf(made).Elem()
	inner := target
	if target.Kind() == reflect.Interface && !target.IsNil() {
		inner = reflect.New(target.Elem().Type()).Elem()
		inner.Set(target.Elem())
	}
	list := fields(inner, "")
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.name
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		at := slices.Index(names, name)
		switch {
		case len(names) == 0:
			return fmt.Errorf("unknown setting %q: it has no settings", name)
		case at < 0:
			return fmt.Errorf("unknown setting %q%s; the settings are %s", name, nearest.DidYouMean(name, names), strings.Join(names, ", "))
		}
		if err := list[at].parse(set[name]); err != nil {
			return err
		}
	}
	if target != inner {
		target.Set(inner)
	}
	return nil
}

func (f setting) parse(text string) error {
	switch f.value.Kind() {
	case reflect.Float64:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("setting %s: %q is not a finite number", f.name, text)
		}
		f.value.SetFloat(v)
	case reflect.Int:
		v, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("setting %s: %q is not a whole number", f.name, text)
		}
		f.value.SetInt(int64(v))
	default:
		v, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("setting %s: %q is not true or false", f.name, text)
		}
		f.value.SetBool(v)
	}
	return nil
}
