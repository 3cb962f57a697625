// Command text formats, parses and transforms strings: fmt, strconv, strings, unicode, bytes and text scanning.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type point struct {
	X, Y int
	name string
}

type colour uint8

func (c colour) String() string { return [...]string{"red", "green", "blue"}[c] }

type noisy struct{}

func (noisy) Format(s fmt.State, verb rune) {
	width, hasWidth := s.Width()
	if !hasWidth {
		width = -1
	}
	fmt.Fprintf(s, "<%c %d %v>", verb, width, s.Flag('+'))
}
func (noisy) GoString() string { return "unused" }

func main() {
	verbs()
	widths()
	badVerbs()
	numbers()
	parsing()
	runes()
	transformations()
	scanning()
	buffers()
}

func verbs() {
	p := &point{1, -2, "p"}
	fmt.Printf("%v %+v %#v %T\n", *p, *p, *p, p)
	fmt.Printf("%d %b %o %#o %O %x %X %#x %c %q %U %#U\n", 42, 42, 42, 42, 42, 42, 42, 42, 'x', 'x', '⌘', '⌘')
	fmt.Printf("%e %E %f %g %G %.3g %8.2f|%-8.2f|%+.1f %b %x\n", 123456.789, 1e-7, 3.14159, 1e21, 1e-10, 2.0/3, 1.5, 1.5, 2.25, 1.0, 3.75)
	fmt.Printf("%s %q %x %X % x %#q %10s|%-10s|%.2s|%5t\n", "go", "a\"b\n", "hex", []byte("HEX"), "sp", `back`, "right", "left", "cut", true)
	fmt.Printf("%v %v %v %v %d %v\n", colour(1), []colour{0, 2}, map[colour]int{2: 1, 0: 3}, struct{ C colour }{1}, colour(2), &[]int{1})
	fmt.Printf("%v %v %v %+v %s\n", []any{1, "a", nil}, [2][]string{{"x"}, nil}, map[string][]int{"b": {2}, "a": nil}, struct{ P *int }{nil}, errors.New("err"))
	fmt.Printf("%+8d %v %s %#v|%08.3f|%x|%t\n", noisy{}, noisy{}, noisy{}, 'x', -3.14159, -255, false)
	fmt.Printf("%#v %#v %#v %#v %#v\n", []string{"a"}, map[string]int{"k": 1}, struct{}{}, any(nil), 1e6)
	fmt.Printf("%[2]d %[1]d %[3]*.[2]*[1]f|%6.2f%%\n", 1, 2, 8, 99.5)
}

func widths() {
	for _, n := range []int{0, 7, -42, 12345} {
		fmt.Printf("|%5d|%-5d|%05d|%+d|% d|%x|\n", n, n, n, n, n, n)
	}
	fmt.Printf("|%*d|%-*d|%6.3v|%10.4s|%q|\n", 4, 1, 4, 2, 3.14159, "truncated", []string{"a b", "c"})
}

func badVerbs() {
	arguments := []any{"text", 1}
	format := "%d %s %z %!"
	fmt.Printf(format+"\n", arguments...)
	fmt.Println(fmt.Sprintf("%d", append(arguments, 2)...), fmt.Sprintf("%s%s", arguments[:1]...))
	var nothing *point
	var stringer fmt.Stringer
	fmt.Printf("%v %+v %v %s\n", nothing, nothing, stringer, []any{nil})
}

func numbers() {
	for _, f := range []float64{0, 1, -1.5, 0.1, 1.0 / 3, 1e100, 5e-324, math.MaxFloat64, math.Inf(-1), math.NaN(), 123456789} {
		fmt.Print(strconv.FormatFloat(f, 'g', -1, 64), " ", strconv.FormatFloat(f, 'e', 3, 32), " ", strconv.FormatFloat(f, 'f', -1, 32), "; ")
	}
	fmt.Println()
	for _, base := range []int{2, 7, 10, 16, 36} {
		fmt.Print(strconv.FormatInt(math.MinInt64, base), " ", strconv.FormatUint(math.MaxUint64, base), " ")
	}
	fmt.Println(strconv.Quote("tab\t\x00\u2028é\U0001F600\xff"), strconv.QuoteToASCII("é😀"), strconv.AppendBool(nil, true))
}

func parsing() {
	for _, s := range []string{"0", "-9223372036854775808", "9223372036854775808", "0x1F", "1_000", "abc", "", "12.5"} {
		i, err := strconv.ParseInt(s, 0, 64)
		fmt.Println(i, err)
	}
	for _, s := range []string{"1e400", "0x1p-2", ".5e1", "inf", "-NaN", "1e", "2.2250738585072011e-308", "179769313486231570000e289"} {
		f, err := strconv.ParseFloat(s, 64)
		fmt.Println(f, err)
	}
	b, err := strconv.ParseBool("maybe")
	n, _ := strconv.Atoi("+15")
	u, uerr := strconv.Unquote(`"a\u00e9\x41\n"`)
	small, serr := strconv.ParseUint("256", 10, 8)
	fmt.Printf("%v %v %v %q %v %v %v\n", b, err, n, u, uerr, small, serr)
}

func runes() {
	s := "aé⌘😀\xffz"
	for i, r := range s {
		fmt.Print(i, ":", string(r), "/", utf8.RuneLen(r), " ")
	}
	fmt.Println(len(s), utf8.RuneCountInString(s), utf8.ValidString(s), []rune(s)[3], string([]rune{0x4e16, 0x754c}), []byte("é"))
	upper := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, "straße  ǆ Ωmega")
	fmt.Println(upper, unicode.In('Ж', unicode.Cyrillic, unicode.Latin), strings.EqualFold("ΣΊΣΥΦΟΣ", "σίσυφος"), strings.ToValidUTF8("a\xffb", "?"))
}

func transformations() {
	fmt.Println(strings.Fields("  a b   c "), strings.Split("a,b,,c", ","), len(strings.SplitN("a,b,c", ",", 2)), strings.SplitAfter("a.b", "."))
	fmt.Println(strings.Index("chicken", "ken"), strings.LastIndex("go gopher", "go"), strings.IndexAny("golang", "ny"), strings.Count("cheese", "e"), strings.Count("five", ""))
	fmt.Println(strings.Replace("oink oink oink", "k", "ky", 2), strings.Title("x"), strings.TrimFunc("123abc456", unicode.IsDigit), strings.TrimPrefix("prefix-rest", "prefix-"), strings.Repeat("=", 20))
	replacer := strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;")
	before, after, found := strings.Cut("key=value=more", "=")
	fmt.Println(replacer.Replace("<a & b>"), before, after, found, strings.ContainsRune("abc", 'b'))
	long := strings.Repeat("abcabcabd", 2000)
	fmt.Println(strings.Index(long, "abdabcabcabdx"), strings.Index(long+"needle", "needle"), bytes.Compare([]byte("a"), []byte("b")), long[:9] == "abcabcabd", long > "abcabcabc")
}

func scanning() {
	var (
		name string
		n    int
		f    float64
		hex  int
	)
	count, err := fmt.Sscanf("gopher 42 2.5 ff", "%s %d %g %x", &name, &n, &f, &hex)
	fmt.Println(count, err, name, n, f, hex)
	count, err = fmt.Sscan("1 two", &n, &f)
	fmt.Println(count, err, n)
	words := bufio.NewScanner(strings.NewReader("one two\nthree  four"))
	words.Split(bufio.ScanWords)
	for words.Scan() {
		fmt.Print(words.Text(), ";")
	}
	reader := bufio.NewReaderSize(strings.NewReader(strings.Repeat("x", 100)+"\nlast"), 16)
	line, err := reader.ReadString('\n')
	rest, restErr := reader.ReadString('\n')
	fmt.Println(len(line), err, rest, restErr == io.EOF)
}

func buffers() {
	var b bytes.Buffer
	for i := 0; i < 200; i++ {
		fmt.Fprintf(&b, "%03d,", i)
	}
	b.Truncate(400)
	head := make([]byte, 10)
	io.ReadFull(&b, head)
	rest, _ := io.ReadAll(io.LimitReader(io.MultiReader(&b, strings.NewReader("tail")), 1000))
	pr, pw := io.Pipe()
	go func() { fmt.Fprint(pw, "through the pipe"); pw.CloseWithError(errors.New("closed")) }()
	piped, err := io.ReadAll(pr)
	fmt.Println(string(head), len(rest), string(rest[len(rest)-8:]), string(piped), err)
}
