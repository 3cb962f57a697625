// Package counter counts clicks on a button.
package counter

import (
	"strconv"
	"syscall/js"
)

// Counter is a button that shows how often it was clicked.
type Counter struct {
	Button js.Value
	clicks int
}

// New puts a button into the page.
func New(document js.Value) *Counter {
	counter := &Counter{Button: document.Call("createElement", "button")}
	counter.show()
	counter.Button.Call("addEventListener", "click", js.FuncOf(func(js.Value, []js.Value) any {
		counter.clicks++
		counter.show()
		return nil
	}))
	document.Get("body").Call("append", counter.Button)
	return counter
}

func (counter *Counter) show() {
	counter.Button.Set("textContent", label(counter.clicks))
}

func label(clicks int) string {
	if clicks == 1 {
		return "1 click"
	}
	return strconv.Itoa(clicks) + " clicks"
}
