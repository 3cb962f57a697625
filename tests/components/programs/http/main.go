// Command http answers requests of wasi:http, by the canonical ABI written out: what is asked for, and a number of garbage collections
// that shows that the runtime is alive.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

var pinned = map[unsafe.Pointer][]uint64{}

//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(uintptr(align))
	}
	words := make([]uint64, (size+7)/8)
	block := unsafe.Pointer(&words[0])
	if old != nil && oldSize > 0 {
		copy(unsafe.Slice((*byte)(block), size), unsafe.Slice((*byte)(old), oldSize))
	}
	pinned[block] = words
	return block
}

//go:wasmimport wasi:http/types@0.2.12 [constructor]fields
func newFields() uint32

//go:wasmimport wasi:http/types@0.2.12 [constructor]outgoing-response
func newResponse(headers uint32) uint32

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-response.body
func responseBody(response uint32, result unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [static]response-outparam.set
func setResponse(out, isError, response, code uint32, detail uint64, a, b, c, d uint32)

//go:wasmimport wasi:http/types@0.2.12 [method]incoming-request.path-with-query
func requestPath(request uint32, result unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [resource-drop]incoming-request
func dropRequest(request uint32)

//go:wasmimport wasi:http/types@0.2.12 [method]outgoing-body.write
func bodyStream(body uint32, result unsafe.Pointer)

//go:wasmimport wasi:http/types@0.2.12 [static]outgoing-body.finish
func finishBody(body, hasTrailers, trailers uint32, result unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [method]output-stream.blocking-write-and-flush
func writeAndFlush(stream uint32, data unsafe.Pointer, size uint32, result unsafe.Pointer)

//go:wasmimport wasi:io/streams@0.2.12 [resource-drop]output-stream
func dropStream(stream uint32)

// Most bytes of one blocking-write-and-flush.
const most = 4096

//go:wasmexport wasi:http/incoming-handler@0.2.12#handle
func handle(request, out uint32) {
	clear(pinned)
	var path struct{ some, data, size uint32 }
	requestPath(request, unsafe.Pointer(&path))
	asked := "nothing"
	if path.some != 0 {
		asked = strings.Clone(unsafe.String((*byte)(unsafe.Pointer(uintptr(path.data))), path.size))
	}
	dropRequest(request)
	for i := 0; i < 20; i++ {
		_ = make([]byte, 1<<20)
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	answer := fmt.Sprintf("%s was asked for, collected: %v\n", asked, stats.NumGC > 0)

	response := newResponse(newFields())
	var body, stream, done [10]uint32
	responseBody(response, unsafe.Pointer(&body))
	setResponse(out, 0, response, 0, 0, 0, 0, 0, 0)
	bodyStream(body[1], unsafe.Pointer(&stream))
	for text := []byte(strings.Repeat(answer, 200)); len(text) > 0; text = text[min(most, len(text)):] {
		writeAndFlush(stream[1], unsafe.Pointer(&text[0]), uint32(min(most, len(text))), unsafe.Pointer(&done))
	}
	dropStream(stream[1])
	finishBody(body[1], 0, 0, unsafe.Pointer(&done))
}

func main() {}
