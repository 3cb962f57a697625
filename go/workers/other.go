//go:build !js

package workers

import (
	"context"
	"fmt"
	"net/http"
	"os"
)

// Serve answers requests with handler, or with http.DefaultServeMux if it is nil, at the port that the environment names, by
// default 8787. It does not return.
func Serve(handler http.Handler) {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8787"
	}
	fmt.Fprintln(os.Stderr, "http://localhost:"+port)
	panic(http.ListenAndServe("localhost:"+port, handler))
}

// Enter does nothing here.
func Enter(context.Context) {}

// Getenv is os.Getenv here.
func Getenv(_ context.Context, name string) string { return os.Getenv(name) }

// WaitUntil runs task in a goroutine. Its context is the request's, but does not end with it.
func WaitUntil(ctx context.Context, task func(ctx context.Context)) {
	go task(context.WithoutCancel(ctx))
}
