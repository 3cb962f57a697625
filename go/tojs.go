//go:build js

package gowasp

import (
	"errors"
	"reflect"
	"strconv"
	"syscall/js"
	"time"
)

// The largest integer that a number of JavaScript's holds, as does each smaller one (Number.MAX_SAFE_INTEGER).
const largest = 1<<53 - 1

// ToJS gives a value of Go's as one of JavaScript's, as described at the package.
func ToJS(value any) (js.Value, error) {
	return toJS(reflect.ValueOf(value), 0)
}

func toJS(v reflect.Value, depth int) (js.Value, error) {
	if !v.IsValid() {
		return js.Null(), nil
	}
	if depth > deepest {
		return js.Value{}, errTooDeep
	}
	switch v.Type() {
	case valueType, funcType:
		return js.ValueOf(v.Interface()), nil
	case timeType:
		return js.Global().Get("Date").New(v.Interface().(time.Time).UnixMilli()), nil
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Func:
		if v.IsNil() {
			return js.Null(), nil
		}
	}
	if v.Type().Implements(errorType) {
		return errorValue(v.Interface().(error)), nil
	}
	switch v.Kind() {
	case reflect.Bool:
		return js.ValueOf(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := v.Int(); n > largest || n < -largest {
			return js.Value{}, errors.New(strconv.FormatInt(n, 10) + " is no integer that a number holds exactly")
		}
		return js.ValueOf(float64(v.Int())), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := v.Uint(); n > largest {
			return js.Value{}, errors.New(strconv.FormatUint(n, 10) + " is no integer that a number holds exactly")
		}
		return js.ValueOf(float64(v.Uint())), nil
	case reflect.Float32, reflect.Float64:
		return js.ValueOf(v.Float()), nil
	case reflect.String:
		return js.ValueOf(v.String()), nil
	case reflect.Interface, reflect.Pointer:
		return toJS(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return listToJS(v, depth)
	case reflect.Map:
		return mapToJS(v, depth)
	case reflect.Struct:
		return structToJS(v, depth)
	case reflect.Func:
		if err := convertible(v.Type(), nil); err != nil {
			return js.Value{}, err
		}
		return funcOf("", v), nil
	}
	return js.Value{}, errors.New(v.Type().String() + " has no counterpart in JavaScript")
}

func listToJS(v reflect.Value, depth int) (js.Value, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		list := js.Global().Get("Uint8Array").New(v.Len())
		if v.Kind() == reflect.Array && !v.CanAddr() {
			copied := reflect.New(v.Type()).Elem()
			copied.Set(v)
			v = copied
		}
		js.CopyBytesToJS(list, v.Slice(0, v.Len()).Bytes())
		return list, nil
	}
	list := js.Global().Get("Array").New(v.Len())
	for i := 0; i < v.Len(); i++ {
		item, err := toJS(v.Index(i), depth+1)
		if err != nil {
			return js.Value{}, within("["+strconv.Itoa(i)+"]", err)
		}
		list.SetIndex(i, item)
	}
	return list, nil
}

func mapToJS(v reflect.Value, depth int) (js.Value, error) {
	object := js.Global().Get("Object").New()
	for entries := v.MapRange(); entries.Next(); {
		name, err := keyText(entries.Key())
		if err != nil {
			return js.Value{}, err
		}
		item, err := toJS(entries.Value(), depth+1)
		if err != nil {
			return js.Value{}, within(name, err)
		}
		define(object, name, item)
	}
	return object, nil
}

// define sets a property, also one by the name __proto__.
func define(object js.Value, name string, value js.Value) {
	if name != "__proto__" {
		object.Set(name, value)
		return
	}
	descriptor := js.ValueOf(map[string]any{"value": value, "writable": true, "enumerable": true, "configurable": true})
	js.Global().Get("Object").Call("defineProperty", object, name, descriptor)
}

func keyText(key reflect.Value) (string, error) {
	switch key.Kind() {
	case reflect.String:
		return key.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(key.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(key.Uint(), 10), nil
	}
	return "", errors.New(key.Type().String() + " is no key of an object")
}

func structToJS(v reflect.Value, depth int) (js.Value, error) {
	object := js.Global().Get("Object").New()
	for _, field := range fieldsOf(v.Type()) {
		value := v.FieldByIndex(field.index)
		if field.omitEmpty && isEmpty(value) {
			continue
		}
		item, err := toJS(value, depth+1)
		if err != nil {
			return js.Value{}, within(field.name, err)
		}
		define(object, field.name, item)
	}
	return object, nil
}

// isEmpty is what omitempty of encoding/json leaves out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
