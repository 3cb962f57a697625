// Command plugin is what plugins are made of: a rule, a codec, a function on JSON, text, and hashing. Each export takes a number that it
// makes its input of, and returns a checksum.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"regexp"
	"sort"
	"strings"
)

var route = regexp.MustCompile(`^/api/v(\d+)/users/([a-z0-9-]+)(?:/(posts|likes))?$`)

// routing matches paths against a pattern, and picks a backend.
//
//go:wasmexport routing
func routing(n int32) int64 {
	var sum int64
	for i := int32(0); i < 50; i++ {
		path := fmt.Sprintf("/api/v%d/users/user-%d/posts", i%3, n+i)
		if found := route.FindStringSubmatch(path); found != nil {
			sum += int64(crc32.ChecksumIEEE([]byte(found[2])) % 16)
		}
	}
	return sum
}

type event struct {
	ID    int               `json:"id"`
	Name  string            `json:"name"`
	Score float64           `json:"score"`
	Tags  map[string]string `json:"tags"`
}

// sorting reads JSON, sorts, and writes JSON.
//
//go:wasmexport sorting
func sorting(n int32) int64 {
	var events []event
	for i := 0; i < 40; i++ {
		events = append(events, event{i, fmt.Sprint("event ", (int(n)+i*7919)%101), float64(i) / 3, map[string]string{"k": "v"}})
	}
	text, _ := json.Marshal(events)
	var back []event
	if json.Unmarshal(text, &back) != nil {
		return -1
	}
	sort.Slice(back, func(i, j int) bool { return back[i].Name < back[j].Name })
	text, _ = json.Marshal(back)
	return int64(crc32.ChecksumIEEE(text))
}

// codec packs readings of a sensor, and unpacks them.
//
//go:wasmexport codec
func codec(n int32) int64 {
	buffer := make([]byte, 0, 4096)
	for i := 0; i < 500; i++ {
		buffer = binary.AppendVarint(buffer, int64(n)*int64(i)-1000)
		buffer = binary.BigEndian.AppendUint16(buffer, uint16(i))
	}
	var sum int64
	for rest := buffer; len(rest) > 0; {
		value, size := binary.Varint(rest)
		sum += value + int64(binary.BigEndian.Uint16(rest[size:]))
		rest = rest[size+2:]
	}
	return sum
}

// words counts words.
//
//go:wasmexport words
func words(n int32) int64 {
	counts := map[string]int{}
	for _, word := range strings.Fields(strings.Repeat(fmt.Sprint("the quick brown fox ", n, " jumps over the lazy dog "), 60)) {
		counts[strings.ToUpper(word)]++
	}
	return int64(len(counts)*1000 + counts["THE"])
}

// hashing hashes blocks.
//
//go:wasmexport hashing
func hashing(n int32) int64 {
	block := make([]byte, 8192)
	block[0] = byte(n)
	sum := sha256.Sum256(block)
	return int64(binary.LittleEndian.Uint64(sum[:]) >> 1)
}

func main() {}
