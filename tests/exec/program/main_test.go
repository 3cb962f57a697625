package main

import "testing"

func TestCovered(t *testing.T) {
	if covered(3) != 3 {
		t.Fatal("not 3")
	}
}
