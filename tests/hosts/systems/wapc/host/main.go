// Command host calls a waPC guest by the library for hosts, in wazero. What happens goes to standard output, a line each.
//
//	host FILE [forget]
//
// The library starts `_start` and `wapc_init`, so `_initialize` is left to its caller; with `forget` nobody calls it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/wapc/wapc-go"
	"github.com/wapc/wapc-go/engines/wazero"
)

func main() {
	ctx := context.Background()
	code, err := os.ReadFile(os.Args[1])
	check(err)
	answer := func(_ context.Context, _, _, operation string, payload []byte) ([]byte, error) {
		switch operation {
		case "answers":
			return append([]byte("the host has read: "), payload...), nil
		case "refuses":
			return nil, errors.New("no")
		}
		panic("the host failed")
	}
	module, err := wazero.Engine().New(ctx, answer, code, &wapc.ModuleConfig{Stdout: os.Stdout, Stderr: os.Stderr})
	check(err)
	instance := func(name string) func(operation, payload string) {
		made, err := module.Instantiate(ctx)
		check(err)
		if len(os.Args) < 3 {
			_, err = made.(*wazero.Instance).UnwrapModule().ExportedFunction("_initialize").Call(ctx)
			check(err)
		}
		return func(operation, payload string) {
			result, err := made.Invoke(ctx, operation, []byte(payload))
			failure := ""
			if err != nil {
				failure, _, _ = strings.Cut(err.Error(), "\n")
			}
			fmt.Printf("%s %s: %q %s\n", name, operation, result, failure)
		}
	}
	list := `["pear", "apple", "orange", "banana"]`

	first := instance("first")
	first("sort", list)
	first("sort", "no JSON")
	first("ask", "a question")
	first("nothing", "")
	// The same instance again after the host has left it in the middle of a call.
	for _, levels := range []int{0, 3, 200} {
		first("deep", strings.Repeat("x", levels))
		first("sort", list)
	}
	// A panic ends a program, and wazero closes its module.
	first("panics", "x")
	first("sort", list)

	second := instance("second")
	second("sort", list)
	second("ask", "a question")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
