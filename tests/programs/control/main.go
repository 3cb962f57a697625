// Command control takes every way through a function: labelled loops, switches of all kinds, goto, short circuits and early
// returns, with calls in between, so that each is also a point where a goroutine can be resumed.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

// pause makes a resume point: the goroutine may be switched away here.
//
//go:noinline
func pause(n int) int {
	runtime.Gosched()
	return n
}

// keepCompany gives Gosched another goroutine to go to. It ends: on js output waits for all goroutines to block.
func keepCompany() {
	for i := 0; i < 2000; i++ {
		runtime.Gosched()
	}
}

func main() {
	go keepCompany()
	labels()
	for i := -2; i < 12; i++ {
		fmt.Print(intSwitch(i), " ")
	}
	fmt.Println()
	for _, s := range strings.Fields("alpha beta gamma delta epsilon zeta eta theta iota nothing") {
		fmt.Print(stringSwitch(s), " ")
	}
	fmt.Println(stringSwitch(""))
	for _, v := range []any{nil, 1, int8(2), "s", 3.5, []int{4}, map[string]int{}, fmt.Errorf("e"), struct{}{}, &struct{}{}, func() {}, true, 'r'} {
		fmt.Print(typeSwitch(v), " ")
	}
	fmt.Println()
	gotos()
	shortCircuits()
	loopForms()
	stateMachine("a1 + (b22*3) - 'str\\'x' >= 7 !")
	fmt.Println("nested", nestedLoops(9))
	for _, n := range []int{5, -5, 0, 100} {
		fmt.Println(earlyReturns(n))
	}
	fmt.Println("dense", dense(1000), "bits", bitSwitch(0x5a5a5a5a))
	loopsWithDefers()
}

func labels() {
	trace := []string{}
outer:
	for i := 0; ; i++ {
		for j := 0; j < 5; j++ {
			switch {
			case i+j == 3:
				continue outer
			case i*j > 3:
				break outer
			case j == pause(4):
				break
			default:
				trace = append(trace, fmt.Sprint(i, j))
			}
		}
		if i == 50 {
			panic("endless")
		}
	}
block:
	switch {
	default:
		if len(trace) > pause(1) {
			break block
		}
		trace = nil
	}
sel:
	for {
		select {
		default:
			break sel
		}
	}
	fmt.Println(trace)
}

func intSwitch(n int) (s string) {
	switch n {
	case -1:
		s = "minus"
	case 0, 2, 4:
		s = "even"
		fallthrough
	case 1:
		s += "small"
	case 3:
		return "three"
	case 5:
		if pause(n) == 5 {
			break
		}
		s = "never"
	case 6, 7, 8, 9:
		switch n % 2 {
		case 0:
			s = "inner"
		default:
			s = strings.Repeat("i", pause(n)-5)
		}
	default:
		s = "other"
	}
	return s + "."
}

func stringSwitch(s string) int {
	switch s {
	case "alpha":
		return pause(1)
	case "beta", "zeta", "eta":
		return len(s)
	case "gamma":
		return 3
	case "delta":
		return 4
	case "epsilon":
		return 5
	case "theta":
		return 8
	case "iota":
		return 9
	case "":
		return -1
	}
	return 0
}

func typeSwitch(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case int:
		return fmt.Sprint("int", x+1)
	case int8, int16:
		return fmt.Sprintf("%T", x)
	case string:
		return "string" + x
	case float64:
		return fmt.Sprint(x * 2)
	case []int:
		return fmt.Sprint(len(x))
	case error:
		return x.Error()
	case interface{ Unwrap() error }:
		return "never"
	case func():
		x()
		return "func"
	case map[string]int:
		x["set"] = 1
		return fmt.Sprint(x)
	case struct{}, *struct{}:
		return "struct"
	}
	return "?"
}

func gotos() {
	i, trace := 0, ""
again:
	trace += fmt.Sprint(i)
	i++
	if i < 3 {
		goto again
	}
	if pause(i) == 3 {
		goto third
	}
second:
	trace += "s"
	if i > 5 {
		goto done
	}
third:
	trace += "t"
	i += pause(2)
	if i < 9 {
		goto second
	}
	goto again
done:
	fmt.Println("goto", trace, i)
}

func shortCircuits() {
	calls := 0
	t := func() bool { calls++; return pause(1) == 1 }
	f := func() bool { calls += 100; return pause(0) == 1 }
	results := []bool{
		t() && f() || t(), f() && t() || f(), !(t() || f()) && t(), (f() || t()) && (t() || f()), t() != f() && f() == (f() && t()),
	}
	fmt.Println(results, calls)
}

func loopForms() {
	sum := 0
	for range [3]int{} {
		sum += pause(1)
	}
	for i := range "añb" {
		sum += i
	}
	for i, r := range "añb\xff" {
		sum += i * int(r)
	}
	for i, v := range []int{5, 6, 7} {
		sum += i * v
	}
	array := [4]int{1, 2, 3, 4}
	for i, v := range array {
		array[3-i] = v * 10
		sum += v
	}
	for i, p := range &array {
		array[3] += i
		sum += p
	}
	c := make(chan int, 3)
	c <- 1
	c <- 2
	close(c)
	for v := range c {
		sum += v
	}
	for sum%7 != 0 {
		sum++
	}
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		sum += i * j
	}
	fmt.Println("loops", sum)
}

// stateMachine is a lexer driven by a state variable.
func stateMachine(input string) {
	const (
		start = iota
		word
		number
		quoted
		escaped
		operator
	)
	state, token, tokens := start, "", []string{}
	flush := func(kind string) {
		if token != "" {
			tokens = append(tokens, kind+":"+token)
		}
		token = ""
	}
	for i := 0; i <= len(input); i++ {
		c := byte(' ')
		if i < len(input) {
			c = input[i]
		}
	reconsider:
		switch state {
		case start:
			switch {
			case c == ' ':
				continue
			case c >= 'a' && c <= 'z':
				state = word
			case c >= '0' && c <= '9':
				state = number
			case c == '\'':
				state = quoted
				continue
			default:
				state = operator
			}
			token = string(c)
		case word, number:
			if c >= '0' && c <= '9' || state == word && c >= 'a' && c <= 'z' {
				token += string(c)
				continue
			}
			flush(map[int]string{word: "word", number: "number"}[state])
			state = start
			goto reconsider
		case quoted:
			switch c {
			case '\\':
				state = escaped
			case '\'':
				flush("string")
				state = start
			default:
				token += string(c)
			}
		case escaped:
			token += string(c)
			state = quoted
		case operator:
			if c == '=' {
				token += "="
				continue
			}
			flush("op")
			state = start
			goto reconsider
		}
	}
	fmt.Println(strings.Join(tokens, " "))
}

func nestedLoops(n int) (count int) {
	for a := 1; a < n; a++ {
		for b := a; b < n; b++ {
			for c := b; c < n; c++ {
				if a*a+b*b > c*c {
					if a == b && b == c {
						continue
					}
					for d := c; d > 0; d /= 2 {
						if d == 3 {
							break
						}
						count += pause(1)
					}
				} else if a+b == c {
					count += 1000
				}
			}
		}
	}
	return count
}

func earlyReturns(n int) (result string, err error) {
	if n < 0 {
		err = fmt.Errorf("negative: %d", n)
		return
	}
	defer func() { result += "!" }()
	if n == 0 {
		return "zero", nil
	}
	for i := 0; i < n; i++ {
		if i == 50 {
			return fmt.Sprint("stopped at ", pause(i)), nil
		}
	}
	return "end", nil
}

func dense(n int) (sum int) {
	for i := 0; i < n; i++ {
		switch i & 15 {
		case 0:
			sum += 3
		case 1:
			sum ^= 5
		case 2:
			sum <<= 1
			sum &= 0xffff
		case 3:
			sum -= i
		case 4:
			sum = -sum
		case 5, 6:
			sum += i & 7
		case 7:
			continue
		case 8:
			sum |= 1
		case 9:
			sum += pause(2)
		case 12:
			sum %= 10007
		case 15:
			sum *= 3
		}
	}
	return sum
}

func bitSwitch(n uint32) (out string) {
	for ; n != 0; n >>= 4 {
		switch v := n & 0xf; {
		case v&8 != 0 && v&1 == 0:
			out += "a"
		case v&4 != 0:
			out += "b"
		case v == 0:
			out += "0"
		}
	}
	return out
}

func loopsWithDefers() {
	for i := 0; i < 3; i++ {
		func() {
			defer func() {
				if r := recover(); r != nil {
					fmt.Print("recovered ", r, "; ")
				}
			}()
			for j := 0; ; j++ {
				if j == i {
					panic(fmt.Sprint(i, "/", pause(j)))
				}
			}
		}()
	}
	fmt.Println("done")
}
