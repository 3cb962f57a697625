//go:build js

package gowasp

import "syscall/js"

// Await waits for a promise and returns its value; a value that is not a promise is returned as it is. The error is an
// [*Error] with the reason of the rejection.
//
// It blocks this goroutine only. In a function that JavaScript has called and that does not return a promise, it waits
// in vain: see [ExportAsync].
func Await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	fulfilled := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{value: args[0]}
		return nil
	})
	defer fulfilled.Release()
	rejected := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{err: &Error{args[0]}}
		return nil
	})
	defer rejected.Release()
	js.Global().Get("Promise").Call("resolve", promise).Call("then", fulfilled, rejected)
	result := <-settled
	return result.value, result.err
}

// isPromise reports whether value is a promise, or behaves like one.
func isPromise(value js.Value) bool {
	kind := value.Type()
	return (kind == js.TypeObject || kind == js.TypeFunction) && value.Get("then").Type() == js.TypeFunction
}
