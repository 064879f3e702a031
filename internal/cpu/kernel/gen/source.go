package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"path/filepath"
	"strings"
)

// functionFiles hold the functions that become kernels.
var functionFiles = []string{
	"kernel.go", "fma.go", "basic.go", "coefficients.go", "exp.go", "exp32.go", "log.go", "reduce.go", "trig.go", "arc.go", "erf.go", "pow.go",
}

// program is the parsed source of the kernels.
type program struct {
	fset   *token.FileSet
	info   types.Info
	funcs  map[string]*ast.FuncDecl
	scalar map[string]bool // marked kernel:scalar
	tables map[string][]ast.Expr
}

// load parses and checks the function files in dir. Names that other files of the
// package declare are unknown here; the Go compiler checks those.
func load(dir string) *program {
	p := &program{
		fset:   token.NewFileSet(),
		info:   types.Info{Types: map[ast.Expr]types.TypeAndValue{}},
		funcs:  map[string]*ast.FuncDecl{},
		scalar: map[string]bool{},
		tables: map[string][]ast.Expr{},
	}
	var files []*ast.File
	for _, name := range functionFiles {
		f, err := parser.ParseFile(p.fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			log.Fatal(err)
		}
		files = append(files, f)
		for _, d := range f.Decls {
			p.declare(d)
		}
	}
	config := types.Config{Importer: importer.ForCompiler(p.fset, "source", nil), Error: func(error) {}}
	config.Check("kernel", p.fset, files, &p.info)
	return p
}

func (p *program) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.funcs[d.Name.Name] = d
		if d.Doc != nil {
			for _, c := range d.Doc.List {
				if strings.HasPrefix(c.Text, "//kernel:scalar") {
					p.scalar[d.Name.Name] = true
				}
			}
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				continue
			}
			if lit, ok := v.Values[0].(*ast.CompositeLit); ok {
				p.tables[v.Names[0].Name] = lit.Elts
			}
		}
	}
}
