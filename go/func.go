//go:build js

package gowasp

import (
	"errors"
	"reflect"
	"strconv"
	"syscall/js"
)

// Func makes a JavaScript function of a Go function, whose parameters and results are converted as described at the
// package. Missing arguments are zero, superfluous ones are ignored. If the last result is an error, the function throws
// it; a panic is thrown as well. Several results make an Array.
//
// It panics if fn is no function, or has a type that nothing can be converted to. The function stays for as long as the
// program does.
func Func[F any](fn F) js.Value {
	return funcOf("", reflect.ValueOf(fn))
}

// AsyncFunc is like [Func], but each call runs in a goroutine of its own and returns a promise, so that fn may wait for
// JavaScript. Arguments are converted before the call returns.
func AsyncFunc[F any](fn F) js.Value {
	s := signatureOf(reflect.ValueOf(fn))
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		in, err := s.arguments(args)
		return promiseOf(func() (js.Value, error) {
			if err != nil {
				return js.Value{}, err
			}
			return s.call(in)
		})
	}).Value
}

func funcOf(name string, fn reflect.Value) js.Value {
	s := signatureOf(fn)
	return throwing(name, func(args []js.Value) (js.Value, error) {
		in, err := s.arguments(args)
		if err != nil {
			return js.Value{}, err
		}
		return s.call(in)
	})
}

// signature is a Go function as JavaScript sees it.
type signature struct {
	fn reflect.Value
	// Without an error at the end.
	results int
	// Whether there is one.
	fails bool
}

var errorType = reflect.TypeOf((*error)(nil)).Elem()

func signatureOf(fn reflect.Value) signature {
	if fn.Kind() != reflect.Func || fn.IsNil() {
		panic("gowasp: a function is wanted, not " + kindName(fn))
	}
	t := fn.Type()
	for i := 0; i < t.NumIn(); i++ {
		mustConvert(t, t.In(i))
	}
	for i := 0; i < t.NumOut(); i++ {
		mustConvert(t, t.Out(i))
	}
	fails := t.NumOut() > 0 && t.Out(t.NumOut()-1) == errorType
	results := t.NumOut()
	if fails {
		results--
	}
	return signature{fn, results, fails}
}

func kindName(value reflect.Value) string {
	if !value.IsValid() {
		return "nil"
	}
	return value.Type().String()
}

func mustConvert(of, t reflect.Type) {
	if err := convertible(t, nil); err != nil {
		panic("gowasp: " + of.String() + ": " + err.Error())
	}
}

// arguments converts JavaScript's arguments to Go's parameters.
func (s signature) arguments(args []js.Value) ([]reflect.Value, error) {
	t := s.fn.Type()
	fixed := t.NumIn()
	if t.IsVariadic() {
		fixed--
	}
	in := make([]reflect.Value, 0, len(args))
	take := func(i int, t reflect.Type) error {
		value := reflect.New(t).Elem()
		if i < len(args) {
			if err := fromJS(args[i], value); err != nil {
				return within("argument "+strconv.Itoa(i+1), err)
			}
		}
		in = append(in, value)
		return nil
	}
	for i := 0; i < fixed; i++ {
		if err := take(i, t.In(i)); err != nil {
			return nil, err
		}
	}
	for i := fixed; t.IsVariadic() && i < len(args); i++ {
		if err := take(i, t.In(fixed).Elem()); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (s signature) call(in []reflect.Value) (js.Value, error) {
	out := s.fn.Call(in)
	if s.fails {
		if err, _ := out[s.results].Interface().(error); err != nil {
			return js.Value{}, err
		}
	}
	switch s.results {
	case 0:
		return js.Undefined(), nil
	case 1:
		return toJS(out[0], 0)
	}
	list := js.Global().Get("Array").New(s.results)
	for i := range out[:s.results] {
		value, err := toJS(out[i], 0)
		if err != nil {
			return js.Value{}, within("result "+strconv.Itoa(i+1), err)
		}
		list.SetIndex(i, value)
	}
	return list, nil
}

// importFunc makes a Go function of a JavaScript function.
func importFunc(fn, this js.Value, t reflect.Type) reflect.Value {
	fails := t.NumOut() > 0 && t.Out(t.NumOut()-1) == errorType
	results := t.NumOut()
	if fails {
		results--
	}
	return reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
		out := make([]reflect.Value, t.NumOut())
		for i := range out {
			out[i] = reflect.New(t.Out(i)).Elem()
		}
		err := callJS(fn, this, t, in, out[:results])
		if err == nil {
			return out
		}
		if !fails {
			panic(err)
		}
		out[results].Set(reflect.ValueOf(&err).Elem())
		return out
	})
}

// callJS calls fn, waits if the result is a promise and Go wants something else, and puts the result into out.
func callJS(fn, this js.Value, t reflect.Type, in, out []reflect.Value) error {
	if t.IsVariadic() {
		last := in[len(in)-1]
		in = in[:len(in)-1]
		for i := 0; i < last.Len(); i++ {
			in = append(in, last.Index(i))
		}
	}
	args := js.Global().Get("Array").New(len(in))
	for i, value := range in {
		arg, err := toJS(value, 0)
		if err != nil {
			return within("argument "+strconv.Itoa(i+1), err)
		}
		args.SetIndex(i, arg)
	}
	answer, err := caught(func() js.Value { return js.Global().Get("Reflect").Call("apply", fn, this, args) })
	if err != nil {
		return err
	}
	if isPromise(answer) && (len(out) != 1 || out[0].Type() != valueType) {
		if answer, err = Await(answer); err != nil {
			return err
		}
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return within("result", fromJS(answer, out[0]))
	}
	if !isArray(answer) || answer.Length() != len(out) {
		return errors.New("result: an Array of " + strconv.Itoa(len(out)) + " is wanted, not " + describe(answer))
	}
	for i := range out {
		if err := fromJS(answer.Index(i), out[i]); err != nil {
			return within("result "+strconv.Itoa(i+1), err)
		}
	}
	return nil
}

// caught turns an exception into an error.
func caught(call func() js.Value) (value js.Value, err error) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case js.Error:
			err = &Error{reason.Value}
		default:
			panic(reason)
		}
	}()
	return call(), nil
}
