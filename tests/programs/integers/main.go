// Command integers computes with every width of integer: wrap-around, shifts, division, bit counting and 128-bit products.
//
// Values go through a function that is not inlined, so that the wasm does the work.
package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"hash/maphash"
	"math"
	"math/bits"
)

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

//go:noinline
func opaque[T any](v T) T { return v }

func main() {
	wrap[int8](127, -128)
	wrap[int16](32767, -32768)
	wrap[int32](math.MaxInt32, math.MinInt32)
	wrap[int64](math.MaxInt64, math.MinInt64)
	wrap[uint8](255, 7)
	wrap[uint16](65535, 300)
	wrap[uint32](math.MaxUint32, 70000)
	wrap[uint64](math.MaxUint64, 1<<40+1)
	wrap[int](1<<62, -3)
	wrap[uintptr](1<<31, 3)
	shifts()
	constantDivisors()
	counting()
	wide()
	conversions()
	hashes()
	byteOrder()
	comparisons()
	fmt.Println("collatz", collatz(837799), "gcd", gcd(1071*65537, 462*65537), "popcount", swar(0xdeadbeefcafebabe))
}

//go:noinline
func wrap[T integer](a, b T) {
	fmt.Print(a+b, a-b, b-a, a*b, " ", a/b, a%b, b/a, b%a, " ", a&b, a|b, a^b, a&^b, ^a, -b, " ")
	fmt.Print(a+1, b-1, a<<3, a>>3, b>>1, a<<63, b>>63, a == b, a < b, a >= b, "\n")
}

func shifts() {
	for _, n := range []uint{0, 1, 31, 32, 33, 63, 64, 65, 200} {
		n = opaque(n)
		fmt.Print(int64(-5)>>n, " ", int64(5)<<n, " ", uint64(math.MaxUint64)>>n, " ", int32(-5)>>n, " ", uint32(5)<<n, " ", int8(-128)>>n, " ", uint16(40000)>>n, "; ")
	}
	fmt.Println()
	var total uint64
	for i := int8(-128); i < 127; i++ {
		total += uint64(opaque(uint8(i)) >> (uint8(i) & 7))
		total = bits.RotateLeft64(total, int(i))
	}
	fmt.Println("shifted", total)
}

// constantDivisors are strength-reduced by the compiler; compare with division by a variable.
func constantDivisors() {
	wrong := 0
	for i := int64(-100000); i < 100000; i += 37 {
		v := opaque(i * 1000003)
		for _, pair := range [][2]int64{
			{v / 3, v / opaque(int64(3))}, {v / 7, v / opaque(int64(7))}, {v % 10, v % opaque(int64(10))}, {v / 1000000007, v / opaque(int64(1000000007))},
			{v / -5, v / opaque(int64(-5))}, {v / 64, v / opaque(int64(64))}, {v % 64, v % opaque(int64(64))}, {v % 365, v - v/365*365},
			{int64(uint64(v) / 10), int64(uint64(v) / opaque(uint64(10)))}, {int64(uint32(v) / 641), int64(uint32(v) / opaque(uint32(641)))},
			{int64(int32(v) % 3), int64(int32(v) % opaque(int32(3)))}, {int64(int8(v) / 3), int64(int8(v) / opaque(int8(3)))},
		} {
			if pair[0] != pair[1] {
				wrong++
			}
		}
	}
	fmt.Println("divisors wrong:", wrong, math.MinInt64/opaque(int64(-1)), math.MinInt64%opaque(int64(-1)), opaque(int32(math.MinInt32))/-1)
}

func counting() {
	for _, v := range []uint64{0, 1, 0xff00, 1 << 63, math.MaxUint64, 0x0123456789abcdef} {
		v = opaque(v)
		fmt.Print(bits.LeadingZeros64(v), bits.TrailingZeros64(v), bits.OnesCount64(v), bits.Len32(uint32(v)), bits.TrailingZeros16(uint16(v)), bits.OnesCount8(uint8(v)), " ")
		fmt.Printf("%x %x %x %x ", bits.Reverse64(v), bits.ReverseBytes32(uint32(v)), bits.RotateLeft32(uint32(v), 7), bits.RotateLeft64(v, -13))
	}
	fmt.Println()
}

func wide() {
	a, b := opaque(uint64(0xfedcba9876543210)), opaque(uint64(0x0f1e2d3c4b5a6978))
	hi, lo := bits.Mul64(a, b)
	quotient, remainder := bits.Div64(hi, lo, a)
	sum, carry := bits.Add64(a, a, 1)
	difference, borrow := bits.Sub64(b, a, 1)
	fmt.Println(hi, lo, quotient == b, remainder, sum, carry, difference, borrow)
	var limbs [8]uint64
	limbs[0] = 1
	for i := 0; i < 300; i++ {
		var carry uint64
		for j := range limbs {
			h, l := bits.Mul64(limbs[j], 3)
			var c uint64
			limbs[j], c = bits.Add64(l, carry, 0)
			carry = h + c
		}
	}
	fmt.Printf("3**300 mod 2**512 = %x\n", limbs)
	defer func() { fmt.Println(recover()) }()
	bits.Div64(a, 0, opaque(uint64(1)))
}

func conversions() {
	for _, v := range []int64{-1, 128, 255, 32768, 65536 + 200, 1<<31 + 5, 1<<40 + 3, math.MinInt64} {
		v = opaque(v)
		fmt.Print(int8(v), uint8(v), int16(v), uint16(v), int32(v), uint32(v), uint64(v), int64(int8(v)), uint64(int16(v)), int64(uint32(v)), int(int32(v)), " ")
	}
	fmt.Println()
}

func hashes() {
	data := []byte("the quick brown fox")
	h := fnv.New64a()
	h.Write(data)
	seed := maphash.MakeSeed()
	fmt.Println(h.Sum64(), crc32.ChecksumIEEE(data), crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)), maphash.Bytes(seed, data) == maphash.String(seed, string(data)))
	x := uint32(2463534242)
	for i := 0; i < 1000; i++ {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
	}
	fmt.Println("xorshift", x)
}

func byteOrder() {
	b := make([]byte, 16)
	binary.LittleEndian.PutUint64(b, 0x0102030405060708)
	binary.BigEndian.PutUint32(b[9:], 0xa1b2c3d4)
	fmt.Println(b, binary.LittleEndian.Uint32(b[3:]), binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint64(b[5:]))
	b = binary.AppendVarint(binary.AppendUvarint(nil, 1<<60+5), -12345)
	first, n := binary.Uvarint(b)
	second, _ := binary.Varint(b[n:])
	fmt.Println(len(b), first, second)
}

// comparisons of every width and sign at their borders, as conditions and as values.
func comparisons() {
	count := [6]int{}
	borders := []int64{math.MinInt64, math.MinInt32, -32768, -128, -1, 0, 1, 127, 255, 65535, math.MaxInt32, math.MaxUint32, math.MaxInt64}
	for _, a := range borders {
		for _, b := range borders {
			if opaque(a) < b {
				count[0]++
			}
			if opaque(uint64(a)) < uint64(b) {
				count[1]++
			}
			if opaque(int32(a)) <= int32(b) {
				count[2]++
			}
			if opaque(uint32(a)) > uint32(b) {
				count[3]++
			}
			if opaque(int8(a)) >= int8(b) == (opaque(uint8(a)) >= uint8(b)) {
				count[4]++
			}
			if opaque(int16(a)) != int16(b) {
				count[5]++
			}
		}
	}
	fmt.Println("comparisons", count)
}

func collatz(n int) (steps int) {
	for ; n != 1; steps++ {
		if n&1 == 0 {
			n >>= 1
		} else {
			n = 3*n + 1
		}
	}
	return steps
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func swar(v uint64) uint64 {
	v -= v >> 1 & 0x5555555555555555
	v = v&0x3333333333333333 + v>>2&0x3333333333333333
	return (v + v>>4) & 0x0f0f0f0f0f0f0f0f * 0x0101010101010101 >> 56
}
