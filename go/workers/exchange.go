//go:build js

package workers

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall/js"
)

// exchange is one request and its answer, on the side of Go.
type exchange struct {
	// The other side: loader/ts/edge/exchange.ts.
	side   js.Value
	cancel context.CancelCauseFunc
	// At most one answer is outstanding of each.
	chunks chan chunk
	room   chan error

	mutex   sync.Mutex
	waiting []chan struct{}
	// Tasks that go on after the handler, and whether that has returned.
	tasks  int
	isDone bool
	forget func()
}

type key struct{}

// exchangeOf is that of the request that a context belongs to.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(key{}).(*exchange)
	return x
}

// enter returns when the host runs this goroutine on behalf of its own request, at once if it already does. What it does then
// up to where it next waits is done there.
func (x *exchange) enter() {
	for {
		x.mutex.Lock()
		if x.side.Call("enter").Bool() {
			x.mutex.Unlock()
			return
		}
		wait := make(chan struct{})
		x.waiting = append(x.waiting, wait)
		x.mutex.Unlock()
		<-wait
	}
}

func (x *exchange) entered() {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	for _, wait := range x.waiting {
		close(wait)
	}
	x.waiting = nil
}

// hold keeps the request alive when its handler has returned, until release.
func (x *exchange) hold() {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	x.tasks++
}

func (x *exchange) release() {
	x.mutex.Lock()
	x.tasks--
	x.mutex.Unlock()
	x.closeIfDone()
}

// finish is for when the handler has returned.
func (x *exchange) finish(forget func()) {
	x.mutex.Lock()
	x.isDone, x.forget = true, forget
	x.mutex.Unlock()
	x.closeIfDone()
}

func (x *exchange) closeIfDone() {
	x.mutex.Lock()
	isOver := x.isDone && x.tasks == 0 && x.forget != nil
	forget := x.forget
	if isOver {
		x.forget = nil
	}
	x.mutex.Unlock()
	if !isOver {
		return
	}
	x.enter()
	forget()
	x.side.Call("done")
}

// request reads the request, of which all but the body is one text: method, address, whether there is a body, and names and
// values of headers, a line each.
func (x *exchange) request(ctx context.Context) (*http.Request, error) {
	lines := strings.Split(x.side.Get("head").String(), "\n")
	address, err := url.Parse(lines[1])
	if err != nil {
		return nil, err
	}
	header := make(http.Header, len(lines)/2)
	for fields := lines[3:]; len(fields) > 1; fields = fields[2:] {
		header.Add(fields[0], fields[1])
	}
	r := &http.Request{
		Method:     lines[0],
		URL:        &url.URL{Path: address.Path, RawPath: address.RawPath, RawQuery: address.RawQuery},
		RequestURI: address.RequestURI(),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     header,
		Host:       address.Host,
		Body:       http.NoBody,
	}
	if client := header.Get("Cf-Connecting-Ip"); client != "" {
		// Nobody tells the port.
		r.RemoteAddr = net.JoinHostPort(client, "0")
	}
	header.Del("Host")
	if lines[2] == "1" {
		r.ContentLength = -1
		if length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64); err == nil {
			r.ContentLength = length
		}
		r.Body = &body{x: x}
	}
	return r.WithContext(ctx), nil
}

// chunk is a piece of a body; neither bytes nor an error is its end.
type chunk struct {
	bytes []byte
	err   error
}

func chunkOf(bytes, text js.Value) chunk {
	if bytes.Type() != js.TypeObject {
		return chunk{err: problem(text)}
	}
	c := chunk{bytes: make([]byte, bytes.Get("byteLength").Int())}
	js.CopyBytesToGo(c.bytes, bytes)
	return c
}

// body is that of a request.
type body struct {
	x     *exchange
	rest  []byte
	err   error
	mutex sync.Mutex
}

func (b *body) Read(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for len(b.rest) == 0 && b.err == nil {
		b.x.enter()
		b.x.side.Call("read")
		next := <-b.x.chunks
		b.rest, b.err = next.bytes, next.err
		if next.bytes == nil && next.err == nil {
			b.err = io.EOF
		}
	}
	if len(b.rest) == 0 {
		return 0, b.err
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *body) Close() error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.err == nil {
		b.rest, b.err = nil, http.ErrBodyReadAfterClose
	}
	return nil
}
