// Command guest is a waPC guest by its protocol: the library for guests is TinyGo's alone.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unsafe"
)

//go:wasmimport wapc __guest_request
func guestRequest(operation, payload unsafe.Pointer)

//go:wasmimport wapc __guest_response
func guestResponse(data unsafe.Pointer, size uint32)

//go:wasmimport wapc __guest_error
func guestError(data unsafe.Pointer, size uint32)

//go:wasmimport wapc __host_call
func hostCall(binding unsafe.Pointer, bindingSize uint32, namespace unsafe.Pointer, namespaceSize uint32,
	operation unsafe.Pointer, operationSize uint32, payload unsafe.Pointer, payloadSize uint32) uint32

//go:wasmimport wapc __host_response_len
func hostResponseSize() uint32

//go:wasmimport wapc __host_response
func hostResponse(data unsafe.Pointer)

var calls int

// guestCall is what the host calls.
//
//go:wasmexport __guest_call
func guestCall(operationSize, payloadSize uint32) uint32 {
	operation, payload := make([]byte, operationSize+1), make([]byte, payloadSize+1)
	guestRequest(unsafe.Pointer(&operation[0]), unsafe.Pointer(&payload[0]))
	calls++
	result, err := perform(string(operation[:operationSize]), payload[:payloadSize])
	if err != nil {
		text := err.Error()
		guestError(unsafe.Pointer(unsafe.StringData(text)), uint32(len(text)))
		return 0
	}
	guestResponse(unsafe.Pointer(unsafe.SliceData(result)), uint32(len(result)))
	return 1
}

func perform(operation string, payload []byte) ([]byte, error) {
	switch operation {
	case "sort":
		var list []string
		if err := json.Unmarshal(payload, &list); err != nil {
			return nil, err
		}
		sort.Strings(list)
		return json.Marshal(map[string]any{"sorted": list, "calls": calls})
	case "ask":
		return ask("answers", payload), nil
	case "deep":
		return []byte(fmt.Sprint(descend(len(payload)))), nil
	case "panics":
		return payload[:len(payload)+calls*1000], nil
	}
	return nil, errors.New("no operation " + operation)
}

// ask calls the host.
func ask(operation string, payload []byte) []byte {
	empty := "-"
	text := func(s string) (unsafe.Pointer, uint32) { return unsafe.Pointer(unsafe.StringData(s)), uint32(len(s)) }
	binding, bindingSize := text(empty)
	data, size := text(operation)
	payload = append(payload, 0)
	if hostCall(binding, bindingSize, binding, bindingSize, data, size, unsafe.Pointer(&payload[0]), uint32(len(payload)-1)) == 0 {
		return []byte("refused")
	}
	result := make([]byte, hostResponseSize()+1)
	hostResponse(unsafe.Pointer(&result[0]))
	return []byte(strings.ToUpper(string(result[:len(result)-1])))
}

//go:noinline
func descend(levels int) int {
	var frame [64]int
	frame[levels%64] = levels
	if levels == 0 {
		return len(ask("fails", nil))
	}
	return descend(levels-1) + frame[levels%64]
}

func main() {}
