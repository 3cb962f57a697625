//go:build js

package workers

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"syscall/js"
)

// What the host says, as in loader/ts/edge/exchange.ts.
const (
	eventRequest = iota
	eventEntered
	eventChunk
	eventRoom
	eventGone
)

// Serve answers requests with handler, or with http.DefaultServeMux if it is nil. It does not return.
//
// It panics where there is no host that has requests.
func Serve(handler http.Handler) {
	if handler == nil {
		handler = http.DefaultServeMux
	}
	host := js.Global().Get("gowaspWorkers")
	if host.Type() != js.TypeObject {
		panic("workers.Serve: nobody has requests for it; load the program by goHandler of gowasp/workers")
	}
	http.DefaultTransport = &transport{http.DefaultTransport}
	s := &server{handler: handler, exchanges: map[int]*exchange{}}
	host.Call("serve", js.FuncOf(s.event))
	select {}
}

// server is what all requests of a program have in common.
type server struct {
	handler   http.Handler
	mutex     sync.Mutex
	exchanges map[int]*exchange
}

// event takes (id of the exchange, kind of event, what belongs to it …).
func (s *server) event(_ js.Value, args []js.Value) any {
	id, kind := args[0].Int(), args[1].Int()
	if kind == eventRequest {
		s.begin(id, args[2])
		return nil
	}
	s.mutex.Lock()
	x := s.exchanges[id]
	s.mutex.Unlock()
	if x == nil {
		return nil
	}
	switch kind {
	case eventEntered:
		x.entered()
	case eventChunk:
		x.chunks <- chunkOf(args[2], args[3])
	case eventRoom:
		x.room <- problem(args[2])
	case eventGone:
		x.cancel(errGone)
	}
	return nil
}

func (s *server) begin(id int, side js.Value) {
	ctx, cancel := context.WithCancelCause(context.Background())
	x := &exchange{side: side, chunks: make(chan chunk, 1), room: make(chan error, 1), cancel: cancel}
	s.mutex.Lock()
	s.exchanges[id] = x
	s.mutex.Unlock()
	request, err := x.request(context.WithValue(ctx, key{}, x))
	go func() {
		defer func() {
			cancel(context.Canceled)
			x.finish(func() {
				s.mutex.Lock()
				delete(s.exchanges, id)
				s.mutex.Unlock()
			})
		}()
		if err != nil {
			x.answer(http.StatusBadRequest, http.Header{}, []byte(err.Error()))
			return
		}
		serve(s.handler, x, request)
	}()
}

var errGone = errors.New("the client has gone away")

// problem is what JavaScript says went wrong; nothing if that is undefined.
func problem(text js.Value) error {
	if text.Type() != js.TypeString {
		return nil
	}
	return errors.New(text.String())
}
