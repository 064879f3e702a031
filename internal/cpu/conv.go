package cpu

import (
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// A convolution is, for each group, a matrix product: rows are the places of
// the result (n, od, oh, ow), columns its channels, and the summed axis runs
// over the kernel's taps and channels (kd, kh, kw, i). One and two dimensions
// are three with axes of size 1 in front. The matrix of patches is never
// stored: the product asks for the rows it is about to use. A result is hence
// defined as the product's is, with zeros where a tap meets padding.
//
// Stretched images (the cotangents of a convolution with strides) that are
// convolved with strides and kernel dilation 1 are done in phases: places of
// the result that are InDilation apart meet images with the same taps, and only
// those taps are in their sums.
type convolution[T float32 | float64] struct {
	strides, padLow            axes3
	inDilation, kernelDilation axes3
	featureGroups, batchGroups int
	in, taps, out              axes3 // sizes of the images, the kernel and the result
	c, i, o                    int   // channels of the images, of a tap and of the result
	n                          int   // images in the result
	groups, oGroup             int   // o = groups*oGroup
	x                          []T
	image, channel             int // the group's first image and channel
}

// axes3 has one number for each spatial axis: depth, height, width.
type axes3 [graph.MaxConvAxes]int

func (a axes3) size() int { return a[0] * a[1] * a[2] }

// index is the place of (i, j, k) in row-major order.
func (a axes3) index(at axes3) int { return (at[0]*a[1]+at[1])*a[2] + at[2] }

// at is the inverse of index.
func (a axes3) at(i int) axes3 { return axes3{i / a[2] / a[1], i / a[2] % a[1], i % a[2]} }

var ones3 = axes3{1, 1, 1}

// last3 fills up v at its front.
func last3(v []int, front int) axes3 {
	a := axes3{front, front, front}
	copy(a[len(a)-len(v):], v)
	return a
}

func newConvolution[T float32 | float64](a graph.ConvAttrs, xs, ws, os graph.Shape) convolution[T] {
	n := len(a.Strides)
	c := convolution[T]{
		strides: last3(a.Strides, 1), padLow: last3(a.PadLow, 0),
		inDilation: last3(a.InDilation, 1), kernelDilation: last3(a.KernelDilation, 1),
		featureGroups: a.FeatureGroups, batchGroups: a.BatchGroups,
		in: last3(xs[1:n+1], 1), taps: last3(ws[:n], 1), out: last3(os[1:n+1], 1),
		c: xs[n+1], i: ws[n], o: os[n+1], n: os[0],
	}
	c.groups = c.featureGroups * c.batchGroups
	c.oGroup = c.o / c.groups
	return c
}

// run is the length of the pieces of a patch that are contiguous in an image:
// a row of taps, if taps and channels are neighbours, else one tap.
func (c *convolution[T]) run() int {
	if c.kernelDilation[2] == 1 && c.inDilation[2] == 1 && c.i == c.c {
		return c.i * c.taps[2]
	}
	return c.i
}

// of is the convolution of one group.
func (c convolution[T]) of(group int) convolution[T] {
	if c.batchGroups > 1 {
		c.image = group * c.n
	} else {
		c.channel = group * c.i
	}
	return c
}

// pack writes columns [k0, k0+depth) of rows [i0, i0+rows) of the matrix of
// patches.
func (c *convolution[T]) pack(dst []T, i0, rows, k0, depth int) {
	n, place := i0/c.out.size(), c.out.at(i0%c.out.size())
	run := c.run()
	for r := range rows {
		row := dst[r*depth : (r+1)*depth]
		piece, at := k0/run, k0%run
		for len(row) > 0 {
			m := min(run-at, len(row))
			if run == c.i {
				c.tap(row[:m], n, place, c.taps.at(piece), at)
			} else {
				c.rowOfTaps(row[:m], n, place, piece, at)
			}
			row, piece, at = row[m:], piece+1, 0
		}
		if place[2]++; place[2] == c.out[2] {
			place[2] = 0
			if place[1]++; place[1] == c.out[1] {
				place[1] = 0
				if place[0]++; place[0] == c.out[0] {
					place[0], n = 0, n+1
				}
			}
		}
	}
}

// source is the index along an axis of the images that tap k of the window at
// place o meets; ok is false where it meets padding.
func (c *convolution[T]) source(axis, o, k int) (at int, ok bool) {
	at = o*c.strides[axis] + k*c.kernelDilation[axis] - c.padLow[axis]
	if d := c.inDilation[axis]; d > 1 {
		if at < 0 || at%d != 0 {
			return 0, false
		}
		at /= d
	}
	return at, at >= 0 && at < c.in[axis]
}

// tap writes channels [at, at+len(dst)) of one tap.
func (c *convolution[T]) tap(dst []T, n int, place, tap axes3, at int) {
	d, okD := c.source(0, place[0], tap[0])
	h, okH := c.source(1, place[1], tap[1])
	w, okW := c.source(2, place[2], tap[2])
	if !okD || !okH || !okW {
		clear(dst)
		return
	}
	copy(dst, c.x[((c.image+n)*c.in.size()+c.in.index(axes3{d, h, w}))*c.c+c.channel+at:])
}

// rowOfTaps writes elements [at, at+len(dst)) of a row of taps, which lie side
// by side in the image; what juts out on the left and right is padding.
func (c *convolution[T]) rowOfTaps(dst []T, n int, place axes3, row, at int) {
	d, okD := c.source(0, place[0], row/c.taps[1])
	h, okH := c.source(1, place[1], row%c.taps[1])
	if !okD || !okH {
		clear(dst)
		return
	}
	from := (place[2]*c.strides[2]-c.padLow[2])*c.c + at // within the image's row
	lo := min(max(0, -from), len(dst))
	hi := max(lo, min(len(dst), c.in[2]*c.c-from))
	clear(dst[:lo])
	if lo < hi {
		copy(dst[lo:hi], c.x[((c.image+n)*c.in.size()+c.in.index(axes3{d, h, 0}))*c.c+from+lo:])
	}
	clear(dst[hi:])
}

func convImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{
		graph.ConvP:       func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) { e.conv(op)(ins, outs) },
		graph.ConvKernelP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) { e.convKernel(op)(ins, outs) },
	}
}

// conv prepares a convolution.
func (e *Engine) conv(op *graph.Op) opStep {
	if op.Ins[0].DType == graph.Float32 {
		return convolve(e, &e.set.F32, workspace32, op)
	}
	return convolve(e, &e.set.F64, workspace64, op)
}

func convolve[T float32 | float64](e *Engine, k *kernel.Floats[T], ws func(*workspace) *workOf[T], op *graph.Op) opStep {
	c := newConvolution[T](op.Attrs.(graph.ConvAttrs), op.Ins[0].Shape, op.Ins[1].Shape, op.Outs[0].Shape)
	var run func(c convolution[T], x, w, out []T)
	switch p := newInPlace(e, k.Patches, ws, c, c.everyPlace()); {
	case op.Outs[0].Shape.Size() == 0:
		run = func(convolution[T], []T, []T, []T) {}
	case c.inDilation != ones3 && c.strides == ones3 && c.kernelDilation == ones3:
		run = c.phases(e, k, ws)
	case c.i == 1 && c.oGroup == 1 && c.featureGroups > 1 && c.taps.size() <= kernel.BlockK:
		run = func(c convolution[T], _, w, out []T) { c.depthwise(e, k, w, out) }
	case p != nil:
		run = func(_ convolution[T], x, w, out []T) { p.run(x, w, out) }
	default:
		run = func(c convolution[T], _, w, out []T) { c.products(e, k, ws, w, out) }
	}
	return func(ins, outs []*graph.Buffer) {
		c := c
		c.x = graph.View[T](ins[0])
		run(c, c.x, graph.View[T](ins[1]), graph.View[T](outs[0]))
	}
}

// products spreads the groups' products over threads: whole groups if there
// are many, else rows.
func (c convolution[T]) products(e *Engine, k *kernel.Floats[T], ws func(*workspace) *workOf[T], w, out []T) {
	rows, depth := c.n*c.out.size(), c.taps.size()*c.i
	if depth == 0 {
		k.Fill(out, 0)
		return
	}
	one := func(group, i0, i1 int) {
		s := e.free.Get().(*workspace)
		defer e.free.Put(s)
		g := c.of(group)
		k.Gemm(&kernel.Gemm[T]{
			M: i1 - i0, N: c.oGroup, K: depth,
			B: w[group*c.oGroup:], BStrideK: c.o, BStrideN: 1,
			C: out[i0*c.o+group*c.oGroup:], CStride: c.o,
			PackA: func(dst []T, first, rows, k0, depth int) { g.pack(dst, i0+first, rows, k0, depth) },
		}, &ws(s).Workspace)
	}
	threads := e.pool.threads
	switch work := float64(rows) * float64(depth) * float64(c.o); {
	case threads == 1 || work < 32*1024:
		for g := range c.groups {
			one(g, 0, rows)
		}
	case c.groups >= threads:
		e.pool.For(c.groups, 1, func(_, lo, hi int) {
			for g := lo; g < hi; g++ {
				one(g, 0, rows)
			}
		})
	default:
		for g := range c.groups {
			e.pool.For(rows, share(rows, 4*threads, 24), func(_, lo, hi int) { one(g, lo, hi) })
		}
	}
}

// phases does a convolution of stretched images phase by phase, each of which
// is a convolution of the images as they are.
func (c convolution[T]) phases(e *Engine, k *kernel.Floats[T], ws func(*workspace) *workOf[T]) func(c convolution[T], x, w, out []T) {
	type part struct {
		convolution[T]
		p, first axes3
		inPlace  *inPlace[T]
	}
	var parts []part
	var counts axes3
	for axis := range counts {
		counts[axis] = min(c.inDilation[axis], c.out[axis])
	}
	for i := range counts.size() {
		s := part{convolution: c, p: counts.at(i)}
		s.inDilation = ones3
		for axis := range s.p {
			f := c.phase(axis, s.p[axis])
			s.out[axis], s.taps[axis], s.padLow[axis], s.first[axis] = f.places, f.taps, f.low, f.first
		}
		s.inPlace = newInPlace(e, k.Patches, ws, s.convolution, places{
			first: c.out.index(s.p) * c.o, image: c.out.size() * c.o,
			row: c.inDilation[1] * c.out[2] * c.o, column: c.inDilation[2] * c.o,
		})
		parts = append(parts, s)
	}
	return func(c convolution[T], x, w, out []T) {
		memory := e.free.Get().(*workspace)
		defer e.free.Put(memory)
		for _, s := range parts {
			nt, no := s.taps.size()*c.i*c.o, c.n*s.out.size()*c.o
			if s.inPlace != nil {
				no = 0
			}
			buf := ws(memory).scratchOf(nt + no)
			taps, part := buf[:nt], buf[nt:]
			for j := range s.taps.size() {
				at := c.taps.index(spaced(s.taps.at(j), c.inDilation, s.first)) * c.i * c.o
				copy(taps[j*c.i*c.o:][:c.i*c.o], w[at:])
			}
			if s.inPlace != nil {
				s.inPlace.run(x, taps, out)
				continue
			}
			s.x = x
			s.products(e, k, ws, taps, part)
			e.pool.For(c.n*s.out.size(), max(1, parallelFrom/c.o), func(_, lo, hi int) {
				for r := lo; r < hi; r++ {
					n, place := r/s.out.size(), spaced(s.out.at(r%s.out.size()), c.inDilation, s.p)
					copy(out[(n*c.out.size()+c.out.index(place))*c.o:][:c.o], part[r*c.o:])
				}
			})
		}
	}
}

// everyPlace is where the places of a whole result lie.
func (c *convolution[T]) everyPlace() places {
	return places{image: c.out.size() * c.o, row: c.out[2] * c.o, column: c.o}
}

// spaced is at*step + first on every axis.
func spaced(at, step, first axes3) axes3 {
	for axis := range at {
		at[axis] = first[axis] + at[axis]*step[axis]
	}
	return at
}

// phase is what one phase of an axis sees: its places and taps, the first of
// its taps, and the padding before its images.
type phase struct{ places, taps, first, low int }

func (c *convolution[T]) phase(axis, p int) phase {
	d, places, taps := c.inDilation[axis], c.out[axis], c.taps[axis]
	first := ((c.padLow[axis]-p)%d + d) % d // p + first - low is a multiple of d
	f := phase{places: (places - p + d - 1) / d, first: first, low: (c.padLow[axis] - p - first) / d}
	if first < taps {
		f.taps = (taps - first + d - 1) / d
	}
	return f
}

// depthwise is the convolution in which every channel has a kernel of its own:
// the same sums in the same order, with vectors along the channels.
func (c convolution[T]) depthwise(e *Engine, k *kernel.Floats[T], w, out []T) {
	zeros := make([]T, c.c)
	places, taps := c.n*c.out.size(), c.taps.size()
	loop := func(_, lo, hi int) {
		for p := lo; p < hi; p++ {
			n, place := p/c.out.size(), c.out.at(p%c.out.size())
			acc := out[p*c.o : (p+1)*c.o]
			k.Fill(acc, 0)
			weights := w
			for kd := range c.taps[0] {
				d, okD := c.source(0, place[0], kd)
				for kh := range c.taps[1] {
					h, okH := c.source(1, place[1], kh)
					line := ((n*c.in[0]+d)*c.in[1] + h) * c.in[2]
					for kw := range c.taps[2] {
						row := zeros
						if at, ok := c.source(2, place[2], kw); ok && okH && okD {
							row = c.x[(line+at)*c.c:][:c.c]
						}
						k.MulAdd(acc, row, weights[:c.o])
						weights = weights[c.o:]
					}
				}
			}
		}
	}
	if places*taps*c.c < 32*1024 {
		loop(0, 0, places)
		return
	}
	e.pool.For(places, max(1, 16*1024/(taps*c.c)), loop)
}
