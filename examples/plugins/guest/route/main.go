// Command route is a rule of a gateway: which backend gets a request.
package main

import (
	"encoding/json"
	"hash/crc32"
	"regexp"

	"example.com/plugins/abi"
)

type request struct {
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
}

var users = regexp.MustCompile(`^/v(\d+)/users/([^/]+)`)

func init() {
	abi.Serve(func(input []byte) []byte {
		var asked request
		if err := json.Unmarshal(input, &asked); err != nil {
			return []byte("error: " + err.Error())
		}
		return []byte(choose(asked))
	})
}

func choose(asked request) string {
	if asked.Headers["x-canary"] == "yes" {
		return "canary"
	}
	found := users.FindStringSubmatch(asked.Path)
	switch {
	case found == nil:
		return "static"
	case found[1] == "1":
		return "legacy"
	case crc32.ChecksumIEEE([]byte(found[2]))%2 == 0:
		return "users-a"
	}
	return "users-b"
}

func main() {}
