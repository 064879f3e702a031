package main

import "fmt"

// neon makes the files of arm64.
func (f files) neon(p *program) {
	var stubs source
	stubs.line(header + "\npackage kernel\n")
	f.neonGemm(&stubs)
	tileTables(&stubs, neon)
	f.neonElementwise(p, &stubs)
	f.addGo("stubs_arm64.go", &stubs)
}

func (f files) neonGemm(stubs *source) {
	var out source
	out.line(header + "\n#include \"textflag.h\"\n")
	for _, e := range elems {
		for r := 1; r <= tileRows(neon); r++ {
			for v := 1; v <= tileVectors(neon, r); v++ {
				neonTile(&out, e, r, v)
			}
		}
		neonPack(&out, e)
		stub(stubs, packName(neon, e), fmt.Sprintf("dst *%s, dstStep int, src *%[1]s, srcStep, depth, n int", e.goType))
		neonTranspose(&out, e)
		stub(stubs, "transpose"+e.goType[5:]+neon.name, fmt.Sprintf("dst *%s, dstStep int, src *%[1]s, srcStep, depth int", e.goType))
		for _, groups := range []int{1, gemvGroups} {
			neonGemv(&out, e, groups)
			stub(stubs, gemvName(neon, e, groups), fmt.Sprintf("sums, a *%s, aRow int, x *%[1]s, depth int", e.goType))
		}
		tileStubs(stubs, neon, e)
	}
	f["gemm_neon_arm64.s"] = out.String()
}

func (f files) neonElementwise(p *program, stubs *source) {
	var body, wrappers source
	pools := map[int]*constants{32: newConstants(neon, elem32), 64: newConstants(neon, elem64)}
	wrappers.line(header + "\npackage kernel\n")
	for _, e := range elems {
		for _, k := range p.kernels(e) {
			w := neonElementwise{newElementwise(&body, neon, k, p, pools)}
			w.write()
			w.wrapper(&wrappers, stubs)
		}
	}
	for _, e := range elems {
		neonReductions(&body, stubs, e)
		neonStreams(&body, stubs, e)
	}
	tables(&wrappers, neon, p)
	var out source
	out.line(header + "\n#include \"funcdata.h\"\n#include \"textflag.h\"\n")
	pools[32].data(&out)
	pools[64].data(&out)
	out.WriteString(body.String())
	f["elementwise_neon_arm64.s"] = out.String()
	f.addGo("elementwise_neon_arm64.go", &wrappers)
}
