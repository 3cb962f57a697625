//go:build js

package gowasp

import (
	"errors"
	"runtime/debug"
	"strings"
	"syscall/js"

	"github.com/gowasp/gowasp/go/internal/panics"
)

// Error is what JavaScript threw, or rejected a promise with: mostly one of its Error objects, but it may be anything.
type Error struct {
	Value js.Value
}

// Error returns the name and message of an Error of JavaScript; of anything else its text.
func (e *Error) Error() string {
	text := textOf(e.Value)
	if text == "" {
		return "JavaScript threw an empty text"
	}
	return text
}

// textOf is what String(value) is in JavaScript, and something where that throws.
func textOf(value js.Value) (text string) {
	defer func() {
		if recover() != nil {
			text = "a value without a text"
		}
	}()
	return js.Global().Get("String").Invoke(value).String()
}

// errorValue is what JavaScript gets for an error of Go: what JavaScript threw itself comes back unchanged.
func errorValue(err error) js.Value {
	switch known := err.(type) {
	case *Error:
		return known.Value
	case js.Error:
		return known.Value
	case *js.Error:
		return known.Value
	}
	value := js.Global().Get("Error").New(err.Error())
	var thrown *Error
	if errors.As(err, &thrown) {
		value.Set("cause", thrown.Value)
	}
	var panicked *panicError
	if errors.As(err, &panicked) {
		value.Set("stack", "Error: "+err.Error()+"\n\n"+panicked.stack)
	}
	return value
}

// panicError is a panic that was on its way into JavaScript.
type panicError struct {
	message string
	cause   error
	stack   string
}

func (p *panicError) Error() string { return "panic: " + p.message }
func (p *panicError) Unwrap() error { return p.cause }

// recovered turns a panic into an error.
func recovered(work func() (js.Value, error)) (value js.Value, err error) {
	defer func() {
		reason := recover()
		if reason == nil {
			return
		}
		cause, _ := reason.(error)
		if thrown, ok := reason.(js.Error); ok {
			cause = &Error{thrown.Value}
		}
		err = &panicError{panics.Text(reason), cause, strings.TrimSpace(string(debug.Stack()))}
	}()
	return work()
}
