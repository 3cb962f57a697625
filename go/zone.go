//go:build js

package gowasp

import (
	"syscall/js"
	"time"
)

// TimeZone is the name of the host's time zone, such as Europe/Zurich; empty where the host does not tell.
func TimeZone() string {
	intl := js.Global().Get("Intl")
	if intl.Type() != js.TypeObject {
		return ""
	}
	name := intl.Get("DateTimeFormat").Invoke().Call("resolvedOptions").Get("timeZone")
	if name.Type() != js.TypeString {
		return ""
	}
	return name.String()
}

// UseTimeZone makes the host's time zone that of package time. Without it, time.Local of GOOS=js has the offset from UTC
// that the host had when the program began, and no rules: other days of the year may be an hour off.
//
// The rules must be in the program. This is 450 kB:
//
//	import _ "time/tzdata"
func UseTimeZone() error {
	zone, err := time.LoadLocation(TimeZone())
	if err == nil {
		time.Local = zone
	}
	return err
}
