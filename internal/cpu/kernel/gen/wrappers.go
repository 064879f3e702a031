package main

import "fmt"

// wrapper writes the Go function that checks the slices, calls the assembly
// and serves what the assembly leaves to plain Go.
func (w *elementwise) wrapper(out, stubs *source) {
	k, e := w.k, w.k.e
	dst := e.goType
	if w.compares() {
		dst = "uint8"
	}
	partial := w.partial()
	result := ""
	if partial {
		result = " (done int)"
	}
	ys, y, yArg, yMove := "", "", "", ""
	if k.family.operands == 2 {
		ys, y, yArg, yMove = ", y *"+e.goType, ", y", ", &y[0]", ", y[m:]"
	}
	stubs.line("//go:noescape\nfunc %s(dst *%s, x *%s%s, n int)%s\n", w.name(), dst, e.goType, ys, result)

	out.line("func %sSlice%s {", w.name(), signature(k.family, e)[4:])
	cut := "dst = dst[:len(x)]"
	if y != "" {
		cut = "dst, y = dst[:len(x)], y[:len(x)]"
	}
	out.line(cut)
	call := fmt.Sprintf("%s(&dst[0], &x[0]%s, len(x))", w.name(), yArg)
	if !partial {
		out.line("if len(x) == 0 {\nreturn\n}\n%s\n}\n", call)
		return
	}
	out.line("for len(x) > 0 {")
	out.line("done := %s", call)
	out.line("m := min(done+%d, len(x))", w.lanes())
	yRest := ""
	if y != "" {
		yRest = ", y[done:m]"
	}
	out.line("%sLoop(dst[done:m], x[done:m]%s)", k.base(), yRest)
	out.line("dst, x%s = dst[m:], x[m:]%s", y, yMove)
	out.line("}\n}\n")
}

// tables writes the tables of one instruction set.
func tables(out *source, s isa, p *program) {
	for _, e := range elems {
		for i := range families {
			f := &families[i]
			out.line("var simd%s%s%s = [Num%[1]s]%[4]s{", f.name, e.goType[5:], s.name, signature(f, e))
			for _, k := range p.kernels(e) {
				if k.family == f {
					out.line("%s: %s%sSlice,", k.constant, k.base(), s.name)
				}
			}
			out.line("}\n")
		}
	}
}
