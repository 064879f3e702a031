package cpu

import (
	"sync"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// The cotangent of a convolution's kernel is a matrix product for each group: rows
// are taps and channels (kd, kh, kw, i), columns the outputs, and the summed axis
// runs over images and places (n, od, oh, ow). The summed axis is cut into spans
// of kernelSpan; each is a product like any other, and the spans' products are
// added in order. So there is work for many threads, whatever the kernel's size.
const kernelSpan = 32 * kernel.BlockK

// convKernel prepares the cotangent of a kernel.
func (e *Engine) convKernel(op *graph.Op) opStep {
	if op.Ins[0].DType == graph.Float32 {
		return kernelCotangent(e, &e.set.F32, workspace32, op)
	}
	return kernelCotangent(e, &e.set.F64, workspace64, op)
}

// kernelProduct is the cotangent of a convolution's kernel.
type kernelProduct[T float32 | float64] struct {
	convolution[T]
	e *Engine
	k *kernel.Floats[T]
	w func(*workspace) *workOf[T]

	m, depth int // of a group's product: rows, summed axis
	spans    int
	tiles    []kernel.TurnedRows // all rows in place, a tile each; nil if they are not read so
	parts    int                 // the tiles are cut into, for threads
	border   border
	slots    int  // images with their padding that a block of the summed axis sees
	swapped  bool // a group's product is made the other way round, and turned at the end
	free     sync.Pool
}

// kernelRun is one run of it.
type kernelRun[T float32 | float64] struct {
	*kernelProduct[T]
	x, ct, sums []T // sums: of all spans
	units       func(worker, lo, hi int)
}

func kernelCotangent[T float32 | float64](e *Engine, k *kernel.Floats[T], w func(*workspace) *workOf[T], op *graph.Op) opStep {
	c := newConvolution[T](op.Attrs.(graph.ConvKernelAttrs).ConvAttrs, op.Ins[0].Shape, op.Outs[0].Shape, op.Ins[1].Shape)
	p := &kernelProduct[T]{convolution: c, e: e, k: k, w: w, m: c.taps.size() * c.i, depth: c.n * c.out.size(), parts: 1}
	p.spans = (p.depth + kernelSpan - 1) / kernelSpan
	if p.m*p.depth*c.o == 0 {
		return func(_, outs []*graph.Buffer) { k.Fill(graph.View[T](outs[0]), 0) }
	}
	if k.Patches != nil && c.rowsOfTaps() {
		p.inPlace()
	}
	p.free.New = func() any {
		r := &kernelRun[T]{kernelProduct: p}
		r.units = func(_, lo, hi int) {
			s := e.free.Get().(*workspace)
			for u := lo; u < hi; u++ {
				r.unit(w(s), u)
			}
			e.free.Put(s)
		}
		return r
	}
	return func(ins, outs []*graph.Buffer) {
		p.run(graph.View[T](ins[0]), graph.View[T](ins[1]), graph.View[T](outs[0]))
	}
}

// inPlace prepares to read rows where they are: those of a row of taps are
// neighbours in an image.
func (p *kernelProduct[T]) inPlace() {
	p.border = newBorder(&p.convolution)
	p.slots = min(p.n, (kernel.BlockK-2)/p.out.size()+2)
	run, most, step := p.taps[2]*p.i, p.k.Patches.TileRows, p.o
	if rows := p.k.Patches.SwappedRows(p.oGroup); rows > 0 && run > most && !p.border.asIs {
		p.swapped, most, step = true, rows, 1
	}
	for kh := range p.taps[1] {
		tiles := (run + most - 1) / most
		for t := range tiles {
			lo, hi := t*run/tiles, (t+1)*run/tiles
			p.tiles = append(p.tiles, kernel.TurnedRows{
				A: p.border.at(kh*p.kernelDilation[1], 0) + lo, C: (kh*run + lo) * step, Rows: hi - lo,
			})
		}
	}
	threads, products := p.e.pool.threads, p.spans*p.groups
	for p.parts < len(p.tiles) && products*p.parts < 4*threads && products*p.parts%threads != 0 {
		p.parts++
	}
}

func (p *kernelProduct[T]) run(x, ct, out []T) {
	r := p.free.Get().(*kernelRun[T])
	s := p.e.free.Get().(*workspace)
	r.x, r.ct, r.sums = x, ct, out
	total := out // of the spans
	if p.spans > 1 || p.swapped {
		r.sums = p.w(s).scratchOf((p.spans + 1) * len(out))
	}
	if p.swapped {
		total = r.sums[p.spans*len(out):]
		if p.spans == 1 {
			total = r.sums
		}
	}
	units := p.groups * p.spans * p.parts
	if float64(len(out))*float64(p.depth) < 32*1024 {
		r.units(0, 0, units)
	} else {
		p.e.pool.For(units, 1, r.units)
	}
	if p.spans > 1 {
		addRuns(p.k, kernel.Add, total[:len(out)], r.sums, p.spans, len(out))
	}
	if p.swapped { // [groups*outputs, rows] to [rows, groups*outputs]
		for o := range p.o {
			for m := range p.m {
				out[m*p.o+o] = total[o*p.m+m]
			}
		}
	}
	r.x, r.ct, r.sums = nil, nil, nil
	p.e.free.Put(s)
	p.free.Put(r)
}

// unit makes a part of the rows of one span of one group.
func (r *kernelRun[T]) unit(w *workOf[T], u int) {
	group, span, part := u/r.parts/r.spans, u/r.parts%r.spans, u%r.parts
	k0, k1 := span*kernelSpan, min((span+1)*kernelSpan, r.depth)
	out := r.sums[span*r.m*r.o:]
	if r.swapped {
		out = out[group*r.oGroup*r.m:]
	} else {
		out = out[group*r.oGroup:]
	}
	if r.tiles != nil {
		r.blocks(w, r.of(group).image, group*r.oGroup, k0, k1, r.tiles[part*len(r.tiles)/r.parts:(part+1)*len(r.tiles)/r.parts], out)
		return
	}
	r.packed(w, group, k0, k1, out)
}

// packed makes a group's sums over [k0,k1) where its rows are not read in place.
func (r *kernelRun[T]) packed(w *workOf[T], group, k0, k1 int, out []T) {
	c := r.of(group)
	c.x = r.x
	w.gemm = kernel.Gemm[T]{
		M: r.m, N: r.oGroup, K: k1 - k0,
		B: r.ct[k0*r.o+group*r.oGroup:], BStrideK: r.o, BStrideN: 1,
		C: out, CStride: r.o,
		PackA: func(dst []T, first, rows, k, depth int) { c.packTurned(dst, first, rows, k0+k, depth) },
	}
	r.k.Gemm(&w.gemm, &w.Workspace)
	w.gemm = kernel.Gemm[T]{}
}

// blocks goes over [k0,k1) of the summed axis block by block, and in a block over
// images and rows of places. Of the group's images and outputs, the first are given.
func (r *kernelRun[T]) blocks(w *workOf[T], image, output, k0, k1 int, tiles []kernel.TurnedRows, out []T) {
	q := &w.turned
	pieces := q.Pieces[:0]
	*q = kernel.Turned[T]{Groups: tiles, Run: r.out[2], Step: r.strides[2] * r.c, SegmentStep: r.border.at(r.strides[1], 0), BStride: r.o, N: r.oGroup, C: out, CStride: r.o, Swapped: r.swapped}
	if r.swapped {
		q.CStride = r.m
	}
	length, size, places := r.in[1]*r.in[2]*r.c, r.border.size(), r.out.size()
	if r.border.asIs {
		q.A = r.x
	} else {
		q.A = w.scratchOf(r.slots*size + 64) // vectors may reach beyond the last row
	}
	have := k0 / places // the first image that is not padded yet
	for k := k0; k < k1; k += kernel.BlockK {
		end := min(k+kernel.BlockK, k1)
		pieces = pieces[:0]
		for at := k; at < end; {
			n := at / places
			row, col := at%places/r.out[2], at%r.out[2]
			from := (image + n) * length
			if !r.border.asIs {
				from = n % r.slots * size
				if n == have {
					last := min((n+1)*places, k1) - 1 - n*places
					reach := last/r.out[2]*r.strides[1] + (r.taps[1]-1)*r.kernelDilation[1] + 1
					pad(&r.border, q.A[from:], r.x[(image+n)*length:], row*r.strides[1], reach)
					have++
				}
			}
			left := min(end, (n+1)*places) - at
			pieces = append(pieces, kernel.TurnedPiece{
				A: from + r.border.at(row*r.strides[1], col*r.strides[2]), First: min(left, r.out[2]-col), Depth: left,
			})
			at += left
		}
		q.Pieces, q.B, q.Add = pieces, r.ct[k*r.o+output:], k > k0
		r.k.Patches.Turned(q, &w.Workspace)
	}
	*q = kernel.Turned[T]{Pieces: pieces[:0]}
}

// packTurned writes columns [k0, k0+depth) of the given rows of the matrix of
// patches turned: row after row.
func (c *convolution[T]) packTurned(dst []T, first, rows, k0, depth int) {
	for r := range rows {
		tap, channel := c.taps.at((first+r)/c.i), (first+r)%c.i
		row := dst[r*depth : (r+1)*depth]
		for k := range row {
			place := c.out.at((k0 + k) % c.out.size())
			c.tap(row[k:k+1], (k0+k)/c.out.size(), place, tap, channel)
		}
	}
}
