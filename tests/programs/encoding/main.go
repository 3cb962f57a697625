// Command encoding goes to and from JSON, gob, XML, CSV, base64, hex and binary, and fails on bad input.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

type animal struct {
	Name     string          `json:"name" xml:"name,attr"`
	Legs     int             `json:"legs,omitempty" xml:"legs"`
	Weight   *float64        `json:"weight" xml:"weight,omitempty"`
	Tags     []string        `json:"tags" xml:"tags>tag"`
	Extra    map[string]any  `json:"extra,omitempty" xml:"-"`
	Parents  []animal        `json:"parents,omitempty" xml:"parent"`
	Born     time.Time       `json:"born" xml:"born"`
	Raw      json.RawMessage `json:"raw,omitempty" xml:"-"`
	Mood     mood            `json:"mood" xml:"mood"`
	ByID     map[int]string  `json:"byId,omitempty" xml:"-"`
	internal string
}

type mood int

func (m mood) MarshalText() ([]byte, error) { return []byte([]string{"calm", "wild"}[m]), nil }
func (m *mood) UnmarshalText(text []byte) error {
	switch string(text) {
	case "calm":
		*m = 0
	case "wild":
		*m = 1
	default:
		return fmt.Errorf("no mood %q", text)
	}
	return nil
}

type shape interface{ Area() float64 }
type Square struct{ Side float64 }
type Circle struct{ Radius float64 }

func (s Square) Area() float64  { return s.Side * s.Side }
func (c *Circle) Area() float64 { return 3 * c.Radius * c.Radius }

func sample() animal {
	weight := 4.25
	born := time.Date(2020, 2, 29, 23, 59, 59, 123000000, time.UTC)
	return animal{
		Name: "cat \u2028<é>\x01", Legs: 4, Weight: &weight, Tags: []string{"pet", "\"quoted\""}, Born: born, Mood: 1,
		Extra:   map[string]any{"z": nil, "a": []int{1, 2}, "m": map[string]bool{"deep": true}},
		Parents: []animal{{Name: "mother", Born: born}}, Raw: json.RawMessage(`{"as":"is"}`), ByID: map[int]string{2: "b", 1: "a"}, internal: "hidden",
	}
}

func main() {
	jsonRoundTrip()
	jsonAny()
	jsonStream()
	jsonErrors()
	gobs()
	xmls()
	csvs()
	bytesAndText()
}

func jsonRoundTrip() {
	out, err := json.Marshal(sample())
	fmt.Println(string(out), err)
	var back animal
	err = json.Unmarshal(out, &back)
	again, _ := json.MarshalIndent(back.Parents, ">", "  ")
	fmt.Println(err, back.Name == "cat \u2028<é>\x01", *back.Weight, back.Born.Equal(sample().Born), back.Mood, back.internal == "")
	fmt.Println(string(again))
	third, _ := json.Marshal(back)
	fmt.Println("stable", bytes.Equal(out, third))
}

func jsonAny() {
	var v any
	err := json.Unmarshal([]byte(`{"n": [1, -2.5e3, true, null, {}], "s": "\u00e9\ud83d\ude00\ud800", "o": {"k": []}}`), &v)
	fmt.Println(v, err, reflect.TypeOf(v))
	var compact bytes.Buffer
	json.Compact(&compact, []byte("{ \"a\" : [ 1 , 2 ] }"))
	json.HTMLEscape(&compact, []byte(`"<&>"`))
	fmt.Println(compact.String(), json.Valid([]byte(`[1,]`)))
	deep := strings.Repeat("[", 2000) + strings.Repeat("]", 2000)
	fmt.Println(json.Unmarshal([]byte(deep), &v), json.Unmarshal([]byte(strings.Repeat("[", 20000)), &v) != nil)
}

func jsonStream() {
	d := json.NewDecoder(strings.NewReader(`{"a":1}{"a":2.5} [{"a":"x"}]`))
	d.UseNumber()
	for {
		var v any
		if err := d.Decode(&v); err != nil {
			fmt.Println(err == io.EOF)
			break
		}
		fmt.Print(v, " ")
	}
	d = json.NewDecoder(strings.NewReader(`{"x":[1,{"y":null}]}`))
	for {
		t, err := d.Token()
		if err != nil {
			break
		}
		fmt.Printf("%T:%v ", t, t)
	}
	fmt.Println()
}

func jsonErrors() {
	var a animal
	for _, s := range []string{`{"name": 5}`, `{"name": "x"`, `{"legs": 1.5}`, `{"mood": "sad"}`, `nul`, ``, `{"tags": {}}`, `{"born": "yesterday"}`} {
		err := json.Unmarshal([]byte(s), &a)
		var syntax *json.SyntaxError
		var typed *json.UnmarshalTypeError
		fmt.Println(err != nil, errors.As(err, &syntax), errors.As(err, &typed))
	}
	_, err := json.Marshal(map[string]any{"f": func() {}})
	var unsupported *json.UnsupportedTypeError
	fmt.Println(errors.As(err, &unsupported), err)
}

func gobs() {
	gob.Register(Square{})
	gob.Register(&Circle{})
	var wire bytes.Buffer
	in := struct {
		Shapes []shape
		Grid   [3][2]int16
		ByName map[string]*animal
		C      complex128
		U      uint64
	}{[]shape{Square{3}, &Circle{2}}, [3][2]int16{{1, -2}, {3, 4}}, map[string]*animal{"cat": {Name: "cat", Tags: []string{"t"}}}, 1 - 2i, 1<<64 - 1}
	fmt.Println(gob.NewEncoder(&wire).Encode(in))
	out := in
	out.Shapes, out.ByName = nil, nil
	err := gob.NewDecoder(&wire).Decode(&out)
	fmt.Println(err, out.Shapes[0].Area(), out.Shapes[1].Area(), out.Grid, out.ByName["cat"].Tags, out.C, out.U)
	fmt.Println(gob.NewDecoder(strings.NewReader("\x07garbage")).Decode(&out) != nil)
}

func xmls() {
	out, err := xml.MarshalIndent(sample(), "", " ")
	fmt.Println(len(out) > 100, err)
	var back animal
	clean := sample()
	clean.Name = "cat"
	out, _ = xml.Marshal(clean)
	fmt.Println(xml.Unmarshal(out, &back), back.Name, back.Legs, *back.Weight, back.Tags, back.Parents[0].Name, back.Mood)
	fmt.Println(xml.Unmarshal([]byte("<a><b></a>"), &back))
}

func csvs() {
	r := csv.NewReader(strings.NewReader("a,\"b \"\"q\"\"\nnext\",c\n1,,3\n"))
	rows, err := r.ReadAll()
	fmt.Printf("%q %v\n", rows, err)
	_, err = csv.NewReader(strings.NewReader("a,b\nc\n")).ReadAll()
	fmt.Println(err)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Write([]string{"plain", "with,comma", "with \"quote\"", " space"})
	w.Flush()
	fmt.Print(out.String())
}

func bytesAndText() {
	data := make([]byte, 256)
	for i := range data {
		data[i] = byte(i * 7)
	}
	text := base64.StdEncoding.EncodeToString(data)
	back, err := base64.StdEncoding.DecodeString(text)
	fmt.Println(text[:40], bytes.Equal(back, data), err, base64.RawURLEncoding.EncodeToString([]byte{251, 255}))
	_, err = base64.StdEncoding.DecodeString("a$==")
	_, hexErr := hex.DecodeString("0g")
	fmt.Println(err, hexErr)
	fmt.Print(hex.Dump(data[:20]))
	type header struct {
		Magic [4]byte
		Size  uint32
		Ratio float32
		Flags [3]int16
	}
	var wire bytes.Buffer
	h := header{[4]byte{'G', 'O', 'W', 'A'}, 1 << 31, 0.5, [3]int16{-1, 2, -3}}
	fmt.Println(binary.Write(&wire, binary.BigEndian, h), wire.Bytes(), binary.Size(h))
	var read header
	fmt.Println(binary.Read(&wire, binary.BigEndian, &read), read == h)
}
