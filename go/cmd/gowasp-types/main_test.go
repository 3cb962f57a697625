package main

import (
	"os"
	"strings"
	"testing"
)

func TestDeclarations(t *testing.T) {
	var text strings.Builder
	if err := run([]string{"./testdata/app"}, "", true, &text); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/app.d.ts"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
}

func TestProblems(t *testing.T) {
	for pattern, want := range map[string]string{
		"./testdata/unknown": "main.go:12:29: the name must be a constant",
		"./testdata/none":    "go list: ",
	} {
		err := run([]string{pattern}, "", false, &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want one with %q", pattern, err, want)
		}
	}
}
