//go:build js

package workers

import (
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall/js"

	"github.com/gowasp/gowasp/go/internal/panics"
)

// What is collected before the first bytes go out, as much as net/http collects. An answer that is shorter is one call.
const bufferSize = 4096

// response is the http.ResponseWriter of one request.
type response struct {
	x      *exchange
	isHead bool
	header http.Header
	// Those that are sent, from WriteHeader on.
	sent   http.Header
	status int
	buffer []byte
	// Whether the answer is on its way, piece by piece.
	begun bool
	err   error
}

func serve(handler http.Handler, x *exchange, r *http.Request) {
	w := &response{x: x, isHead: r.Method == http.MethodHead, header: http.Header{}}
	defer func() {
		reason := recover()
		if reason == nil {
			w.finish()
			return
		}
		x.enter()
		if reason == http.ErrAbortHandler {
			x.side.Call("abort")
			return
		}
		x.side.Call("panicked", "panic: "+panics.Text(reason)+"\n\n"+string(debug.Stack()))
	}()
	handler.ServeHTTP(w, r)
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if status < 100 || status > 599 {
		panic("invalid WriteHeader code " + strconv.Itoa(status))
	}
	if w.sent != nil || status < 200 {
		return
	}
	w.status, w.sent = status, w.header.Clone()
}

func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if !hasBody(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if w.err != nil {
		return 0, w.err
	}
	w.buffer = append(w.buffer, p...)
	if len(w.buffer) > bufferSize {
		if err := w.FlushError(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Flush sends what there is.
func (w *response) Flush() { _ = w.FlushError() }

// FlushError is what http.ResponseController flushes by.
func (w *response) FlushError() error {
	w.WriteHeader(http.StatusOK)
	if w.isHead || !hasBody(w.status) || w.err != nil {
		w.buffer = nil
		return w.err
	}
	w.x.enter()
	if !w.begun {
		w.sniff()
		w.begun = true
		w.x.side.Call("begin", head(w.status, w.sent))
	}
	if len(w.buffer) > 0 {
		w.x.side.Call("write", bytesToJS(w.buffer))
		w.buffer = w.buffer[:0]
		w.err = <-w.x.room
	}
	return w.err
}

func (w *response) finish() {
	w.WriteHeader(http.StatusOK)
	if w.begun {
		_ = w.FlushError()
		w.x.enter()
		w.x.side.Call("end")
		return
	}
	w.sniff()
	if w.isHead {
		w.buffer = nil
	}
	w.x.answer(w.status, w.sent, w.buffer)
}

// sniff says what the body is where the handler has not, as net/http does.
func (w *response) sniff() {
	_, isKnown := w.sent["Content-Type"]
	if !isKnown && len(w.buffer) > 0 && w.sent.Get("Content-Encoding") == "" {
		w.sent.Set("Content-Type", http.DetectContentType(w.buffer))
	}
}

// answer sends all there is.
func (x *exchange) answer(status int, header http.Header, body []byte) {
	x.enter()
	bytes := js.Null()
	if hasBody(status) && body != nil {
		bytes = bytesToJS(body)
	}
	x.side.Call("answer", head(status, header), bytes)
}

func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusResetContent && status != http.StatusNotModified
}

// The separators of lines that a value must not have; net/http replaces them, too.
var spaces = strings.NewReplacer("\n", " ", "\r", " ")

// head is status, names and values of headers, a line each.
func head(status int, header http.Header) string {
	var text strings.Builder
	text.WriteString(strconv.Itoa(status))
	for name, values := range header {
		for _, value := range values {
			text.WriteString("\n" + spaces.Replace(name) + "\n" + spaces.Replace(value))
		}
	}
	return text.String()
}

func bytesToJS(bytes []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(bytes))
	js.CopyBytesToJS(array, bytes)
	return array
}
