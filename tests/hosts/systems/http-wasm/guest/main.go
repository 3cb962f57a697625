// Command guest is an http-wasm handler by the library for guests, which was written for TinyGo: with its build tag, and functions
// exported as Go does it.
package main

import (
	"fmt"
	"strings"
	_ "unsafe" // for go:linkname

	"github.com/http-wasm/http-wasm-guest-tinygo/handler"
	"github.com/http-wasm/http-wasm-guest-tinygo/handler/api"
)

//go:linkname request github.com/http-wasm/http-wasm-guest-tinygo/handler.handleRequest
func request() uint64

//go:linkname response github.com/http-wasm/http-wasm-guest-tinygo/handler.handleResponse
func response(context, isError uint32)

//go:wasmexport handle_request
func handleRequest() uint64 { return request() }

//go:wasmexport handle_response
func handleResponse(context, isError uint32) { response(context, isError) }

var requests uint32

func init() {
	handler.HandleRequestFn = func(request api.Request, response api.Response) (bool, uint32) {
		requests++
		path, rest, _ := strings.Cut(strings.TrimPrefix(request.GetURI(), "/"), "/")
		switch path {
		case "pass":
			request.SetURI("/" + rest)
			request.Headers().Set("X-Passed", fmt.Sprint(requests))
			return true, requests
		case "echo":
			response.SetStatusCode(201)
			response.Headers().Set("Content-Type", "text/plain")
			var body strings.Builder
			request.Body().WriteTo(&body)
			response.Body().WriteString(strings.ToUpper(body.String()))
		case "deep":
			descend(len(rest))
		case "panics":
			var names map[string]int
			names[rest] = 1
		default:
			response.SetStatusCode(404)
		}
		return false, 0
	}
	handler.HandleResponseFn = func(context uint32, _ api.Request, response api.Response, isError bool) {
		handler.Host.Log(api.LogLevelInfo, fmt.Sprintf("answered request %d, error: %v", context, isError))
	}
}

// descend logs from the bottom of a grown stack; the host fails there.
//
//go:noinline
func descend(levels int) int {
	var frame [64]int
	frame[levels%64] = levels
	if levels == 0 {
		handler.Host.Log(api.LogLevelError, "fail")
		return 0
	}
	return descend(levels-1) + frame[levels%64]
}

func main() {}
