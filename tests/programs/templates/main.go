// Command templates executes text and HTML templates, which call methods and functions by reflection.
package main

import (
	"errors"
	"fmt"
	html "html/template"
	"os"
	"strings"
	"text/tabwriter"
	"text/template"
)

type item struct {
	Name  string
	Price float64
	Tags  []string
}

func (i item) Upper() string                 { return strings.ToUpper(i.Name) }
func (i *item) Discount(percent int) float64 { return i.Price * float64(100-percent) / 100 }
func (i item) Check(limit float64) (bool, error) {
	if limit < 0 {
		return false, errors.New("negative limit")
	}
	return i.Price < limit, nil
}

const page = `{{define "row"}}{{printf "%-8s" .Upper}}|{{.Discount 10 | printf "%6.2f"}}{{with .Tags}} ({{join . ", "}}){{end}}{{end -}}
{{range $i, $item := .Items}}{{$i | add 1}}. {{template "row" $item}}
{{else}}nothing
{{end -}}
{{if and .Show (gt (len .Items) 1)}}many{{else if .Show}}few{{else}}hidden{{end}} {{not .Show}} {{or "" "default"}}
{{range .Map}}{{.}} {{end}}{{index .Map "b"}} {{slice "abcdef" 1 3}} {{eq 1 1 2}} {{lt 1.5 2.5}} {{call .Fn 3}} {{html "<b>"}} {{js "'x'"}} {{urlquery "a b&c"}}
{{- /* a comment */ -}}
{{range $n := .Numbers}}{{if eq $n 3}}{{continue}}{{end}}{{if gt $n 5}}{{break}}{{end}} {{$n}}{{end}}
`

func main() {
	functions := template.FuncMap{"join": strings.Join, "add": func(a, b int) int { return a + b }}
	t := template.Must(template.New("page").Funcs(functions).Parse(page))
	items := []*item{{"apple", 1.5, []string{"fruit", "red"}}, {"bread", 3.25, nil}}
	data := map[string]any{
		"Items": items, "Show": true, "Map": map[string]int{"b": 2, "a": 1}, "Numbers": []int{1, 2, 3, 4, 5, 6, 7},
		"Fn": func(n int) string { return strings.Repeat("fn", n) },
	}
	fmt.Println(t.Execute(os.Stdout, data))
	data["Items"] = items[:0]
	fmt.Println(t.Execute(os.Stdout, data))
	failures(functions)
	escaping()
	columns()
}

func failures(functions template.FuncMap) {
	for _, text := range []string{"{{.Missing.Field}}", "{{.Check -1.0}}", "{{.Check 2.0}}", "{{.Name | nosuch}}", "{{range}}", "{{.Name.Length}}", "{{template \"absent\"}}", "{{index .Tags 5}}"} {
		t, err := template.New("t").Funcs(functions).Parse(text)
		if err == nil {
			var out strings.Builder
			err = t.Execute(&out, item{"x", 1, []string{"t"}})
			fmt.Print(out.String(), " ")
		}
		fmt.Println(err)
	}
}

func escaping() {
	t := html.Must(html.New("h").Parse(`<a href="/s?q={{.}}" onclick='f({{.}})' title="{{.}}">{{.}}</a><script>var v = {{.}};</script>` + "\n"))
	fmt.Println(t.Execute(os.Stdout, `<O'Reilly & "co">`))
	fmt.Println(t.Execute(os.Stdout, map[string]any{"k": []int{1, 2}}))
	safe := html.Must(html.New("s").Parse("{{.}} {{. | print}}\n"))
	fmt.Println(safe.Execute(os.Stdout, html.HTML("<b>bold</b>")))
}

func columns() {
	w := tabwriter.NewWriter(os.Stdout, 4, 8, 1, '.', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(w, "a\tbbb\tc")
	fmt.Fprintln(w, "aaaaa\tb\tccccc")
	w.Flush()
}
