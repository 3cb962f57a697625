// Command host calls a plugin of go-plugin, which runs it in wazero. What happens goes to standard output, a line each.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/knqyf263/go-plugin/tests/host-functions/proto"
	"github.com/tetratelabs/wazero"
)

// functions are the host's; go-plugin panics where one returns an error.
type functions struct{}

func (functions) ParseJson(_ context.Context, request *proto.ParseJsonRequest) (*proto.ParseJsonResponse, error) {
	var person proto.Person
	if err := json.Unmarshal(request.GetContent(), &person); err != nil {
		return nil, err
	}
	return &proto.ParseJsonResponse{Response: &person}, nil
}

func main() {
	ctx := context.Background()
	config := wazero.NewModuleConfig().WithStartFunctions("_initialize").WithStdout(os.Stdout).WithStderr(os.Stderr)
	service, err := proto.NewGreeterPlugin(ctx, proto.WazeroModuleConfig(config))
	check(err)
	instance := func(name string) func(what string) {
		plugin, err := service.Load(ctx, os.Args[1], functions{})
		check(err)
		return func(what string) {
			reply, err := plugin.Greet(ctx, &proto.GreetRequest{Name: what})
			failure := ""
			if err != nil {
				failure, _, _ = strings.Cut(err.Error(), "\n")
			}
			fmt.Printf("%s %.20s: %q %s\n", name, what, reply.GetMessage(), failure)
		}
	}
	hello := `hello {"name": "Ada", "age": 36}`

	first := instance("first")
	first(hello)
	first("refuse this")
	// The same instance again after the host has left it in the middle of a call.
	for _, levels := range []int{0, 3, 200} {
		first("deep " + strings.Repeat("x", levels))
		first(hello)
	}
	first("panic of mine")
	first(hello)

	second := instance("second")
	second("panic of mine")
	second(hello)

	third := instance("third")
	third(hello)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
