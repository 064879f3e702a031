// Command gen writes the SIMD kernels of package kernel: run it through
// go generate in that directory.
package main

import (
	"fmt"
	"go/format"
	"log"
	"os"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	for name, text := range generate(".") {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// files is the generated text by file name.
type files map[string]string

// generate makes all files from the functions in the package's directory.
func generate(dir string) files {
	out := files{}
	p := load(dir)
	var stubs, plain source
	stubs.line(header + "\npackage kernel\n")
	plain.line(header + "\npackage kernel\n")
	for _, s := range isas {
		out.gemm(s, &stubs)
	}
	for _, s := range isas {
		tileTables(&stubs, s)
	}
	for _, s := range isas {
		out.elementwise(s, p, &stubs)
	}
	out.neon(p)
	loops(&plain, p)
	out.addGo("loops.go", &plain)
	out.addGo("stubs_amd64.go", &stubs)
	return out
}

func (f files) gemm(s isa, stubs *source) {
	var out source
	out.line(header + "\n#include \"textflag.h\"\n")
	tailMaskData(&out)
	for _, e := range elems {
		gemm(&out, s, e)
		pack(&out, s, e)
		stub(stubs, packName(s, e), fmt.Sprintf("dst *%s, dstStep int, src *%[1]s, srcStep, depth, n int", e.goType))
		if !s.masked {
			transpose(&out, s, e)
			stub(stubs, "transpose"+e.goType[5:]+s.name, fmt.Sprintf("dst *%s, dstStep int, src *%[1]s, srcStep, depth int", e.goType))
		}
		for _, groups := range []int{1, gemvGroups} {
			if s.masked {
				gemvMasked(&out, s, e, groups)
			} else {
				gemv(&out, s, e, groups)
			}
			stub(stubs, gemvName(s, e, groups), fmt.Sprintf("sums, a *%s, aRow int, x *%[1]s, depth int", e.goType))
		}
		tileStubs(stubs, s, e)
	}
	f["gemm_"+strings.ToLower(s.name)+"_amd64.s"] = out.String()
}

func (f files) elementwise(s isa, p *program, stubs *source) {
	var body, wrappers source
	pools := map[int]*constants{32: newConstants(s, elem32), 64: newConstants(s, elem64)}
	wrappers.line(header + "\npackage kernel\n")
	for _, e := range elems {
		for _, k := range p.kernels(e) {
			w := newElementwise(&body, s, k, p, pools)
			w.write()
			w.wrapper(&wrappers, stubs)
		}
	}
	for _, e := range elems {
		reductions(&body, stubs, s, e)
		rows(&body, stubs, s, e)
		streams(&body, stubs, s, e)
	}
	tables(&wrappers, s, p)
	var out source
	out.line(header + "\n#include \"funcdata.h\"\n#include \"textflag.h\"\n")
	tailMaskData(&out)
	out.line("DATA byteOnes<>+0(SB)/8, $0x0101010101010101\nDATA byteOnes<>+8(SB)/8, $0x0101010101010101")
	out.line("GLOBL byteOnes<>(SB), RODATA|NOPTR, $16")
	pools[32].data(&out)
	pools[64].data(&out)
	out.WriteString(body.String())
	name := "elementwise_" + strings.ToLower(s.name) + "_amd64"
	f[name+".s"] = out.String()
	f.addGo(name+".go", &wrappers)
}

// stub declares an assembly function.
func stub(stubs *source, name, signature string) {
	stubs.line("//go:noescape\nfunc %s(%s)\n", name, signature)
}

// tileTables writes the tables of micro-kernels by rows and vectors.
func tileTables(stubs *source, s isa) {
	for _, e := range elems {
		fmt.Fprintf(stubs, "var tiles%d%s = [][]func(*tile){{}", e.bits, s.name)
		for r := 1; r <= tileRows(s); r++ {
			fmt.Fprint(stubs, ", {nil")
			for v := 1; v <= tileVectors(s, r); v++ {
				fmt.Fprintf(stubs, ", %s", tileName(s, e, r, v))
			}
			fmt.Fprint(stubs, "}")
		}
		stubs.line("}\n")
	}
}

// tileStubs declares the micro-kernels.
func tileStubs(stubs *source, s isa, e elem) {
	for r := 1; r <= tileRows(s); r++ {
		for v := 1; v <= tileVectors(s, r); v++ {
			stub(stubs, tileName(s, e, r, v), "t *tile")
		}
	}
}

// addGo adds a Go file, formatted.
func (f files) addGo(name string, src *source) {
	text, err := format.Source([]byte(src.String()))
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	f[name] = string(text)
}
