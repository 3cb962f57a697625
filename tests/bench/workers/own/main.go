// Says hello by the package workers of this repository.
package main

import (
	"net/http"

	"github.com/gowasp/gowasp/go/workers"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("Hello!"))
	})
	workers.Serve(nil)
}
