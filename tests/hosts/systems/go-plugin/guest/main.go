// Command guest is a plugin of go-plugin, for the service that go-plugin's own tests define.
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/knqyf263/go-plugin/tests/host-functions/proto"
)

func init() { proto.RegisterGreeter(&greeter{}) }

type greeter struct{ calls int }

// Greet does what the name says: it asks the host, returns an error, has the host fail, or panics.
func (g *greeter) Greet(ctx context.Context, request *proto.GreetRequest) (*proto.GreetReply, error) {
	g.calls++
	what, rest, _ := strings.Cut(request.GetName(), " ")
	switch what {
	case "refuse":
		return nil, errors.New("refused: " + rest)
	case "deep":
		return &proto.GreetReply{Message: fmt.Sprint(descend(ctx, len(rest)))}, nil
	case "panic":
		return &proto.GreetReply{Message: strings.Split(rest, " ")[g.calls*1000]}, nil
	}
	answer, err := proto.NewHostFunctions().ParseJson(ctx, &proto.ParseJsonRequest{Content: []byte(rest)})
	if err != nil {
		return nil, err
	}
	person := answer.GetResponse()
	return &proto.GreetReply{Message: fmt.Sprintf("%s %s (%d), call %d", what, person.GetName(), person.GetAge(), g.calls)}, nil
}

//go:noinline
func descend(ctx context.Context, levels int) int {
	var frame [64]int
	frame[levels%64] = levels
	if levels == 0 {
		answer, _ := proto.NewHostFunctions().ParseJson(ctx, &proto.ParseJsonRequest{Content: []byte("no JSON")})
		return int(answer.GetResponse().GetAge())
	}
	return descend(ctx, levels-1) + frame[levels%64]
}

func main() {}
