//go:build js

// Package inner offers something, too.
package inner

import gowasp "github.com/gowasp/gowasp/go"

// Thing is not the only one of its name.
type Thing struct{ Price float64 }

// Other holds another one.
type Other struct{ Thing []struct{ Thing } }

// Offer offers.
func Offer() { gowasp.Export("exactly", map[int]Thing{}) }
