package main

import "strings"

func loops(n int) uint32 {
	table := make([]uint32, 1024)
	for range n {
		for i := range table {
			x := uint32(i)
			for x > 1 {
				if x&1 == 0 {
					x /= 2
				} else {
					x = x*3 + 1
				}
				table[i]++
			}
		}
	}
	return table[703] + table[871]
}

//go:noinline
func step(a, b uint32, c *uint32) (uint32, uint32) {
	*c += a
	return b, a ^ b
}

func calls(n int) uint32 {
	a, b, c := uint32(1), uint32(2), uint32(0)
	for range n * 1000 {
		a, b = step(a, b, &c)
	}
	return a + b + c
}

func fibonacci(n int) uint32 {
	if n < 2 {
		return uint32(n)
	}
	return fibonacci(n-1) + fibonacci(n-2)
}

func recursion(n int) uint32 {
	sum := uint32(0)
	for range n {
		sum += fibonacci(18)
	}
	return sum
}

type shape interface{ area() uint32 }

type square struct{ side uint32 }
type rectangle struct{ width, height uint32 }
type triangle struct{ base, height uint32 }

func (s square) area() uint32     { return s.side * s.side }
func (r *rectangle) area() uint32 { return r.width * r.height }
func (t triangle) area() uint32   { return t.base * t.height / 2 }

func interfaceCalls(n int) uint32 {
	shapes := []shape{square{3}, &rectangle{2, 5}, triangle{4, 7}, &rectangle{8, 1}}
	sum := uint32(0)
	for i := range n * 1000 {
		sum += shapes[i&3].area()
	}
	return sum
}

func closures(n int) uint32 {
	var functions [8]func(uint32) uint32
	state := uint32(1)
	for i := range functions {
		functions[i] = func(x uint32) uint32 {
			state += x ^ uint32(i)
			return state
		}
	}
	sum := uint32(0)
	for i := range n * 1000 {
		sum += functions[i&7](uint32(i))
	}
	return sum
}

//go:noinline
func locked(counter *uint32, by uint32) {
	*counter++
	defer func() { *counter += by }()
	if by&1 == 0 {
		return
	}
	*counter ^= by
}

func deferred(n int) uint32 {
	counter := uint32(0)
	for i := range n * 1000 {
		locked(&counter, uint32(i))
	}
	return counter
}

//go:noinline
func guarded(depth int) (result int) {
	defer func() {
		if value := recover(); value != nil {
			result = value.(int) + 1
		}
	}()
	descend(depth)
	return 0
}

//go:noinline
func descend(depth int) {
	if depth == 0 {
		panic(41)
	}
	descend(depth - 1)
}

func panics(n int) uint32 {
	sum := 0
	for range n * 10 {
		sum += guarded(5)
	}
	return uint32(sum)
}

func channels(n int) uint32 {
	numbers, squares := make(chan uint32), make(chan uint32, 16)
	go func() {
		for i := range n * 100 {
			numbers <- uint32(i)
		}
		close(numbers)
	}()
	go func() {
		for number := range numbers {
			squares <- number * number
		}
		close(squares)
	}()
	sum := uint32(0)
	for square := range squares {
		sum += square
	}
	return sum
}

func maps(n int) uint32 {
	sum := uint32(0)
	for range n {
		seed := random(7)
		byNumber := map[uint32]uint32{}
		byName := map[string]int{}
		for range 200 {
			x := seed.next() % 512
			byNumber[x]++
			byName[names[x%uint32(len(names))]] += int(x)
		}
		for number, count := range byNumber {
			sum += number * count
		}
		delete(byNumber, 3)
		sum += uint32(len(byNumber) + byName["delta"])
	}
	return sum
}

var names = strings.Fields("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho")
