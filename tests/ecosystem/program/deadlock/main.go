// Deadlock waits for nobody.
package main

func main() { select {} }
