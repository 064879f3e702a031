package main

import "fmt"

// Go's assembler knows few of arm64's vector instructions: the others are
// written as words, each with its text in ARM's notation beside it. The codes are
// those of the Arm Architecture Reference Manual, with all register numbers 0.

// vectorSize is bit 22, which tells .2d from .4s in most instructions.
const vectorSize = 1 << 22

// neonThree are instructions on three vectors of one shape, for .4s.
var neonThree = map[string]uint32{
	"fadd": 0x4e20d400, "fsub": 0x4ea0d400, "fmul": 0x6e20dc00, "fdiv": 0x6e20fc00,
	"fmax": 0x4e20f400, "fmin": 0x4ea0f400, "fmla": 0x4e20cc00, "fmls": 0x4ea0cc00,
	"fcmeq": 0x4e20e400, "fcmge": 0x6e20e400, "fcmgt": 0x6ea0e400,
	"add": 0x4ea08400, "sub": 0x6ea08400, "cmeq": 0x6ea08c00, "cmtst": 0x4ea08c00,
	"zip1": 0x4e803800, "zip2": 0x4e807800,
}

// neonBits are instructions on three vectors without lanes.
var neonBits = map[string]uint32{
	"and": 0x4e201c00, "orr": 0x4ea01c00, "eor": 0x6e201c00,
	"bsl": 0x6e601c00, // the destination chooses: 1 the first source, 0 the second
	"bit": 0x6ea01c00, // inserts the first source where the second is 1
	"bif": 0x6ee01c00, // and where it is 0
}

// neonTwo are instructions on two vectors of one shape, for .4s.
var neonTwo = map[string]uint32{
	"fneg": 0x6ea0f800, "fabs": 0x4ea0f800, "fsqrt": 0x6ea1f800,
	"frintn": 0x4e218800, "frintm": 0x4e219800, "frintp": 0x4ea18800,
}

// neonWidths are instructions between lanes of two widths, by name and the shape
// of the result.
var neonWidths = map[string]struct {
	code uint32
	from string
	end  string
}{
	"fcvtl.2d": {0x0e617800, "2s", ""}, "fcvtn.2s": {0x0e616800, "2d", ""},
	"xtn.2s": {0x0ea12800, "2d", ""}, "xtn.4h": {0x0e612800, "4s", ""}, "xtn.8b": {0x0e212800, "8h", ""},
	"ushll.8h": {0x2f08a400, "8b", ", #0"}, "ushll.4s": {0x2f10a400, "4h", ", #0"}, "ushll.2d": {0x2f20a400, "2s", ", #0"},
}

// shape is the arrangement of a vector of e.
func (e elem) shape() string { return map[int]string{32: "4s", 64: "2d"}[e.bits] }

func (e elem) sized(code uint32) uint32 {
	if e.bits == 64 {
		code |= vectorSize
	}
	return code
}

// word writes an encoded instruction.
func (s *source) word(code uint32, format string, args ...any) {
	s.op("WORD $%#08x // %s", code, fmt.Sprintf(format, args...))
}

func known(table map[string]uint32, name string) uint32 {
	code, ok := table[name]
	if !ok {
		panic("no encoding of " + name)
	}
	return code
}

// three writes d = n op m, or d = d op (n, m), lane by lane.
func (s *source) three(name string, e elem, d, n, m int) {
	code := e.sized(known(neonThree, name)) | uint32(m<<16|n<<5|d)
	s.word(code, "%s v%d.%[5]s, v%[3]d.%[5]s, v%[4]d.%[5]s", name, d, n, m, e.shape())
}

// bits writes a bitwise d = n op m.
func (s *source) bits(name string, d, n, m int) {
	s.word(known(neonBits, name)|uint32(m<<16|n<<5|d), "%s v%d.16b, v%d.16b, v%d.16b", name, d, n, m)
}

// not and copy write d = ^n and d = n.
func (s *source) not(d, n int)  { s.word(0x6e205800|uint32(n<<5|d), "mvn v%d.16b, v%d.16b", d, n) }
func (s *source) copy(d, n int) { s.bits("orr", d, n, n) }

// zero writes d = 0.
func (s *source) zero(d int) { s.word(0x6f00e400|uint32(d), "movi v%d.2d, #0", d) }

// two writes d = op n.
func (s *source) two(name string, e elem, d, n int) {
	s.word(e.sized(known(neonTwo, name))|uint32(n<<5|d), "%s v%d.%[4]s, v%[3]d.%[4]s", name, d, n, e.shape())
}

// resize writes d = n with lanes of another width; to is d's shape.
func (s *source) resize(name, to string, d, n int) {
	w, ok := neonWidths[name+"."+to]
	if !ok {
		panic("no encoding of " + name + " to " + to)
	}
	s.word(w.code|uint32(n<<5|d), "%s v%d.%s, v%d.%s%s", name, d, to, n, w.from, w.end)
}

// shift writes d = n << count or the logical n >> count.
func (s *source) shift(name string, e elem, d, n, count int) {
	code, immediate := uint32(0x4f005400), e.bits+count
	if name == "ushr" {
		code, immediate = 0x6f000400, 2*e.bits-count
	}
	s.word(code|uint32(immediate<<16|n<<5|d), "%s v%d.%[5]s, v%[3]d.%[5]s, #%[4]d", name, d, n, count, e.shape())
}

// fmlaLane writes d += n * m[lane], rounded once.
func (s *source) fmlaLane(e elem, d, n, m, lane int) {
	high, low := lane, 0
	if e.bits == 32 {
		high, low = lane>>1, lane&1
	}
	s.word(e.sized(0x4f801000)|uint32(low<<21|m<<16|high<<11|n<<5|d), "fmla v%d.%[5]s, v%[2]d.%[5]s, v%[3]d.%[6]s[%[4]d]", d, n, m, lane, e.shape(), e.shape()[1:])
}

// spread writes all lanes of d = n[0].
func (s *source) spread(e elem, d, n int) {
	s.word(0x4e000400|uint32(e.size()<<16|n<<5|d), "dup v%d.%s, v%d.%s[0]", d, e.shape(), n, e.shape()[1:])
}

// pairwiseMax writes d whose low half holds the larger of each pair of n's words,
// unsigned: it is 0 where n is.
func (s *source) pairwiseMax(d, n int) {
	s.word(0x6ea0a400|uint32(n<<16|n<<5|d), "umaxp v%d.4s, v%d.4s, v%[2]d.4s", d, n)
}

// toGeneral writes lane 0 of n to general register d.
func (s *source) toGeneral(e elem, d, n int) {
	if e.bits == 64 {
		s.word(0x9e660000|uint32(n<<5|d), "fmov x%d, d%d", d, n)
		return
	}
	s.word(0x1e260000|uint32(n<<5|d), "fmov w%d, s%d", d, n)
}
