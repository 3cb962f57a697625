//go:build js

package gowasp

import (
	"errors"
	"syscall/js"
)

// Promise runs work in a goroutine of its own, and answers at once with a promise of its result. An error or a panic of work
// rejects it, and so does a result that JavaScript cannot have.
func Promise[T any](work func() (T, error)) js.Value {
	return promiseOf(func() (js.Value, error) {
		result, err := work()
		if err != nil {
			return js.Value{}, err
		}
		return ToJS(result)
	})
}

var errNoAnswer = errors.New("the goroutine ended without an answer")

func promiseOf(work func() (js.Value, error)) js.Value {
	var resolve, reject js.Value
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject = args[0], args[1]
		return nil
	})
	defer executor.Release()
	promise := js.Global().Get("Promise").New(executor)
	go func() {
		// What stays, where the goroutine ends by runtime.Goexit.
		err := errNoAnswer
		var value js.Value
		defer func() {
			if err != nil {
				reject.Invoke(errorValue(err))
			} else {
				resolve.Invoke(value)
			}
		}()
		value, err = recovered(work)
	}()
	return promise
}
