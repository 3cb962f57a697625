package main

import "syscall/js"

func init() { kinds["callbacks"] = callbacks }

// callbacks goes through JavaScript ten times on its way down, and what JavaScript calls goes down further.
func callbacks(levels int) int {
	each := levels / 10
	var callback js.Func
	callback = js.FuncOf(func(_ js.Value, args []js.Value) any { return through(args[0].Int(), each, callback) })
	defer callback.Release()
	return through(levels, each, callback)
}

func through(n, each int, callback js.Func) int {
	if n == 0 {
		return 0
	}
	if n%each == 1 {
		return callback.Invoke(n-1).Int() + 1
	}
	return through(n-1, each, callback) + 1
}
