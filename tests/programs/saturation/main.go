// Command saturation converts floats that do not fit to integers. Go leaves the result to the implementation; on wasm it
// is the nearest value, and an optimizer must not change it.
package main

import (
	"fmt"
	"math"
)

//go:noinline
func opaque[T any](v T) T { return v }

func main() {
	for _, f := range []float64{1e300, -1e300, math.Inf(1), math.Inf(-1), math.NaN(), 1 << 63, -1 << 63, 1 << 64, -1, 3e9, -3e9} {
		f = opaque(f)
		fmt.Println(f, int64(f), uint64(f), int64(float32(f)), uint64(float32(f)))
		fmt.Println("   ", int32(int64(f)), uint32(uint64(f)), int64(f)>>1, uint64(f)&0xff, int64(f) == int64(uint64(f)))
	}
}
