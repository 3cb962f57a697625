// Package greeting is another package of the same module.
package greeting

// For greets somebody.
func For(name string) string { return "Hello, " + name + "!" }
