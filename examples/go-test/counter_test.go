package counter

import (
	"syscall/js"
	"testing"
)

// Runs in Node as well.
func TestLabel(t *testing.T) {
	for clicks, want := range []string{"0 clicks", "1 click", "2 clicks"} {
		if got := label(clicks); got != want {
			t.Errorf("label(%d) = %q, not %q", clicks, got, want)
		}
	}
}

func TestClicks(t *testing.T) {
	document := js.Global().Get("document")
	if document.IsUndefined() {
		t.Skip("needs a page: go test -exec \"gowasp-exec --browser\"")
	}
	counter := New(document)
	counter.Button.Call("click")
	if got := counter.Button.Get("textContent").String(); got != "1 click" {
		t.Errorf("after a click the button says %q", got)
	}
}
