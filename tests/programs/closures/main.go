// Command closures captures variables by value and by reference, returns functions, and binds methods.
package main

import (
	"fmt"
	"sort"
	"strings"
)

type account struct {
	owner   string
	balance int
}

func (a *account) deposit(n int) int       { a.balance += n; return a.balance }
func (a account) describe(s string) string { return fmt.Sprintf("%s%s:%d", s, a.owner, a.balance) }

type describer interface{ describe(string) string }

func main() {
	counters()
	fmt.Println("compose", compose(double, increment, double)(5))
	methodValues()
	capturedLoops()
	mutualRecursion()
	memoized()
	manyCaptures(1, "two", 3.5, []int{4}, map[string]int{"five": 5}, 6+7i)
	fmt.Println("curry", curry(func(a, b, c int) int { return a*100 + b*10 + c })(1)(2)(3))
	fmt.Println("y", fixpoint(func(self func(int) int, n int) int {
		if n < 2 {
			return 1
		}
		return n * self(n-1)
	})(12))
	variadic()
	churchNumerals()
}

func counters() {
	newCounter := func(step int) (next func() int, reset func()) {
		n := 0
		return func() int { n += step; return n }, func() { n = 0 }
	}
	a, resetA := newCounter(1)
	b, _ := newCounter(10)
	a()
	a()
	fmt.Print("counters ", a(), " ", b(), " ")
	resetA()
	fmt.Println(a(), b())
}

func double(n int) int    { return 2 * n }
func increment(n int) int { return n + 1 }

func compose(fs ...func(int) int) func(int) int {
	return func(n int) int {
		for _, f := range fs {
			n = f(n)
		}
		return n
	}
}

func methodValues() {
	a := &account{"ann", 1}
	bound := a.deposit
	snapshot := a.describe
	bound(10)
	expression := (*account).deposit
	expression(a, 100)
	var d describer = a
	viaInterface := d.describe
	fmt.Println("methods", snapshot("old "), viaInterface("new "), account.describe(*a, "expression "), describer.describe(d, "interface "))
}

func capturedLoops() {
	var fs []func() int
	for i := 0; i < 5; i++ {
		j := i
		fs = append(fs, func() int { j *= j; return j })
	}
	total := 0
	for round := 0; round < 2; round++ {
		for _, f := range fs {
			total += f()
		}
	}
	fmt.Println("loops", total)
}

func mutualRecursion() {
	var even, odd func(int) bool
	even = func(n int) bool { return n == 0 || odd(n-1) }
	odd = func(n int) bool { return n != 0 && even(n-1) }
	fmt.Println("mutual", even(300), odd(301), even(77))
}

func memoized() {
	memo, calls := map[int]int{}, 0
	var fib func(int) int
	fib = func(n int) int {
		if v, ok := memo[n]; ok {
			return v
		}
		calls++
		if n < 2 {
			return n
		}
		v := fib(n-1) + fib(n-2)
		memo[n] = v
		return v
	}
	fmt.Println("fib", fib(80), calls)
}

func manyCaptures(a int, b string, c float64, d []int, e map[string]int, f complex128) {
	g := func() string {
		a, b = a+1, strings.ToUpper(b)
		c *= 2
		d = append(d, a)
		e["a"] = a
		f *= f
		return fmt.Sprint(a, b, c, d, len(e), f)
	}
	fmt.Println("captures", g(), "|", g(), "|", a, b, c, len(d), f)
}

func curry(f func(a, b, c int) int) func(int) func(int) func(int) int {
	return func(a int) func(int) func(int) int {
		return func(b int) func(int) int {
			return func(c int) int { return f(a, b, c) }
		}
	}
}

func fixpoint(f func(func(int) int, int) int) func(int) int {
	var self func(int) int
	self = func(n int) int { return f(self, n) }
	return self
}

func variadic() {
	join := func(sep string, parts ...any) string {
		words := make([]string, len(parts))
		for i, p := range parts {
			words[i] = fmt.Sprint(p)
		}
		sort.Strings(words)
		return strings.Join(words, sep)
	}
	spread := []any{"z", 2, 'c', nil}
	fmt.Println("variadic", join("-"), join("-", 1), join("-", spread...))
}

type numeral func(func(int) int) func(int) int

func churchNumerals() {
	zero := numeral(func(func(int) int) func(int) int { return func(x int) int { return x } })
	next := func(n numeral) numeral {
		return func(f func(int) int) func(int) int { return func(x int) int { return f(n(f)(x)) } }
	}
	times := func(a, b numeral) numeral { return func(f func(int) int) func(int) int { return a(b(f)) } }
	three := next(next(next(zero)))
	fmt.Println("church", times(three, times(three, three))(increment)(0))
}
