// Command slug is a user-defined function for a database: a title becomes a part of an address.
package main

import (
	"regexp"
	"strings"

	"example.com/plugins/abi"
)

var between = regexp.MustCompile(`[^a-z0-9]+`)

func init() {
	abi.Serve(func(title []byte) []byte {
		return []byte(strings.Trim(between.ReplaceAllString(strings.ToLower(string(title)), "-"), "-"))
	})
}

func main() {}
