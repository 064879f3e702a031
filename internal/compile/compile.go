// Package compile turns a closed function of the graph into a program: a list
// of steps over a fixed layout of memory, in which element-wise work is fused
// into loops and what can be computed beforehand is.
//
// Nothing here may change a bit of any result: every rewrite is exact in
// floating point, signed zeros and NaNs included.
package compile

import "github.com/fluxion-go/fluxion/internal/graph"

// Program computes the results of a function from its parameters.
type Program struct {
	Values  []Value
	Params  []int // values
	Results []int // values; a value may be a result more than once
	Steps   []Step
	Slots   []int // bytes of each piece of memory that values share over time
	Donated []int // for each parameter, the result that takes its memory; -1 if none
}

// Place says where a value's memory comes from.
type Place int

const (
	InSlot   Place = iota // one of the program's slots
	InParam               // a parameter's buffer
	InResult              // a result's buffer
	InConst               // a constant
)

// Value is an array that stands in memory at some time.
type Value struct {
	DType graph.DType
	Len   int
	Place Place
	Index int           // which slot, parameter or result
	Const *graph.Buffer // of InConst
}

// Kind is what a step does.
type Kind int

const (
	CallOp  Kind = iota // one op, by the machine's implementation of it
	RunLoop             // a fused element-wise loop
	Reduce              // a fused loop some of whose results go into reductions
	Copy                // one value to another
	RunScan             // control flow: Sub holds its functions
	RunWhile
	RunCond
)

// Step is one thing to do.
type Step struct {
	Kind      Kind
	Op        *graph.Op // the op, of all kinds but RunLoop, Reduce and Copy
	Ins, Outs []int     // values
	Loop      *Loop
	Sub       []*Program
}

// Loop computes element-wise ops for every index of a flat space of N elements.
// Its operands and temporaries are numbered: first the loads, then the instrs.
type Loop struct {
	N      int
	Loads  []Load
	Instrs []Instr
	Stores []Store
	Sinks  []Sink // reductions of one form
}

// Load reads an operand from memory. View, if not nil, is the op that looks at
// it in another order or stretches it.
type Load struct {
	Value int // of the step's program
	View  *graph.Op
}

// Instr computes one op from earlier loads and instrs.
type Instr struct {
	Op  *graph.Op
	Src []int
}

// Store writes the result of an instr to memory.
type Store struct {
	Instr int
	Value int
}

// Sink reduces the result of an instr.
type Sink struct {
	Instr int
	Op    *graph.Op
	Value int // the reduction's result
}

// Compile makes a program of fn. donated says which parameters' memory may be
// overwritten. fold computes an op on constants, or returns nil if it cannot.
func Compile(fn *graph.Func, donated []bool, fold func(*graph.Op) []*graph.Buffer) *Program {
	return lower(Optimize(fn, fold), donated, fold)
}
