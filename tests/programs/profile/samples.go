package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"sort"
	"strings"
)

// message is a decoded protocol buffer: numbers and byte strings by field number. Packed numbers stay byte strings.
type message struct {
	numbers map[uint64][]uint64
	bytes   map[uint64][][]byte
}

// decode reads the two wire types that profiles use (github.com/google/pprof, profile.proto).
func decode(data []byte) message {
	m := message{map[uint64][]uint64{}, map[uint64][][]byte{}}
	for len(data) > 0 {
		var key, value uint64
		key, data = varint(data)
		value, data = varint(data)
		switch key & 7 {
		case 0:
			m.numbers[key>>3] = append(m.numbers[key>>3], value)
		case 2:
			m.bytes[key>>3] = append(m.bytes[key>>3], data[:value])
			data = data[value:]
		default:
			panic(fmt.Sprint("wire type ", key&7))
		}
	}
	return m
}

func varint(data []byte) (uint64, []byte) {
	value, n := binary.Uvarint(data)
	return value, data[n:]
}

func (m message) number(field uint64) uint64 {
	if len(m.numbers[field]) == 0 {
		return 0
	}
	return m.numbers[field][0]
}

// list is a repeated number, packed or not.
func (m message) list(field uint64) []uint64 {
	list := m.numbers[field]
	for _, data := range m.bytes[field] {
		for len(data) > 0 {
			var value uint64
			value, data = varint(data)
			list = append(list, value)
		}
	}
	return list
}

// samples prints the goroutine profile in its binary form: per sample its count, and functions with lines, innermost first.
func samples() {
	var out bytes.Buffer
	fmt.Println(pprof.Lookup("goroutine").WriteTo(&out, 0))
	unzipped, err := gzip.NewReader(&out)
	if err != nil {
		panic(err)
	}
	data, err := io.ReadAll(unzipped)
	if err != nil {
		panic(err)
	}
	profile := decode(data)
	text := func(at uint64) string { return string(profile.bytes[6][at]) }
	functions := map[uint64]string{}
	for _, data := range profile.bytes[5] {
		f := decode(data)
		functions[f.number(1)] = text(f.number(2)) + " " + text(f.number(4))
	}
	locations := map[uint64]string{}
	for _, data := range profile.bytes[4] {
		l := decode(data)
		for _, line := range l.bytes[4] {
			m := decode(line)
			locations[l.number(1)] += fmt.Sprintf("  %s:%d\n", functions[m.number(1)], m.number(2))
		}
	}
	var all, own []string
	for _, data := range profile.bytes[2] {
		s := decode(data)
		var stack strings.Builder
		for _, id := range s.list(1) {
			stack.WriteString(locations[id])
		}
		count := s.list(2)[0]
		all = append(all, fmt.Sprint(count, " with ", len(s.bytes[3]), " labels\n", stack.String()))
		for _, line := range strings.SplitAfter(stack.String(), "\n") {
			if strings.HasPrefix(line, "  main.") {
				own = append(own, fmt.Sprint(count, line))
			}
		}
	}
	sort.Strings(all)
	sort.Strings(own)
	fmt.Print(strings.Join(own, ""))
	fmt.Fprint(os.Stderr, "debug=0\n", strings.Join(all, ""))
}
