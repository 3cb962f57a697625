// Command methods_shown calls methods that only reflection leads to: by number, by a name that is computed, by a name that the
// compiler sees, and of a type that embeds another and is made while the program runs.
package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"
)

type commands struct{ log []string }

func (c *commands) Start(n int) string {
	c.log = append(c.log, "start")
	return strings.Repeat("go ", n)
}
func (c *commands) Stop() string { c.log = append(c.log, "stop"); return "stopped" }
func (c commands) Zeal() int     { return len(c.log) }

type embedded struct{ n int }

func (e *embedded) Twice() int { return 2 * e.n }

type constant struct{}

func (constant) Known() string { return "known by name" }

func main() {
	c := &commands{}
	v := reflect.ValueOf(c)
	for i := 0; i < v.NumMethod(); i++ {
		method := v.Type().Method(i)
		arguments := []reflect.Value{v}
		if method.Type.NumIn() == 2 {
			arguments = append(arguments, reflect.ValueOf(i+2))
		}
		fmt.Println(method.Name, method.Func.Call(arguments)[0])
	}
	name := "St" + "op"[len(os.Args)*0:]
	fmt.Println(v.MethodByName(name).Call(nil)[0], v.Method(2).Call(nil)[0].Int())
	fmt.Println(reflect.ValueOf(constant{}).MethodByName("Known").Call(nil)[0])

	made := reflect.StructOf([]reflect.StructField{{
		Name: "Embedded", Type: reflect.TypeOf(&embedded{}), Anonymous: true,
	}})
	value := reflect.New(made).Elem()
	value.Field(0).Set(reflect.ValueOf(&embedded{21}))
	twice := value.Field(0).Interface().(interface{ Twice() int })
	fmt.Println(twice.Twice(), made.NumField())
}
