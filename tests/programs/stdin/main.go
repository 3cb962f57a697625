// Command stdin counts words of its standard input, and reads arguments and environment.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

func main() {
	upper := flag.Bool("upper", false, "upper case")
	limit := flag.Int("limit", 10, "words to print")
	flag.Parse()

	in := bufio.NewReader(os.Stdin)
	title, err := in.ReadString('\n')
	fmt.Printf("%q %v\n", title, err)
	rest, err := io.ReadAll(in)
	fmt.Println(len(rest), err)

	counts := map[string]int{}
	for _, w := range strings.FieldsFunc(string(rest), func(r rune) bool { return r == ' ' || r == '\n' || r == ',' }) {
		if *upper {
			w = strings.ToUpper(w)
		}
		counts[w]++
	}
	words := make([]string, 0, len(counts))
	for w := range counts {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool {
		a, b := words[i], words[j]
		return counts[a] > counts[b] || counts[a] == counts[b] && a < b
	})
	for _, w := range words[:min(*limit, len(words))] {
		fmt.Println(counts[w], w)
	}
	value, set := os.LookupEnv("GREETING")
	_, unset := os.LookupEnv("NOT_SET")
	fmt.Println(flag.Args(), len(os.Args), value, set, unset, os.ExpandEnv("<$GREETING>"))
	n, err := os.Stdin.Read(make([]byte, 1))
	fmt.Println(n, err)
}
