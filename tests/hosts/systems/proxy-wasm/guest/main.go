// Command guest is a proxy-wasm filter by the SDK for Go.
package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func init() {
	proxywasm.SetPluginContext(func(uint32) types.PluginContext { return &plugin{} })
}

type plugin struct {
	types.DefaultPluginContext
	tenant   string
	requests proxywasm.MetricCounter
}

func (p *plugin) OnPluginStart(int) types.OnPluginStartStatus {
	configuration, err := proxywasm.GetPluginConfiguration()
	if err != nil {
		proxywasm.LogCriticalf("no configuration: %v", err)
		return types.OnPluginStartStatusFailed
	}
	p.tenant = string(configuration)
	p.requests = proxywasm.DefineCounterMetric("requests")
	return types.OnPluginStartStatusOK
}

func (p *plugin) NewHttpContext(id uint32) types.HttpContext { return &filter{plugin: p, id: id} }

type filter struct {
	types.DefaultHttpContext
	plugin *plugin
	id     uint32
}

var user = regexp.MustCompile(`^/users/(\d+)(?:/(\w+))?$`)

func (f *filter) OnHttpRequestHeaders(int, bool) types.Action {
	f.plugin.requests.Increment(1)
	path, err := proxywasm.GetHttpRequestHeader(":path")
	if err != nil {
		proxywasm.LogErrorf("no path: %v", err)
		return types.ActionContinue
	}
	switch found := user.FindStringSubmatch(path); {
	case found != nil:
		proxywasm.ReplaceHttpRequestHeader(":path", fmt.Sprintf("/v2/%s/user-%s/%s", f.plugin.tenant, found[1], found[2]))
		proxywasm.AddHttpRequestHeader("x-user", found[1])
	case strings.HasPrefix(path, "/deep/"):
		descend(len(path))
	case path == "/panics":
		proxywasm.AddHttpRequestHeader("x-second", strings.Split(path, "/")[2])
	default:
		proxywasm.SendHttpResponse(403, [][2]string{{"x-reason", "no user"}}, []byte("forbidden"), -1)
		return types.ActionPause
	}
	return types.ActionContinue
}

func (f *filter) OnHttpRequestBody(size int, _ bool) types.Action {
	body, err := proxywasm.GetHttpRequestBody(0, size)
	if err != nil {
		proxywasm.LogErrorf("no body: %v", err)
		return types.ActionContinue
	}
	proxywasm.ReplaceHttpRequestBody([]byte(strings.ToUpper(string(body))))
	return types.ActionContinue
}

func (f *filter) OnHttpStreamDone() { proxywasm.LogInfof("request %d is done", f.id) }

// descend calls the host from the bottom of a grown stack, where it fails.
//
//go:noinline
func descend(levels int) int {
	var frame [64]int
	frame[levels%64] = levels
	if levels == 0 {
		proxywasm.CallForeignFunction("fails", nil)
		return 0
	}
	return descend(levels-1) + frame[levels%64]
}

func main() {}
