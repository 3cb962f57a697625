//go:build js

package workers

import (
	"context"
	"io"
	"net/http"
)

// transport makes each request of a handler's on behalf of the request that it handles.
type transport struct {
	base http.RoundTripper
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	x := exchangeOf(ctx)
	if x == nil {
		return t.base.RoundTrip(r)
	}
	type outcome struct {
		response *http.Response
		err      error
	}
	// What is begun here must be given up here, too, wherever ctx ends.
	inner, abort := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		x.enter()
		abort(context.Cause(ctx))
	})
	done := make(chan outcome, 1)
	go func() {
		x.enter()
		response, err := t.base.RoundTrip(r.WithContext(inner))
		done <- outcome{response, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			stop()
			if ctx.Err() != nil {
				o.err = ctx.Err()
			}
			return nil, o.err
		}
		o.response.Body = &tied{o.response.Body, x, stop}
		o.response.Request = r
		return o.response, nil
	case <-ctx.Done():
		go func() {
			if o := <-done; o.err == nil {
				x.enter()
				o.response.Body.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// tied is the body of an answer, read on behalf of the request that asked for it.
type tied struct {
	io.ReadCloser
	x    *exchange
	stop func() bool
}

func (b *tied) Read(p []byte) (int, error) {
	b.x.enter()
	return b.ReadCloser.Read(p)
}

func (b *tied) Close() error {
	b.stop()
	b.x.enter()
	return b.ReadCloser.Close()
}
