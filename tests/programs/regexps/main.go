// Command regexps matches, finds, replaces and splits with regular expressions that use all of the engine's three matchers.
package main

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

var date = regexp.MustCompile(`(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)`)

func main() {
	finding()
	replacing()
	matchers()
	classes()
	bad()
	pathological()
}

func finding() {
	s := "from 2024-02-29 to 2025-12-01, not 99-1-1"
	fmt.Println(date.FindString(s), date.FindAllStringIndex(s, -1), date.FindStringSubmatch(s), date.SubexpNames(), date.SubexpIndex("day"))
	fmt.Println(regexp.MustCompile(`a(b*)(c|d)?`).FindAllStringSubmatchIndex("abbd ac a", -1), date.NumSubexp(), date.MatchString("2024-1-1"))
	fmt.Printf("%q\n", regexp.MustCompile(`\s*[,;]\s*`).Split("a , b;c;;d", -1))
	fmt.Printf("%q\n", regexp.MustCompile(`(?m)^(\w+):\s*(.*)$`).FindAllStringSubmatch("key: value\nother:  thing \nnone\n", -1))
	fmt.Println(regexp.MustCompile(`x*`).FindAllStringIndex("axxb", -1), regexp.MustCompile(``).FindAllString("ab", -1))
}

func replacing() {
	s := "2024-02-29 and 2025-12-01"
	fmt.Println(date.ReplaceAllString(s, "${day}.${month}.$year"), date.ReplaceAllLiteralString(s, "$1"))
	fmt.Println(date.ReplaceAllStringFunc(s, func(d string) string { return strings.ReplaceAll(d, "-", "") }))
	fmt.Println(string(date.ReplaceAll([]byte(s), []byte("<$0>"))), regexp.QuoteMeta("a.b*c[d]"))
	fmt.Println(regexp.MustCompile(`(\w+) (\w+)`).ReplaceAllString("hello big world", "$2 $1"))
}

// matchers: one-pass, backtracking (short text) and the NFA simulation (long text), with the same answers.
func matchers() {
	onePass := regexp.MustCompile(`^(\d+)-([a-z]+)$`)
	fmt.Println(onePass.FindStringSubmatch("123-abc"), onePass.MatchString("123-"))
	alternatives := regexp.MustCompile(`(foo|foobar)(bar|baz)?`)
	longest := regexp.MustCompile(`(foo|foobar)(bar|baz)?`)
	longest.Longest()
	fmt.Println(alternatives.FindString("foobarbaz"), longest.FindString("foobarbaz"))
	long := strings.Repeat("lorem ipsum dolor ", 20000) + "needle 42"
	found := regexp.MustCompile(`(n[e]+dle)\s+(\d+)`).FindStringSubmatchIndex(long)
	fmt.Println(len(long), found, len(regexp.MustCompile(`i?ps(um|u)\b`).FindAllString(long[:5000], -1)))
	reader := strings.NewReader("zzz2024-02-29")
	fmt.Println(date.MatchReader(reader), reader.Len())
}

func classes() {
	for _, p := range []string{`^\p{Greek}+$`, `(?i)straSSE`, `^[^\W\d_]+$`, `[[:punct:]]{2}`, `\x{1F600}`, `(?s)a.b`, `(?U)a+`, `\Aa|b\z`, `^[\w.+-]+@[\w-]+\.[a-z]{2,}$`} {
		re := regexp.MustCompile(p)
		hits := []int{}
		for i, s := range []string{"σίσυφος", "STRASSE", "héllo", "a?!b", "😀", "a\nb", "aaa", "a.b@c-d.org"} {
			if re.MatchString(s) {
				hits = append(hits, i)
			}
		}
		fmt.Println(p, hits, re.FindString("aaa"))
	}
}

func bad() {
	for _, p := range []string{`a(b`, `*a`, `a{2,1}`, `[z-a]`, `\8`, `a**`, `x{1001}`} {
		_, err := regexp.Compile(p)
		e, ok := err.(*syntax.Error)
		fmt.Println(ok && e.Code != "", err)
	}
	defer func() { fmt.Println(strings.HasPrefix(fmt.Sprint(recover()), "regexp: Compile(`(`)")) }()
	regexp.MustCompile("(")
}

// pathological would take exponential time in a backtracking engine.
func pathological() {
	n := 60
	re := regexp.MustCompile(strings.Repeat("a?", n) + strings.Repeat("a", n))
	fmt.Println(re.MatchString(strings.Repeat("a", n)), regexp.MustCompile(`^(a+)+$`).MatchString(strings.Repeat("a", 3000)+"b"))
}
