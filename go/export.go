//go:build js

package gowasp

import (
	"errors"
	"reflect"
	"strings"
	"syscall/js"
)

// Export offers a value to JavaScript, under a name of the global object. A function can be called as described at
// [Func]; anything else is converted once.
//
// It panics if the value cannot be converted.
func Export[T any](name string, value T) {
	if fn := reflect.ValueOf(value); fn.IsValid() && fn.Kind() == reflect.Func {
		js.Global().Set(name, funcOf(name, fn))
		return
	}
	converted, err := ToJS(value)
	if err != nil {
		panic("gowasp: Export of " + name + ": " + err.Error())
	}
	js.Global().Set(name, converted)
}

// ExportAsync offers a function that may wait: see [AsyncFunc].
func ExportAsync[F any](name string, fn F) {
	js.Global().Set(name, AsyncFunc(fn))
}

// Import returns a value of JavaScript, converted to Go. The name may be a path, such as document.title. A function is
// called with what comes before the last dot as its this.
//
//	fetchText, err := gowasp.Import[func(url string) (string, error)]("api.fetchText")
//
// If the last result of the Go function is an error, that is what JavaScript throws; otherwise the function panics. If
// JavaScript returns a promise, the function waits for it, unless its only result is a js.Value.
func Import[T any](name string) (T, error) {
	var result T
	this, value := js.Undefined(), js.Global()
	rest := name
	for rest != "" {
		var step string
		step, rest, _ = strings.Cut(rest, ".")
		if value.IsUndefined() || value.IsNull() {
			return result, errors.New("gowasp: Import of " + name + ": there is nothing with a property " + step)
		}
		this, value = value, property(value, step)
	}
	target := reflect.ValueOf(&result).Elem()
	if target.Kind() == reflect.Func {
		if err := convertible(target.Type(), nil); err != nil {
			return result, within("gowasp: Import of "+name, err)
		}
		if value.Type() != js.TypeFunction {
			return result, errors.New("gowasp: Import of " + name + ": a function is wanted, not " + describe(value))
		}
		target.Set(importFunc(value, this, target.Type()))
		return result, nil
	}
	if value.IsUndefined() {
		return result, errors.New("gowasp: Import of " + name + ": there is none")
	}
	return result, within("gowasp: Import of "+name, fromJS(value, target))
}

// property also works on primitive values.
func property(value js.Value, name string) js.Value {
	switch value.Type() {
	case js.TypeObject, js.TypeFunction:
		return value.Get(name)
	}
	return js.Global().Get("Object").Invoke(value).Get(name)
}
