package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
)

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) count() uint32 {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

// kept survives every collection, so that each of them has something to mark.
var kept = grow(14)

func garbage(n int) uint32 {
	sum := kept.count()
	for range n {
		sum += grow(10).count()
	}
	return sum
}

func text(n int) uint32 {
	sum := uint32(0)
	for range n {
		joined := strings.Join(names, ", ")
		upper := strings.ToUpper(joined) + "größe 😀"
		for _, r := range strings.ReplaceAll(upper, "TA", "ta") {
			sum += uint32(r)
		}
		sum += uint32(strings.Index(upper, "OMICRON") + len(strings.Split(joined, ", ")))
	}
	return sum
}

func memoryCopy(n int) uint32 {
	from := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	to := make([]byte, len(from))
	for i := range n {
		copy(to[i&15:], from)
		copy(to[100:], to[:len(to)-100])
		clear(to[200:300])
	}
	return crc32.ChecksumIEEE(to)
}

func sorted(n int) uint32 {
	sum := uint32(0)
	for i := range n {
		seed := random(i + 1)
		values := make([]uint32, 1000)
		for j := range values {
			values[j] = seed.next()
		}
		slices.SortFunc(values, func(a, b uint32) int { return int(int64(a>>8) - int64(b>>8)) })
		sum += values[500] >> 8
	}
	return sum
}

var block = bytes.Repeat([]byte("The quick brown fox. "), 400)

func checksums(n int) uint32 {
	sum := uint32(0)
	for range n {
		sum = crc32.Update(sum, crc32.IEEETable, block)
	}
	return sum
}

func digests(n int) uint32 {
	sum := uint32(0)
	for range n {
		digest := sha256.Sum256(block)
		sum += binary.LittleEndian.Uint32(digest[:])
	}
	return sum
}

func matrix(n int) uint32 {
	const size = 32
	var a, b, c [size][size]float64
	for i := range size {
		for j := range size {
			a[i][j], b[i][j] = float64(i-j)/size, float64(i+j)/size
		}
	}
	for range n {
		for i := range size {
			for j := range size {
				sum := 0.0
				for k := range size {
					sum += a[i][k] * b[k][j]
				}
				c[i][j] = sum
			}
		}
		a[n%size][0] = c[5][7] / size
	}
	return uint32(int64(c[5][7] * 1000))
}
