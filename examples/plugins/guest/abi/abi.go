// Package abi is how these plugins and their hosts pass bytes: the host asks for memory, writes what it hands over, calls `handle` with
// the place, and reads the result from the place that `handle` returns.
package abi

import "unsafe"

var (
	serve func(input []byte) []byte
	// What the host has a place in: the collector must not take it.
	input, output []byte
)

// Serve says what the plugin does with what it is handed; call it in an init function.
func Serve(f func(input []byte) []byte) { serve = f }

// allocate returns the address of size bytes, which are the host's until the next call of handle.
//
//go:wasmexport allocate
func allocate(size uint32) uint32 {
	input = make([]byte, max(size, 1))
	return address(input)
}

// handle takes the place of its input, and returns that of its output: the address in the upper half, the size in the lower one.
//
//go:wasmexport handle
func handle(_ uint32, size uint32) uint64 {
	output = append(serve(input[:size]), 0)
	return uint64(address(output))<<32 | uint64(len(output)-1)
}

func address(bytes []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes)))) }
