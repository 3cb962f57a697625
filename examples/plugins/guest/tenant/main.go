// Command tenant is what customers upload: one adds numbers, and the others have bugs.
package main

import (
	"fmt"
	"strings"

	"example.com/plugins/abi"
)

var (
	spun    uint32
	hoarded [][]byte
)

func init() { abi.Serve(run) }

func run(input []byte) []byte {
	words := strings.Fields(string(input))
	switch words[0] {
	case "add":
		sum := 0
		for _, word := range words[1:] {
			var number int
			fmt.Sscan(word, &number)
			sum += number
		}
		return []byte(fmt.Sprint(sum))
	case "panic":
		return []byte(words[len(words)])
	case "loop":
		for n := uint32(1); n != 0; n += 2 {
			spun = spun*31 + n
		}
	case "hoard":
		for {
			hoarded = append(hoarded, make([]byte, 1<<20))
		}
	}
	return []byte("unknown: " + words[0])
}

func main() {}
