// Command host runs a proxy-wasm filter in wazero, by the emulator of the SDK. What happens goes to standard output, a line each.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
)

func main() {
	code, err := os.ReadFile(os.Args[1])
	check(err)
	start := func(name string) func(path, body string) {
		vm, err := proxytest.NewWasmVMContext(code)
		check(err)
		host, _ := proxytest.NewHostEmulator(proxytest.NewEmulatorOption().WithPluginConfiguration([]byte("acme")).WithVMContext(vm))
		fmt.Println(name, "starts:", host.StartVM(), host.StartPlugin())
		host.RegisterForeignFunction("fails", func([]byte) []byte { panic("the host failed") })
		return func(path, body string) {
			id := host.InitializeHttpContext()
			failure := attempt(func() {
				headers := [][2]string{{":method", "POST"}, {":path", path}}
				action := host.CallOnRequestHeaders(id, headers, false)
				if answer := host.GetSentLocalResponse(id); answer != nil {
					fmt.Printf("  answered: %d %v %q\n", answer.StatusCode, answer.Headers, answer.Data)
					return
				}
				fmt.Println("  headers:", action, host.GetCurrentRequestHeaders(id))
				host.CallOnRequestBody(id, []byte(body), true)
				fmt.Printf("  body: %q\n", host.GetCurrentRequestBody(id))
				host.CompleteHttpContext(id)
			})
			requests, _ := host.GetCounterMetric("requests")
			logs := host.GetInfoLogs()
			fmt.Printf("%s %.20s: %d requests, %d logs, last %q %s\n", name, path, requests, len(logs), last(logs), failure)
		}
	}
	first := start("first")
	first("/users/7/posts", "a body")
	first("/nothing", "")
	// The same instance again after the host has left it in the middle of a call.
	for _, levels := range []int{0, 3, 200} {
		first("/deep/"+strings.Repeat("x", levels), "")
		first("/users/8", "again")
	}
	first("/panics", "")
	first("/users/9", "again")
}

// attempt is how f fails: the emulator panics.
func attempt(f func()) (failure string) {
	defer func() {
		if found := recover(); found != nil {
			failure, _, _ = strings.Cut(fmt.Sprint(found), "\n")
		}
	}()
	f()
	return ""
}

func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
