// Command clock says what time it is.
package main

import "time"

func main() {
	println(time.Now().Format(time.Kitchen))
}
