// The micro benchmarks: small programs, each of which leans on one part of Go. The same code runs as wasm, where JavaScript
// calls it (main_js.go), as WASI and natively (main_lines.go).
package main

// A topic repeats its work n times and returns a number that depends on all of it. The number is the same wherever the topic
// runs, so that whoever measures can tell that the work was done.
type topic func(n int) uint32

var topics = map[string]topic{
	"loops":           loops,
	"calls":           calls,
	"recursion":       recursion,
	"interface calls": interfaceCalls,
	"closures":        closures,
	"defer":           deferred,
	"panic, recover":  panics,
	"channels":        channels,
	"maps":            maps,
	"garbage":         garbage,
	"strings":         text,
	"memory copy":     memoryCopy,
	"sort":            sorted,
	"crc32":           checksums,
	"sha256":          digests,
	"matrix, float64": matrix,
	"encoding/json":   jsonRoundTrip,
	"regexp":          regularExpressions,
	"fmt":             formatted,
	"go/parser":       parsed,
}

// random is a small generator (xorshift32, Marsaglia 2003), so that inputs are the same everywhere.
type random uint32

func (r *random) next() uint32 {
	x := uint32(*r)
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*r = random(x)
	return x
}
