//go:build js

package workers

import (
	"context"
	"syscall/js"
)

// Enter waits until the host runs this goroutine on behalf of the request that ctx belongs to: see the package. It returns at
// once where that is so already, and where each request has its own instance.
func Enter(ctx context.Context) {
	if x := exchangeOf(ctx); x != nil {
		x.enter()
	}
}

// Env holds the bindings that the platform gives a request, its second argument: undefined outside of one.
func Env(ctx context.Context) js.Value { return ofRequest(ctx, "env") }

// Request is the Request of JavaScript's, with what a platform adds to it, such as cf.
func Request(ctx context.Context) js.Value { return ofRequest(ctx, "original") }

func ofRequest(ctx context.Context, name string) js.Value {
	x := exchangeOf(ctx)
	if x == nil {
		return js.Undefined()
	}
	x.enter()
	return x.side.Get(name)
}

// Binding is one of Env's; undefined if there is none of that name.
func Binding(ctx context.Context, name string) js.Value {
	env := Env(ctx)
	if env.Type() != js.TypeObject {
		return js.Undefined()
	}
	return env.Get(name)
}

// Getenv is a binding that is a text: a variable or a secret. Empty if there is none.
func Getenv(ctx context.Context, name string) string {
	if value := Binding(ctx, name); value.Type() == js.TypeString {
		return value.String()
	}
	return ""
}

// WaitUntil runs task in a goroutine and keeps the request alive for it after its answer, for as long as the platform allows.
// The task's context is the request's, but does not end with it.
func WaitUntil(ctx context.Context, task func(ctx context.Context)) {
	ctx = context.WithoutCancel(ctx)
	x := exchangeOf(ctx)
	if x != nil {
		x.hold()
	}
	go func() {
		if x != nil {
			defer x.release()
		}
		task(ctx)
	}()
}
