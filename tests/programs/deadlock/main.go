// Command deadlock ends with all goroutines asleep: the runtime says so and exits with code 2.
package main

import "fmt"

func main() {
	c := make(chan int)
	go func() {
		fmt.Println("the other one waits, too")
		c <- <-c
	}()
	fmt.Println("received", <-c)
}
