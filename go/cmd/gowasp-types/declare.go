package main

import (
	"fmt"
	"go/types"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// writer collects the interfaces that declarations need.
type writer struct {
	// By the type's full name: a package that is imported has objects of its own for it.
	names map[string]string
	// By name.
	interfaces map[string]string
	order      []string
	problem    error
}

// declarations is a file of TypeScript's.
func declarations(offers []offer, global bool) (string, error) {
	w := &writer{names: map[string]string{}, interfaces: map[string]string{"Exports": ""}}
	sort.SliceStable(offers, func(i, j int) bool { return offers[i].name < offers[j].name })
	var members strings.Builder
	for i, o := range offers {
		if i > 0 && offers[i-1].name == o.name {
			return "", fmt.Errorf("%s is offered twice", o.name)
		}
		w.member(&members, o)
		if w.problem != nil {
			return "", fmt.Errorf("%s: %w", o.name, w.problem)
		}
	}
	var text strings.Builder
	text.WriteString("// Written by gowasp-types. Changes are lost.\n\n")
	for _, name := range w.order {
		text.WriteString("export interface " + name + " " + w.interfaces[name] + "\n\n")
	}
	text.WriteString("/** What the program offers. */\nexport interface Exports {\n" + members.String() + "}\n")
	if global {
		text.WriteString("\ndeclare global {\n")
		for _, o := range offers {
			if identifier.MatchString(o.name) {
				text.WriteString("  var " + o.name + ": Exports[" + strconv.Quote(o.name) + "];\n")
			}
		}
		text.WriteString("}\n")
	}
	return text.String(), nil
}

func (w *writer) member(text *strings.Builder, o offer) {
	if o.doc != "" {
		doc := strings.ReplaceAll(o.doc, "*/", "* /")
		text.WriteString("  /** " + strings.ReplaceAll(doc, "\n", "\n   * ") + " */\n")
	}
	if signature, ok := o.of.Underlying().(*types.Signature); ok {
		result := w.results(signature)
		if o.isAsync {
			result = "Promise<" + result + ">"
		}
		text.WriteString("  " + property(o.name) + "(" + w.parameters(signature) + "): " + result + ";\n")
		return
	}
	text.WriteString("  readonly " + property(o.name) + ": " + w.typeOf(o.of) + ";\n")
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// property is a name where one is declared.
func property(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

func (w *writer) parameters(signature *types.Signature) string {
	var list []string
	for i := 0; i < signature.Params().Len(); i++ {
		parameter := signature.Params().At(i)
		name := parameter.Name()
		if !identifier.MatchString(name) || name == "_" || reserved[name] {
			name = "arg" + strconv.Itoa(i)
		}
		if signature.Variadic() && i == signature.Params().Len()-1 {
			item := parameter.Type().(*types.Slice).Elem()
			list = append(list, "..."+name+": "+arrayOf(w.given(item)))
			continue
		}
		list = append(list, name+": "+w.given(parameter.Type()))
	}
	return strings.Join(list, ", ")
}

// Words that TypeScript takes for no name of a parameter, of those that Go does.
var reserved = words("arguments catch class delete do enum export extends eval false finally function implements in instanceof " +
	"let new null private protected public static super this throw true try typeof void while with yield await")

func words(text string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(text) {
		all[word] = true
	}
	return all
}

// given is the type of what JavaScript gives: its functions may answer with a promise.
func (w *writer) given(t types.Type) string {
	if signature, ok := t.Underlying().(*types.Signature); ok {
		result := w.results(signature)
		return "(" + w.parameters(signature) + ") => " + result + " | Promise<" + result + ">"
	}
	return w.typeOf(t)
}

// results is what a function answers; an error is thrown.
func (w *writer) results(signature *types.Signature) string {
	var list []string
	for i := 0; i < signature.Results().Len(); i++ {
		result := signature.Results().At(i).Type()
		if i == signature.Results().Len()-1 && isError(result) {
			break
		}
		list = append(list, w.typeOf(result))
	}
	switch len(list) {
	case 0:
		return "void"
	case 1:
		return list[0]
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func isError(t types.Type) bool { return t == types.Universe.Lookup("error").Type() }

// Structs that are no objects in JavaScript.
var special = map[string]string{"syscall/js.Value": "any", "syscall/js.Func": "Function", "time.Time": "Date"}

func (w *writer) typeOf(t types.Type) string {
	t = unalias(t)
	if isError(t) {
		return "Error | null"
	}
	if known, ok := special[types.TypeString(t, nil)]; ok {
		return known
	}
	if named, ok := t.(*types.Named); ok {
		if structure, ok := named.Underlying().(*types.Struct); ok {
			return w.named(named, structure)
		}
	}
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return w.basic(t)
	case *types.Pointer:
		return w.typeOf(t.Elem()) + " | null"
	case *types.Slice:
		return w.list(t.Elem())
	case *types.Array:
		return w.list(t.Elem())
	case *types.Map:
		return "Record<string, " + w.typeOf(t.Elem()) + ">"
	case *types.Struct:
		return w.structure(t, "  ")
	case *types.Signature:
		return "(" + w.parameters(t) + ") => " + w.results(t)
	case *types.Interface:
		if t.Empty() {
			return "any"
		}
	}
	return w.fail(t)
}

func (w *writer) fail(t types.Type) string {
	if w.problem == nil {
		w.problem = fmt.Errorf("%s has no counterpart in JavaScript", t)
	}
	return "never"
}

func (w *writer) basic(t *types.Basic) string {
	switch {
	case t.Info()&types.IsBoolean != 0:
		return "boolean"
	case t.Info()&types.IsString != 0:
		return "string"
	case t.Info()&(types.IsInteger|types.IsFloat) != 0 && t.Kind() != types.Uintptr:
		return "number"
	case t.Kind() == types.UntypedNil:
		return "null"
	}
	return w.fail(t)
}

func (w *writer) list(item types.Type) string {
	if basic, ok := item.Underlying().(*types.Basic); ok && basic.Kind() == types.Uint8 {
		return "Uint8Array"
	}
	return arrayOf(w.typeOf(item))
}

func arrayOf(item string) string {
	if strings.ContainsAny(item, "|>") {
		return "Array<" + item + ">"
	}
	return item + "[]"
}

// named declares an interface for a struct, once.
func (w *writer) named(named *types.Named, structure *types.Struct) string {
	full := types.TypeString(named, nil)
	if name, ok := w.names[full]; ok {
		return name
	}
	name := named.Obj().Name()
	for i := 0; i < named.TypeArgs().Len(); i++ {
		name += "Of" + regexp.MustCompile(`\W+`).ReplaceAllString(types.TypeString(named.TypeArgs().At(i), nil), "_")
	}
	base := name
	for i := 2; ; i++ {
		if _, taken := w.interfaces[name]; !taken {
			break
		}
		name = base + strconv.Itoa(i)
	}
	w.names[full] = name
	w.interfaces[name] = ""
	w.order = append(w.order, name)
	w.interfaces[name] = w.structure(structure, "")
	return name
}

func (w *writer) structure(t *types.Struct, indent string) string {
	var text strings.Builder
	text.WriteString("{\n")
	for _, f := range fields(t) {
		mark := ""
		if f.isOptional {
			mark = "?"
		}
		text.WriteString(indent + "  " + property(f.name) + mark + ": " + w.typeOf(f.of) + ";\n")
	}
	text.WriteString(indent + "}")
	return text.String()
}

type field struct {
	name       string
	of         types.Type
	isOptional bool
}

// fields are those that the package converts: see fieldsOf there.
func fields(t *types.Struct) []field {
	var list []field
	own := map[string]bool{}
	var embedded []field
	for i := 0; i < t.NumFields(); i++ {
		f := t.Field(i)
		tag := reflect.StructTag(t.Tag(i)).Get("json")
		name, options, _ := strings.Cut(tag, ",")
		_, isSpecial := special[types.TypeString(f.Type(), nil)]
		if inner, ok := f.Type().Underlying().(*types.Struct); ok && f.Embedded() && name == "" && !isSpecial {
			embedded = append(embedded, fields(inner)...)
			continue
		}
		if !f.Exported() || tag == "-" {
			continue
		}
		if name == "" {
			name = f.Name()
		}
		own[name] = true
		list = append(list, field{name, f.Type(), strings.Contains(","+options+",", ",omitempty,")})
	}
	for _, f := range embedded {
		if !own[f.name] {
			list = append(list, f)
		}
	}
	return list
}
