//go:build js

package gowasp

import "syscall/js"

// throwing makes a JavaScript function that answers what call does, or throws its error.
//
// A js.Func can answer but not throw, and a function of JavaScript source that throws for it cannot be made where a policy
// forbids to evaluate strings (pages with a Content-Security-Policy, workerd). So it is put together from what each engine
// has:
//
//	thrower = new Proxy(f, { getOwnPropertyDescriptor: pop.bind(errors) })
//	caller  = new Proxy(thrower, { get: f })
//	result  = new Proxy(caller, { apply: Reflect.get }).bind()
//
// A call of result is Reflect.get(caller, undefined, arguments), which calls f(thrower, "undefined", arguments). Whatever a
// proxy's get answers, the engine compares it with the property of its target (ECMAScript, Proxy [[Get]], step 8), for
// which it asks thrower. What it finds there has been put there by f: either undefined, and all is well, or an object whose
// getter throws, so that the call throws.
//
// It is a stack, as other goroutines may run after f has answered, before the engine goes on, and may be in a call of the
// same function.
func throwing(name string, call func(args []js.Value) (js.Value, error)) js.Value {
	global := js.Global()
	errors := global.Get("Array").New()
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		// bind() asks for the name, too.
		if args[1].String() != "undefined" {
			errors.Call("push", js.Undefined())
			return name
		}
		list := args[2]
		given := make([]js.Value, list.Length())
		for i := range given {
			given[i] = list.Index(i)
		}
		value, err := recovered(func() (js.Value, error) { return call(given) })
		if err != nil {
			errors.Call("push", trap(errorValue(err)))
			return nil
		}
		errors.Call("push", js.Undefined())
		return value
	})
	proxy := func(target any, name string, trap any) js.Value {
		handler := global.Get("Object").New()
		handler.Set(name, trap)
		return global.Get("Proxy").New(target, handler)
	}
	thrower := proxy(f, "getOwnPropertyDescriptor", errors.Get("pop").Call("bind", errors))
	caller := proxy(thrower, "get", f)
	return global.Get("Function").Get("prototype").Get("bind").Call("call", proxy(caller, "apply", global.Get("Reflect").Get("get")))
}

// trap is an object that throws when a descriptor is read from it.
func trap(reason js.Value) js.Value {
	global := js.Global()
	signal := global.Get("AbortSignal").Call("abort", reason)
	getter := global.Get("Object").New()
	getter.Set("get", signal.Get("throwIfAborted").Call("bind", signal))
	return global.Get("Object").Call("defineProperty", global.Get("Object").New(), "enumerable", getter)
}
