package main

// loops writes the plain-Go kernels: each function in a loop of its own, so
// that the Go compiler can inline it.
func loops(out *source, p *program) {
	for _, e := range elems {
		ks := p.kernels(e)
		for _, k := range ks {
			plainLoop(out, k)
		}
		for i := range families {
			f := &families[i]
			out.line("var plain%s%s = [Num%[1]s]%[3]s{", f.name, e.goType[5:], signature(f, e))
			for _, k := range ks {
				if k.family == f {
					out.line("%s: %sLoop,", k.constant, k.base())
				}
			}
			out.line("}\n")
		}
	}
}

// signature is the type of a family's kernels.
func signature(f *family, e elem) string {
	switch {
	case f.name == "Compare":
		return "func(dst []uint8, x, y []" + e.goType + ")"
	case f.operands == 2:
		return "func(dst, x, y []" + e.goType + ")"
	}
	return "func(dst, x []" + e.goType + ")"
}

func plainLoop(out *source, k kernel) {
	out.line("func %sLoop%s {", k.base(), signature(k.family, k.e)[4:])
	switch {
	case k.family.name == "Compare":
		out.line("dst, y = dst[:len(x)], y[:len(x)]\nfor i, v := range x {\nvar b uint8\nif %s(v, y[i]) {\nb = 1\n}\ndst[i] = b\n}", k.call)
	case k.family.operands == 2:
		out.line("dst, y = dst[:len(x)], y[:len(x)]\nfor i, v := range x {\ndst[i] = %s(v, y[i])\n}", k.call)
	default:
		out.line("dst = dst[:len(x)]\nfor i, v := range x {\ndst[i] = %s(v)\n}", k.call)
	}
	out.line("}\n")
}
