package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// The package whose functions are looked for.
const path = "github.com/gowasp/gowasp/go"

// offer is one call of Export or ExportAsync.
type offer struct {
	name    string
	of      types.Type
	isAsync bool
	// The comment of the function that is offered.
	doc string
}

// offers finds the calls in a package.
func (s *source) offers() ([]offer, error) {
	docs := s.comments()
	var offers []offer
	var problem error
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || problem != nil || len(call.Args) != 2 {
				return problem == nil
			}
			callee := s.callee(call)
			if callee == nil || callee.Pkg() == nil || callee.Pkg().Path() != path {
				return true
			}
			if callee.Name() != "Export" && callee.Name() != "ExportAsync" {
				return true
			}
			name := s.info.Types[call.Args[0]].Value
			if name == nil || name.Kind() != constant.String {
				problem = fmt.Errorf("%s: the name must be a constant, or nobody can know it", s.set.Position(call.Args[0].Pos()))
				return false
			}
			offers = append(offers, offer{
				name:    constant.StringVal(name),
				of:      types.Default(s.info.Types[call.Args[1]].Type),
				isAsync: callee.Name() == "ExportAsync",
				doc:     docs[s.used(call.Args[1])],
			})
			return true
		})
	}
	return offers, problem
}

// callee is the function that is called, with type arguments or without.
func (s *source) callee(call *ast.CallExpr) types.Object {
	fun := call.Fun
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	return s.used(fun)
}

// used is what a name means.
func (s *source) used(expression ast.Expr) types.Object {
	switch expression := expression.(type) {
	case *ast.Ident:
		return s.info.Uses[expression]
	case *ast.SelectorExpr:
		return s.info.Uses[expression.Sel]
	}
	return nil
}

// comments are those of the package's functions.
func (s *source) comments() map[types.Object]string {
	docs := map[types.Object]string{}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Doc != nil {
				docs[s.info.Defs[f.Name]] = strings.TrimSpace(f.Doc.Text())
			}
		}
	}
	return docs
}
