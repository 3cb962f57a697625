//go:build js && wasm

// Strings sends strings of all lengths and of every kind of character to JavaScript and back.
package main

import (
	"fmt"
	"hash/fnv"
	"strings"
	"syscall/js"
)

var kit = js.Global().Get("kit")

func main() {
	units := []string{"a", "é", "€", "😀", "\x00", "\x7f", "aé€😀"}
	for _, unit := range units {
		wrong := 0
		for n := 0; n <= 300; n++ {
			wrong += roundTrip(strings.Repeat(unit, n))
		}
		for _, n := range []int{1000, 1023, 1024, 1025, 1026, 5000, 70_000} {
			wrong += roundTrip(strings.Repeat(unit, n)) + roundTrip("x"+strings.Repeat(unit, n))
		}
		fmt.Printf("%q: %d wrong\n", unit, wrong)
	}
	invalid()
	reused()
	names()
	fromJS()
}

// roundTrip returns 1 if the text or its length in UTF-16 is not what it should be.
func roundTrip(text string) int {
	length := 0
	for _, r := range text {
		length++
		if r > 0xffff {
			length++
		}
	}
	value := js.ValueOf(text)
	if value.String() != text || kit.Call("lengthOf", value).Int() != length {
		return 1
	}
	return 0
}

// invalid is bytes that are not UTF-8.
func invalid() {
	for _, text := range []string{"\xff", "a\x80b", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0\x80", "\ufeffmark", strings.Repeat("ab\xff", 50)} {
		fmt.Println(kit.Call("units", text).String(), js.ValueOf(text).String())
	}
}

// reused changes the bytes of one buffer, so that the same address and length hold different texts.
func reused() {
	hash := fnv.New32()
	buffer := []byte("aaaaaaaaaa")
	for i := 0; i < 1000; i++ {
		for j := range buffer {
			buffer[j] = byte('a' + (i+j*i)%26)
		}
		text := string(buffer)
		fmt.Fprint(hash, js.ValueOf(text).String() == text, kit.Call("lengthOf", text).Int())
		kit.Set(text, i)
		if kit.Get(text).Int() != i {
			fmt.Println("wrong property", text)
		}
		kit.Delete(text)
	}
	fmt.Println(hash.Sum32())
}

// names is property names that hold special characters.
func names() {
	object := js.Global().Get("Object").New()
	for i, name := range []string{"", " ", "0", "-1", "1.5", "constructor", "__proto_", "ключ", "🔑", "a\x00b", strings.Repeat("long", 100)} {
		object.Set(name, i)
		if object.Get(name).Int() != i {
			fmt.Printf("wrong value of %q\n", name)
		}
	}
	fmt.Println(kit.Call("json", object).String())
}

// fromJS is strings that only JavaScript can make.
func fromJS() {
	samples := kit.Get("strings")
	for i := 0; i < samples.Length(); i++ {
		fmt.Printf("%q\n", samples.Index(i).String())
	}
}
