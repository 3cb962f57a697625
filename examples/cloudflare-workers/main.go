// A worker for Cloudflare by net/http: greets, counts visits in KV, and passes a page on.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"

	gowasp "github.com/gowasp/gowasp/go"
	"github.com/gowasp/gowasp/go/workers"
)

func main() {
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!\n", workers.Getenv(r.Context(), "NAME"))
	})
	http.HandleFunc("/visits", visits)
	http.HandleFunc("/page", page)
	workers.Serve(nil)
}

// visits answers with what KV has, and stores one more after the answer.
func visits(w http.ResponseWriter, r *http.Request) {
	store := workers.Binding(r.Context(), "VISITS")
	value, err := gowasp.Await(store.Call("get", "count"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	count := 1
	if !value.IsNull() {
		if before, err := strconv.Atoi(value.String()); err == nil {
			count = before + 1
		}
	}
	workers.WaitUntil(r.Context(), func(context.Context) {
		if _, err := gowasp.Await(store.Call("put", "count", strconv.Itoa(count))); err != nil {
			log.Print(err)
		}
	})
	fmt.Fprintln(w, count)
}

// page passes on what is at the address, as it comes.
func page(w http.ResponseWriter, r *http.Request) {
	// With the request's context, so that it is fetched on behalf of this request, and given up with it.
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.FormValue("url"), nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
	w.WriteHeader(response.StatusCode)
	if _, err := io.Copy(w, response.Body); err != nil {
		log.Print(err)
	}
}
