// Command guest is an extism plugin, by its PDK for Go.
package main

import (
	"fmt"
	"strings"

	"github.com/extism/go-pdk"
)

// fails is a function of the host's that does not return.
//
//go:wasmimport extism:host/user fails
func fails(uint64) uint64

type counted struct {
	Words map[string]int `json:"words"`
	Calls int            `json:"calls"`
	Unit  string         `json:"unit"`
}

// count counts words; how often it was called is kept in a variable of the plugin's, the unit comes from its configuration.
//
//go:wasmexport count
func count() int32 {
	var input struct {
		Text string `json:"text"`
	}
	if err := pdk.InputJSON(&input); err != nil {
		pdk.SetError(err)
		return 1
	}
	calls := pdk.GetVarInt("calls") + 1
	pdk.SetVarInt("calls", calls)
	unit, _ := pdk.GetConfig("unit")
	result := counted{map[string]int{}, calls, unit}
	for _, word := range strings.Fields(input.Text) {
		result.Words[strings.ToLower(word)]++
	}
	if err := pdk.OutputJSON(result); err != nil {
		pdk.SetError(err)
		return 1
	}
	return 0
}

// deep calls the host from the bottom of a grown stack.
//
//go:wasmexport deep
func deep() int32 {
	pdk.OutputString(fmt.Sprint(descend(len(pdk.Input()))))
	return 0
}

//go:noinline
func descend(levels int) uint64 {
	var frame [64]uint64
	frame[levels%64] = uint64(levels)
	if levels == 0 {
		return fails(0)
	}
	return descend(levels-1) + frame[levels%64]
}

// panics does so after some work.
//
//go:wasmexport panics
func panics() int32 {
	words := strings.Fields(pdk.InputString())
	pdk.OutputString(words[len(words)])
	return 0
}

var spun uint32

// loops until the host has enough. It leaves Go's runtime alone: an instance that was interrupted in the middle of that is beyond help.
//
//go:wasmexport loops
func loops() int32 {
	for n := uint32(1); n != 0; n += 2 {
		spun = spun*31 + n
	}
	return int32(spun)
}

func main() {}
