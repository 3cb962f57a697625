//go:build js

package gowasp

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"syscall/js"
	"time"
)

// FromJS converts a value of JavaScript to Go, as described at the package. As with encoding/json, null and undefined are
// zero, properties that a struct does not have are ignored, and any gets the closest type.
func FromJS[T any](value js.Value) (T, error) {
	var result T
	err := fromJS(value, reflect.ValueOf(&result).Elem())
	return result, err
}

func fromJS(value js.Value, target reflect.Value) error {
	return decode(value, target, 0)
}

func decode(value js.Value, target reflect.Value, depth int) error {
	if depth > deepest {
		return errTooDeep
	}
	t := target.Type()
	if t == valueType {
		target.Set(reflect.ValueOf(value))
		return nil
	}
	if value.IsNull() || value.IsUndefined() {
		target.SetZero()
		return nil
	}
	switch t {
	case timeType:
		date, err := dateOf(value)
		target.Set(reflect.ValueOf(date))
		return err
	case errorType:
		target.Set(reflect.ValueOf(&Error{value}))
		return nil
	}
	switch t.Kind() {
	case reflect.Bool:
		if value.Type() != js.TypeBoolean {
			return wanted("a boolean", value)
		}
		target.SetBool(value.Bool())
	case reflect.String:
		if value.Type() != js.TypeString {
			return wanted("a string", value)
		}
		target.SetString(value.String())
	case reflect.Pointer:
		target.Set(reflect.New(t.Elem()))
		return decode(value, target.Elem(), depth+1)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return convertible(t, nil)
		}
		return decodeAny(value, target, depth)
	case reflect.Slice, reflect.Array:
		return decodeList(value, target, depth)
	case reflect.Map:
		return decodeMap(value, target, depth)
	case reflect.Struct:
		return decodeStruct(value, target, depth)
	case reflect.Func:
		if value.Type() != js.TypeFunction {
			return wanted("a function", value)
		}
		if err := convertible(t, nil); err != nil {
			return err
		}
		target.Set(importFunc(value, js.Undefined(), t))
	default:
		return decodeNumber(value, target)
	}
	return nil
}

func decodeNumber(value js.Value, target reflect.Value) error {
	if value.Type() != js.TypeNumber {
		return wanted("a number", value)
	}
	number := value.Float()
	fits := number == math.Trunc(number) && math.Abs(number) <= largest
	switch target.Kind() {
	case reflect.Float32, reflect.Float64:
		target.SetFloat(number)
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if fits && !target.OverflowInt(int64(number)) {
			target.SetInt(int64(number))
			return nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if fits && number >= 0 && !target.OverflowUint(uint64(number)) {
			target.SetUint(uint64(number))
			return nil
		}
	}
	return errors.New(strconv.FormatFloat(number, 'g', -1, 64) + " does not fit " + target.Type().String())
}

func decodeList(value js.Value, target reflect.Value, depth int) error {
	t := target.Type()
	if t.Elem().Kind() == reflect.Uint8 && !isArray(value) {
		bytes, ok := bytesOf(value)
		if !ok {
			return wanted("a Uint8Array", value)
		}
		if t.Kind() == reflect.Slice {
			target.SetBytes(bytes)
			return nil
		}
		if err := sameLength(len(bytes), target); err != nil {
			return err
		}
		reflect.Copy(target.Slice(0, len(bytes)), reflect.ValueOf(bytes))
		return nil
	}
	if !isArray(value) {
		return wanted("an Array", value)
	}
	length := value.Length()
	if t.Kind() == reflect.Slice {
		target.Set(reflect.MakeSlice(t, length, length))
	} else if err := sameLength(length, target); err != nil {
		return err
	}
	for i := 0; i < length; i++ {
		if err := decode(value.Index(i), target.Index(i), depth+1); err != nil {
			return within("["+strconv.Itoa(i)+"]", err)
		}
	}
	return nil
}

func sameLength(length int, target reflect.Value) error {
	if length == target.Len() {
		return nil
	}
	return errors.New("it has " + strconv.Itoa(length) + " items, not " + strconv.Itoa(target.Len()))
}

func decodeMap(value js.Value, target reflect.Value, depth int) error {
	if value.Type() != js.TypeObject {
		return wanted("an object", value)
	}
	t := target.Type()
	result := reflect.MakeMap(t)
	names := js.Global().Get("Object").Call("keys", value)
	for i := 0; i < names.Length(); i++ {
		name := names.Index(i).String()
		key, item := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		if err := decodeKey(name, key); err != nil {
			return err
		}
		if err := decode(value.Get(name), item, depth+1); err != nil {
			return within(name, err)
		}
		result.SetMapIndex(key, item)
	}
	target.Set(result)
	return nil
}

func decodeKey(name string, key reflect.Value) error {
	if key.Kind() == reflect.String {
		key.SetString(name)
		return nil
	}
	if n, err := strconv.ParseInt(name, 10, 64); err == nil && key.CanInt() && !key.OverflowInt(n) {
		key.SetInt(n)
		return nil
	}
	if n, err := strconv.ParseUint(name, 10, 64); err == nil && key.CanUint() && !key.OverflowUint(n) {
		key.SetUint(n)
		return nil
	}
	return errors.New("the property " + strconv.Quote(name) + " is no " + key.Type().String())
}

func decodeStruct(value js.Value, target reflect.Value, depth int) error {
	if value.Type() != js.TypeObject && value.Type() != js.TypeFunction {
		return wanted("an object", value)
	}
	for _, field := range fieldsOf(target.Type()) {
		if err := decode(value.Get(field.name), target.FieldByIndex(field.index), depth+1); err != nil {
			return within(field.name, err)
		}
	}
	return nil
}

func decodeAny(value js.Value, target reflect.Value, depth int) error {
	var item any
	switch value.Type() {
	case js.TypeBoolean:
		item = value.Bool()
	case js.TypeNumber:
		item = value.Float()
	case js.TypeString:
		item = value.String()
	case js.TypeObject:
		return decodeObject(value, target, depth)
	default:
		item = value
	}
	target.Set(reflect.ValueOf(item))
	return nil
}

func decodeObject(value js.Value, target reflect.Value, depth int) error {
	var item reflect.Value
	switch {
	case isArray(value):
		item = reflect.ValueOf(&[]any{}).Elem()
	case tagOf(value) == "Date":
		item = reflect.ValueOf(&time.Time{}).Elem()
	case tagOf(value) == "Error":
		target.Set(reflect.ValueOf(&Error{value}))
		return nil
	case tagOf(value) == "Object":
		item = reflect.ValueOf(&map[string]any{}).Elem()
	default:
		if bytes, ok := bytesOf(value); ok {
			target.Set(reflect.ValueOf(bytes))
		} else {
			target.Set(reflect.ValueOf(value))
		}
		return nil
	}
	if err := decode(value, item, depth+1); err != nil {
		return err
	}
	target.Set(item)
	return nil
}

// dateOf reads a Date, which has no more than milliseconds.
func dateOf(value js.Value) (time.Time, error) {
	if tagOf(value) != "Date" {
		return time.Time{}, wanted("a Date", value)
	}
	milliseconds := value.Call("getTime").Float()
	if math.IsNaN(milliseconds) {
		return time.Time{}, errors.New("the Date is invalid")
	}
	return time.UnixMilli(int64(milliseconds)), nil
}

// bytesOf copies what holds bytes.
func bytesOf(value js.Value) ([]byte, bool) {
	switch tagOf(value) {
	case "ArrayBuffer", "SharedArrayBuffer":
		value = js.Global().Get("Uint8Array").New(value)
	case "Uint8Array", "Uint8ClampedArray":
	default:
		return nil, false
	}
	bytes := make([]byte, value.Get("byteLength").Int())
	js.CopyBytesToGo(bytes, value)
	return bytes, true
}

func isArray(value js.Value) bool {
	return js.Global().Get("Array").Call("isArray", value).Bool()
}

// tagOf returns the kind of an object, even of one of another page or realm, for which instanceof does not work.
func tagOf(value js.Value) string {
	text := js.Global().Get("Object").Get("prototype").Get("toString").Call("call", value).String()
	return text[len("[object ") : len(text)-1]
}

func wanted(what string, value js.Value) error {
	return errors.New(what + " is wanted, not " + describe(value))
}

func describe(value js.Value) string {
	switch value.Type() {
	case js.TypeUndefined, js.TypeNull:
		return value.Type().String()
	case js.TypeNumber, js.TypeBoolean:
		return textOf(value)
	case js.TypeObject:
		return "an object (" + tagOf(value) + ")"
	}
	return "a " + value.Type().String()
}
