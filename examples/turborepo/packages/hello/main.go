// Command hello is the smallest program there is.
package main

func main() {
	println("hello")
}
