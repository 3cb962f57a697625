// Command methods_by_number lets reflection show exported methods, by number: all of them are there, and of lower-case ones
// those that an interface has. What shows them makes types of functions by reflect.StructOf, which embeds nothing here.
package main

import (
	"fmt"
	"reflect"
)

type shape interface {
	area() int
	edges() int
}

// It has one of the two, so nobody calls that.
type almost struct{ noise int }

func (a almost) area() int     { return a.noise + 1 }
func (a almost) Noise() string { return fmt.Sprint("noise ", a.noise) }

type square struct{ side int }

func (s square) area() int          { return s.side * s.side }
func (s square) edges() int         { return 4 }
func (s square) Scale(by int) shape { return square{s.side * by} }
func (s square) Show() string       { return fmt.Sprint("square of ", s.side) }

func main() {
	for _, value := range []any{square{3}, almost{4}} {
		if s, ok := value.(shape); ok {
			fmt.Println(s.area(), s.edges())
		}
		t := reflect.TypeOf(value)
		for i := 0; i < t.NumMethod(); i++ {
			method := t.Method(i)
			arguments := []reflect.Value{reflect.ValueOf(value)}
			if method.Type.NumIn() == 2 {
				arguments = append(arguments, reflect.ValueOf(2))
			}
			fmt.Println(method.Name, method.Type, method.Func.Call(arguments)[0])
		}
	}
}
