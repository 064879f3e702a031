package main

import "fmt"

// allocator gives the values of a straight line of code registers, one value
// after the other; when none is left, the value needed last goes to the stack.
type allocator struct {
	out   *source
	s     isa
	e     elem // of the lanes
	pool  *constants
	uses  map[*node][]int // positions where a value is needed, ascending
	now   int
	reg   map[*node]int
	owner map[int]*node
	slot  map[*node]int
	slots *int
	kreg  map[*node]int // mask registers (AVX-512)
	kown  map[int]*node

	argument func(n *node, reg int) // loads an operand
	machine  machine
}

// machine writes the instructions of an architecture.
type machine interface {
	instruction(n *node)         // the one or few of an operation
	save(r int, n *node)         // to n's place on the stack
	restore(n *node, r int)      // from there
	constant(bits uint64, r int) // a lane's bits to all lanes of a register
}

func newAllocator(out *source, s isa, e elem, pool *constants, slots *int) *allocator {
	return &allocator{out: out, s: s, e: e, pool: pool, slots: slots,
		uses: map[*node][]int{}, reg: map[*node]int{}, owner: map[int]*node{},
		slot: map[*node]int{}, kreg: map[*node]int{}, kown: map[int]*node{}}
}

func (a *allocator) nextUse(n *node) int {
	for _, p := range a.uses[n] {
		if p >= a.now {
			return p
		}
	}
	return 1 << 30
}

// dies tells whether the current use of n is the last.
func (a *allocator) dies(n *node) bool {
	u := a.uses[n]
	return len(u) == 0 || u[len(u)-1] <= a.now
}

// fresh returns a free register, spilling if need be, that holds none of keep.
func (a *allocator) fresh(keep ...*node) int {
	for r := range a.s.regs {
		if a.owner[r] == nil {
			return r
		}
	}
	victim := -1
	for r := range a.s.regs {
		n := a.owner[r]
		kept := false
		for _, k := range keep {
			kept = kept || k == n
		}
		if !kept && n != scratch && (victim < 0 || a.rather(n, a.owner[victim])) {
			victim = r
		}
	}
	n := a.owner[victim]
	if _, saved := a.slot[n]; !saved && n.op != opConst && n.op != opArg {
		a.slot[n] = *a.slots
		*a.slots++
		a.machine.save(victim, n)
	}
	delete(a.reg, n)
	delete(a.owner, victim)
	return victim
}

// rather tells whether n gives way rather than m. On arm64, where constants stay
// in registers, one that need not be saved goes first.
func (a *allocator) rather(n, m *node) bool {
	if a.s.arm && a.elsewhere(n) != a.elsewhere(m) {
		return a.elsewhere(n)
	}
	return a.nextUse(n) > a.nextUse(m)
}

// elsewhere tells whether n is in memory as well as in its register.
func (a *allocator) elsewhere(n *node) bool {
	_, saved := a.slot[n]
	return saved || n.op == opConst || n.op == opArg
}

func (a *allocator) stack(n *node) string {
	return fmt.Sprintf("spill-%d(SP)", (a.slot[n]+1)*a.s.bytes)
}

// scratch owns registers in use within one operation.
var scratch = &node{}

// temp returns a scratch register; release frees it.
func (a *allocator) temp(keep ...*node) int {
	r := a.fresh(keep...)
	a.owner[r] = scratch
	return r
}

func (a *allocator) release(r int) { delete(a.owner, r) }

func (a *allocator) bind(n *node, r int) {
	a.reg[n], a.owner[r] = r, n
}

// in returns n's register, loading it if it is a constant or on the stack.
func (a *allocator) in(n *node, keep ...*node) string {
	if r, ok := a.reg[n]; ok {
		return a.s.v(r)
	}
	r := a.fresh(keep...)
	switch n.op {
	case opConst:
		a.machine.constant(n.imm, r)
	case opArg: // still in memory: results are stored last
		a.argument(n, r)
	default:
		a.machine.restore(n, r)
	}
	a.bind(n, r)
	return a.s.v(r)
}

// operand returns n as the last source of an instruction, in a register or in
// memory, and the suffix that the instruction takes.
func (a *allocator) operand(n *node, keep ...*node) (text, suffix string) {
	if _, ok := a.reg[n]; !ok && n.op == opConst {
		return a.pool.memory(a.s, a.e, n.imm)
	}
	return a.in(n, keep...), ""
}

// drop frees the registers of operands that are not needed any more. amd64 reads
// constants from memory mostly; arm64 cannot and keeps them.
func (a *allocator) drop(nodes ...*node) {
	for _, n := range nodes {
		if r, ok := a.reg[n]; ok && (a.dies(n) || n.op == opConst && !a.s.arm) {
			delete(a.reg, n)
			delete(a.owner, r)
		}
		if k, ok := a.kreg[n]; ok && a.dies(n) {
			delete(a.kreg, n)
			delete(a.kown, k)
		}
	}
}

// unfit, in slots, says that a line of code cannot be written at all.
const unfit = 1 << 20

// freshMask returns a free mask register: K1 holds the tail's mask, K0 cannot
// select.
func (a *allocator) freshMask() int {
	for k := 2; k < 8; k++ {
		if a.kown[k] == nil {
			return k
		}
	}
	*a.slots += unfit // masks do not go to the stack
	return 2
}

// constants is a file's pool of constants.
type constants struct {
	name   string
	order  []uint64
	offset map[uint64]int
	width  int // bytes that each takes
	e      elem
}

func newConstants(s isa, e elem) *constants {
	width := s.bytes // AVX2 reads whole vectors of copies
	if s.masked {
		width = e.size() // AVX-512 broadcasts as it reads
	}
	return &constants{name: fmt.Sprintf("const%d%s<>", e.bits, s.name), offset: map[uint64]int{}, width: width, e: e}
}

// place is where the pool has bits.
func (c *constants) place(bits uint64) int {
	o, ok := c.offset[bits]
	if !ok {
		o = len(c.order) * c.width
		c.offset[bits] = o
		c.order = append(c.order, bits)
	}
	return o
}

func (c *constants) at(bits uint64) string { return fmt.Sprintf("%s+%d(SB)", c.name, c.place(bits)) }

func (c *constants) memory(s isa, e elem, bits uint64) (text, suffix string) {
	if s.masked {
		return c.at(bits), ".BCST"
	}
	return c.at(bits), ""
}

func (c *constants) load(out *source, s isa, e elem, bits uint64, reg string) {
	switch {
	case bits == 0:
		out.op("VXORPS X%s, X%[1]s, X%[1]s", reg[1:])
	case s.masked:
		out.op("%s %s, %s", e.broadcast(), c.at(bits), reg)
	default:
		out.op("VMOVUPS %s, %s", c.at(bits), reg)
	}
}

// data writes the pool.
func (c *constants) data(out *source) {
	if len(c.order) == 0 {
		return
	}
	out.line("")
	for i, bits := range c.order {
		for j := 0; j < c.width; j += c.e.size() {
			out.line("DATA %s+%d(SB)/%d, $%#x", c.name, i*c.width+j, c.e.size(), bits)
		}
	}
	out.line("GLOBL %s(SB), RODATA|NOPTR, $%d", c.name, len(c.order)*c.width)
}
