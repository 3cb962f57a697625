//go:build js

package gowasp

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"syscall/js"
	"time"
)

var (
	valueType = reflect.TypeOf(js.Value{})
	funcType  = reflect.TypeOf(js.Func{})
	timeType  = reflect.TypeOf(time.Time{})
)

// The deepest nesting that is converted. What is deeper refers to itself, most likely.
const deepest = 1000

var errTooDeep = errors.New("nested too deeply; does it hold itself?")

// within says where an error was found.
func within(place string, err error) error {
	if err == nil {
		return nil
	}
	return &placeError{place, err}
}

type placeError struct {
	place string
	err   error
}

func (p *placeError) Error() string { return p.place + ": " + p.err.Error() }
func (p *placeError) Unwrap() error { return p.err }

// convertible says what of a type has no counterpart in JavaScript.
func convertible(t reflect.Type, above []reflect.Type) error {
	for _, known := range above {
		if known == t {
			return nil
		}
	}
	above = append(above, t)
	if t == valueType || t == funcType || t == timeType || t == errorType {
		return nil
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer, reflect.Uintptr:
		return errors.New(t.String() + " has no counterpart in JavaScript")
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return errors.New(t.String() + " has methods, which JavaScript does not know")
		}
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return convertible(t.Elem(), above)
	case reflect.Map:
		switch t.Key().Kind() {
		case reflect.Interface, reflect.Float32, reflect.Float64, reflect.Bool, reflect.Struct, reflect.Array, reflect.Pointer:
			return errors.New(t.String() + ": the keys of an object are strings")
		}
		return convertible(t.Elem(), above)
	case reflect.Struct:
		for _, field := range fieldsOf(t) {
			if err := convertible(t.FieldByIndex(field.index).Type, above); err != nil {
				return within("field "+field.name, err)
			}
		}
	case reflect.Func:
		for i := 0; i < t.NumIn(); i++ {
			if err := convertible(t.In(i), above); err != nil {
				return err
			}
		}
		for i := 0; i < t.NumOut(); i++ {
			if err := convertible(t.Out(i), above); err != nil {
				return err
			}
		}
	}
	return nil
}

// field is one of a struct that JavaScript sees.
type field struct {
	name      string
	index     []int
	omitEmpty bool
}

var known sync.Map

// fieldsOf are the fields of a struct as encoding/json would name them: by the tag json, else by their own name. Those of
// embedded structs without a name count as the struct's own.
func fieldsOf(t reflect.Type) []field {
	if fields, ok := known.Load(t); ok {
		return fields.([]field)
	}
	var fields []field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct && f.Type != timeType && f.Type != valueType {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
			continue
		}
		if !f.IsExported() || f.Tag.Get("json") == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		omitEmpty := strings.Contains(","+options+",", ",omitempty,")
		fields = append(fields, field{name, []int{i}, omitEmpty})
	}
	fields = outermost(fields)
	known.Store(t, fields)
	return fields
}

// outermost drops fields of embedded structs that another one hides.
func outermost(fields []field) []field {
	depth := map[string]int{}
	for _, f := range fields {
		if found, ok := depth[f.name]; !ok || len(f.index) < found {
			depth[f.name] = len(f.index)
		}
	}
	kept := fields[:0]
	for _, f := range fields {
		if len(f.index) == depth[f.name] {
			kept = append(kept, f)
		}
	}
	return kept
}
