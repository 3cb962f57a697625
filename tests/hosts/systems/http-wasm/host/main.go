// Command host has an http-wasm guest as middleware in a server of net/http. What happens goes to standard output, a line each.
//
//	host FILE [forget]
//
// With `forget` nobody calls `_initialize`, as it is unless the host is told to.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/http-wasm/http-wasm-host-go/api"
	"github.com/http-wasm/http-wasm-host-go/handler"
	wasm "github.com/http-wasm/http-wasm-host-go/handler/nethttp"
	"github.com/tetratelabs/wazero"
)

// failing logs, and fails when it is asked to.
type failing struct{}

func (failing) IsEnabled(api.LogLevel) bool { return true }
func (failing) Log(_ context.Context, _ api.LogLevel, message string) {
	if message == "fail" {
		panic("the host failed")
	}
	fmt.Println("  logged:", message)
}

func main() {
	ctx := context.Background()
	code, err := os.ReadFile(os.Args[1])
	check(err)
	config := wazero.NewModuleConfig().WithStderr(os.Stderr).WithSysWalltime()
	if len(os.Args) < 3 {
		config = config.WithStartFunctions("_initialize")
	}
	serve := func(name string) func(method, path, body string) {
		middleware, err := wasm.NewMiddleware(ctx, code, handler.ModuleConfig(config), handler.Logger(failing{}))
		check(err)
		next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s of %s, passed as %s", r.Method, r.URL, r.Header.Get("X-Passed"))
		})
		server := middleware.NewHandler(ctx, next)
		return func(method, path, body string) {
			recorder := httptest.NewRecorder()
			func() {
				// Where a request fails, the middleware panics, as net/http's servers expect it.
				defer func() {
					if failure := recover(); failure != nil {
						text, _, _ := strings.Cut(fmt.Sprint(failure), "\n")
						fmt.Println("  failed:", text)
					}
				}()
				server.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
			}()
			answer, err := io.ReadAll(recorder.Result().Body)
			check(err)
			fmt.Printf("%s %s %.20s: %d %v %q\n", name, method, path, recorder.Code, recorder.Result().Header, answer)
		}
	}
	first := serve("first")
	first("GET", "/pass/users/1?x=y", "")
	first("POST", "/echo", strings.Repeat("a body ", 10))
	first("GET", "/nothing", "")
	// Again after the host has left the guest in the middle of a call.
	for _, levels := range []int{0, 3, 200} {
		first("GET", "/deep/"+strings.Repeat("x", levels), "")
		first("POST", "/echo", "again")
	}
	// A panic ends a program, and wazero closes its module.
	first("GET", "/panics/x", "")
	first("POST", "/echo", "again")

	second := serve("second")
	second("GET", "/pass/users/2", "")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
