// Answers the requests of the tests of gowasp/workers.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	gowasp "github.com/gowasp/gowasp/go"
	"github.com/gowasp/gowasp/go/workers"
)

var (
	mutex    sync.Mutex
	requests int
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, "Hello from Go")
	})
	http.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) {
		requests++
		fmt.Fprint(w, requests)
	})
	http.HandleFunc("/sleep", sleep)
	http.HandleFunc("/locked", locked)
	http.HandleFunc("/echo", echo)
	http.HandleFunc("/stream", stream)
	http.HandleFunc("/fetch", fetch)
	http.HandleFunc("/request", request)
	http.HandleFunc("/later", later)
	http.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("by hand") })
	http.HandleFunc("/panic-midway", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "half")
		w.(http.Flusher).Flush()
		panic("midway")
	})
	http.HandleFunc("/goroutine", func(http.ResponseWriter, *http.Request) {
		go func() { panic("in a goroutine") }()
		select {}
	})
	http.HandleFunc("/exit", func(http.ResponseWriter, *http.Request) { os.Exit(3) })
	http.HandleFunc("/never", func(http.ResponseWriter, *http.Request) { select {} })
	http.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	http.HandleFunc("/bad", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("not a name", "x")
	})
	workers.Serve(nil)
}

func milliseconds(r *http.Request) time.Duration {
	n, _ := strconv.Atoi(r.FormValue("ms"))
	return time.Duration(n) * time.Millisecond
}

// sleep sleeps twice, and reads the body after the first time, when others may have woken the program.
func sleep(w http.ResponseWriter, r *http.Request) {
	time.Sleep(milliseconds(r))
	body, err := io.ReadAll(r.Body)
	time.Sleep(milliseconds(r))
	fmt.Fprintf(w, "%s %v", body, err)
}

// locked has requests wait for each other.
func locked(w http.ResponseWriter, r *http.Request) {
	mutex.Lock()
	defer mutex.Unlock()
	body, err := io.ReadAll(r.Body)
	time.Sleep(milliseconds(r))
	fmt.Fprintf(w, "%s %v", body, err)
}

func echo(w http.ResponseWriter, r *http.Request) {
	buffer := make([]byte, 1000)
	for {
		n, err := r.Body.Read(buffer)
		w.Write(buffer[:n])
		w.(http.Flusher).Flush()
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "the body ended with:", err)
			panic(http.ErrAbortHandler)
		}
	}
}

// stream writes until the client goes away, or ten times.
func stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	for i := 0; i < 10; i++ {
		fmt.Fprintf(w, "data: %d\n", i)
		if err := control.Flush(); err != nil {
			fmt.Fprintln(os.Stderr, "stream:", err)
			return
		}
		select {
		case <-time.After(milliseconds(r)):
		case <-r.Context().Done():
			fmt.Fprintln(os.Stderr, "stream:", context.Cause(r.Context()))
			return
		}
	}
}

func fetch(w http.ResponseWriter, r *http.Request) {
	time.Sleep(milliseconds(r))
	ctx, cancel := context.WithTimeout(r.Context(), 300*time.Millisecond)
	defer cancel()
	out, err := http.NewRequestWithContext(ctx, "GET", r.FormValue("url"), nil)
	if err != nil {
		panic(err)
	}
	response, err := http.DefaultClient.Do(out)
	if err != nil {
		fmt.Fprint(w, "error: ", err)
		return
	}
	defer response.Body.Close()
	time.Sleep(milliseconds(r))
	body, err := io.ReadAll(response.Body)
	fmt.Fprintf(w, "%d %s %v", response.StatusCode, body, err)
}

func request(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Set-Cookie", "a=1")
	w.Header().Add("Set-Cookie", "b=2")
	w.WriteHeader(http.StatusTeapot)
	fmt.Fprintf(w, "%s %s %s %s %s %d %s %s", r.Method, r.Host, r.URL, r.RequestURI, r.Header.Get("X-Test"), r.ContentLength,
		workers.Getenv(r.Context(), "NAME"), os.Getenv("NAME"))
}

// later works on after its answer.
func later(w http.ResponseWriter, r *http.Request) {
	workers.WaitUntil(r.Context(), func(ctx context.Context) {
		time.Sleep(milliseconds(r))
		_, err := gowasp.Await(workers.Binding(ctx, "STORE").Call("put", "later", "done"))
		fmt.Fprintln(os.Stderr, "later:", err, ctx.Err())
	})
	fmt.Fprint(w, "now")
}
