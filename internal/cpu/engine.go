package cpu

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// Engine runs ops with one set of kernels and one pool of threads. Neither
// changes any bit of a result.
type Engine struct {
	set  *kernel.Set
	pool *Pool
	free sync.Pool // of *workspace

	tablesMu sync.Mutex
	tables   map[tableKey]any // of Fourier transforms
}

// workspace is what one worker needs while it multiplies matrices and the like.
type workspace struct {
	f32 workOf[float32]
	f64 workOf[float64]

	// Operands in another order of axes, and the memory that they lie in.
	turned, memory [2]*graph.Buffer
}

// workOf is the part of a workspace for one type.
type workOf[T kernel.Float] struct {
	kernel.Workspace[T]
	gemm    kernel.Gemm[T]
	patches kernel.Patches[T]
	turned  kernel.Turned[T]
	scratch []T
}

func workspace32(w *workspace) *workOf[float32] { return &w.f32 }
func workspace64(w *workspace) *workOf[float64] { return &w.f64 }

// NewEngine makes an engine of the given level and number of threads.
func NewEngine(level kernel.Level, threads int) (*Engine, error) {
	set := kernel.For(level)
	if set == nil {
		return nil, fmt.Errorf("cpu: this machine cannot run the kernels of level %v", level)
	}
	e := &Engine{set: set, pool: NewPool(threads)}
	e.free.New = func() any { return new(workspace) }
	return e, nil
}

// Close ends the engine's threads.
func (e *Engine) Close() { e.pool.Close() }

// Threads is the number of threads the engine uses.
func (e *Engine) Threads() int { return e.pool.threads }

// Level is the engine's instruction set.
func (e *Engine) Level() kernel.Level { return e.set.Level }

// Default is the engine that everything uses unless told otherwise: the best
// kernels of this machine and one thread for each processor, or what
// FLUXION_SIMD (off, avx2, avx512, neon) and FLUXION_THREADS say.
var Default = sync.OnceValues(func() (*Engine, error) {
	level, err := kernel.FromEnv()
	if err != nil {
		return nil, err
	}
	threads := runtime.GOMAXPROCS(0)
	if s := os.Getenv("FLUXION_THREADS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 4096 {
			return nil, fmt.Errorf("FLUXION_THREADS=%q: it takes a whole number from 1 to 4096", s)
		}
		threads = n
	}
	return NewEngine(level, threads)
})

// impl computes an op's results into outs, which have the right size and
// whatever content. Operands that share memory with a result are read before
// it is written only where noted.
type impl func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer)

// opStep is an op that is prepared to run again and again.
type opStep func(ins, outs []*graph.Buffer)

// Exec computes one op that is not a control-flow op.
func (e *Engine) Exec(op *graph.Op, ins, outs []*graph.Buffer) {
	f := impls()[op.Prim]
	if f == nil {
		panic("cpu: no implementation of " + op.Prim.Name)
	}
	f(e, op, ins, outs)
}

// prepare is what runs an op of a program.
func (e *Engine) prepare(op *graph.Op) opStep {
	switch op.Prim {
	case graph.DotP:
		return e.dot(op)
	case graph.ConvP:
		return e.conv(op)
	case graph.ConvKernelP:
		return e.convKernel(op)
	case graph.ReduceSumP, graph.ReduceMaxP, graph.ReduceMinP:
		return e.reduce(op)
	}
	if movesElements(op.Prim) {
		m := moves(op)
		return func(ins, outs []*graph.Buffer) { m(e, ins, outs[0]) }
	}
	f := impls()[op.Prim]
	if f == nil {
		panic("cpu: no implementation of " + op.Prim.Name)
	}
	return func(ins, outs []*graph.Buffer) { f(e, op, ins, outs) }
}

// Implements reports whether Exec can compute ops of p.
func Implements(p *graph.Prim) bool { return impls()[p] != nil }

var impls = sync.OnceValue(func() map[*graph.Prim]impl {
	m := map[*graph.Prim]impl{}
	for _, table := range []map[*graph.Prim]impl{
		elementwiseImpls(), structuralImpls(), reduceImpls(), dotImpls(), decomposeImpls(), convImpls(), gatherImpls(), randomImpls(),
		windowImpls(), sortImpls(), cumulativeImpls(), fftImpls(),
	} {
		for p, f := range table {
			m[p] = f
		}
	}
	return m
})
