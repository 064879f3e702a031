package cpu

import (
	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
	"github.com/fluxion-go/fluxion/internal/graph"
)

// A convolution is, for each group, a matrix product: rows are the places of
// the result (n, oh, ow), columns its channels, and the summed axis runs over
// the kernel's taps and channels (kh, kw, i). The matrix of patches is never
// stored: the product asks for the rows it is about to use. A result is hence
// defined as the product's is, with zeros where a tap meets padding.
//
// Stretched images (the cotangents of a convolution with strides) that are
// convolved with strides and kernel dilation 1 are done in phases: places of
// the result that are InDilation apart meet images with the same taps, and only
// those taps are in their sums.
type convolution[T kernel.Float] struct {
	graph.ConvAttrs
	h, w, c        int // images
	kh, kw, i      int // kernel
	oh, ow, o      int // result
	n              int // images in the result
	groups, oGroup int // o = groups*oGroup
	x              []T
	image, channel int // the group's first image and channel
}

func newConvolution[T kernel.Float](op *graph.Op, x []T) convolution[T] {
	xs, ws, os := op.Ins[0].Shape, op.Ins[1].Shape, op.Outs[0].Shape
	c := convolution[T]{
		ConvAttrs: op.Attrs.(graph.ConvAttrs),
		h:         xs[1], w: xs[2], c: xs[3], kh: ws[0], kw: ws[1], i: ws[2],
		n: os[0], oh: os[1], ow: os[2], o: os[3], x: x,
	}
	c.groups = c.FeatureGroups * c.BatchGroups
	c.oGroup = c.o / c.groups
	return c
}

// run is the length of the pieces of a patch that are contiguous in an image:
// a row of taps, if taps and channels are neighbours, else one tap.
func (c *convolution[T]) run() int {
	if c.KernelDilation[1] == 1 && c.InDilation[1] == 1 && c.i == c.c {
		return c.i * c.kw
	}
	return c.i
}

// of is the convolution of one group.
func (c convolution[T]) of(group int) *convolution[T] {
	if c.BatchGroups > 1 {
		c.image = group * c.n
	} else {
		c.channel = group * c.i
	}
	return &c
}

// pack writes columns [k0, k0+depth) of rows [i0, i0+rows) of the matrix of
// patches.
func (c *convolution[T]) pack(dst []T, i0, rows, k0, depth int) {
	ow := i0 % c.ow
	oh := i0 / c.ow % c.oh
	n := i0 / c.ow / c.oh
	run := c.run()
	for r := range rows {
		row := dst[r*depth : (r+1)*depth]
		piece, at := k0/run, k0%run
		for len(row) > 0 {
			m := min(run-at, len(row))
			if run == c.i {
				c.tap(row[:m], n, oh, ow, piece, at)
			} else {
				c.taps(row[:m], n, oh, ow, piece, at)
			}
			row, piece, at = row[m:], piece+1, 0
		}
		if ow++; ow == c.ow {
			ow = 0
			if oh++; oh == c.oh {
				oh, n = 0, n+1
			}
		}
	}
}

// source is the index along an axis of the images that tap k of the window at
// place o meets; ok is false where it meets padding.
func (c *convolution[T]) source(axis, o, k, size int) (at int, ok bool) {
	at = o*c.Strides[axis] + k*c.KernelDilation[axis] - c.PadLow[axis]
	if d := c.InDilation[axis]; d > 1 {
		if at < 0 || at%d != 0 {
			return 0, false
		}
		at /= d
	}
	return at, at >= 0 && at < size
}

// tap writes channels [at, at+len(dst)) of one tap.
func (c *convolution[T]) tap(dst []T, n, oh, ow, tap, at int) {
	ih, okH := c.source(0, oh, tap/c.kw, c.h)
	iw, okW := c.source(1, ow, tap%c.kw, c.w)
	if !okH || !okW {
		clear(dst)
		return
	}
	copy(dst, c.x[(((c.image+n)*c.h+ih)*c.w+iw)*c.c+c.channel+at:])
}

// taps writes elements [at, at+len(dst)) of a row of taps, which lie side by
// side in the image; what juts out on the left and right is padding.
func (c *convolution[T]) taps(dst []T, n, oh, ow, kh, at int) {
	ih, ok := c.source(0, oh, kh, c.h)
	if !ok {
		clear(dst)
		return
	}
	from := (ow*c.Strides[1]-c.PadLow[1])*c.c + at // within the image's row
	lo := min(max(0, -from), len(dst))
	hi := max(lo, min(len(dst), c.w*c.c-from))
	clear(dst[:lo])
	if lo < hi {
		copy(dst[lo:hi], c.x[((c.image+n)*c.h+ih)*c.w*c.c+from+lo:])
	}
	clear(dst[hi:])
}

func convImpls() map[*graph.Prim]impl {
	return map[*graph.Prim]impl{graph.ConvP: func(e *Engine, op *graph.Op, ins, outs []*graph.Buffer) {
		if op.Ins[0].DType == graph.Float32 {
			convolve(e, &e.set.F32, workspace32, op, graph.View[float32](ins[0]), graph.View[float32](ins[1]), graph.View[float32](outs[0]))
		} else {
			convolve(e, &e.set.F64, workspace64, op, graph.View[float64](ins[0]), graph.View[float64](ins[1]), graph.View[float64](outs[0]))
		}
	}}
}

func convolve[T kernel.Float](e *Engine, k *kernel.Floats[T], ws func(*workspace) *kernel.Workspace[T], op *graph.Op, x, w, out []T) {
	c := newConvolution(op, x)
	one := [2]int{1, 1}
	switch {
	case len(out) == 0:
	case c.InDilation != one && c.Strides == one && c.KernelDilation == one:
		c.phases(e, k, ws, w, out)
	case c.i == 1 && c.oGroup == 1 && c.FeatureGroups > 1 && c.kh*c.kw <= kernel.BlockK:
		c.depthwise(e, k, w, out)
	default:
		c.products(e, k, ws, w, out)
	}
}

// products spreads the groups' products over threads: whole groups if there
// are many, else rows.
func (c convolution[T]) products(e *Engine, k *kernel.Floats[T], ws func(*workspace) *kernel.Workspace[T], w, out []T) {
	rows, depth := c.n*c.oh*c.ow, c.kh*c.kw*c.i
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
		}, ws(s))
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
func (c convolution[T]) phases(e *Engine, k *kernel.Floats[T], ws func(*workspace) *kernel.Workspace[T], w, out []T) {
	for p := range min(c.InDilation[0], c.oh) {
		for q := range min(c.InDilation[1], c.ow) {
			s, h, v := c, c.phase(0, p, c.oh, c.kh), c.phase(1, q, c.ow, c.kw)
			s.InDilation = [2]int{1, 1}
			s.oh, s.kh, s.PadLow[0] = h.places, h.taps, h.low
			s.ow, s.kw, s.PadLow[1] = v.places, v.taps, v.low
			taps := make([]T, 0, s.kh*s.kw*c.i*c.o)
			for i := range s.kh {
				for j := range s.kw {
					at := ((h.first+i*c.InDilation[0])*c.kw + v.first + j*c.InDilation[1]) * c.i * c.o
					taps = append(taps, w[at:at+c.i*c.o]...)
				}
			}
			part := make([]T, c.n*s.oh*s.ow*c.o)
			s.products(e, k, ws, taps, part)
			e.pool.For(c.n*s.oh, max(1, parallelFrom/(s.ow*c.o)), func(_, lo, hi int) {
				for r := lo; r < hi; r++ {
					n, oh := r/s.oh, p+r%s.oh*c.InDilation[0]
					for l := range s.ow {
						to := ((n*c.oh+oh)*c.ow + q + l*c.InDilation[1]) * c.o
						copy(out[to:to+c.o], part[(r*s.ow+l)*c.o:])
					}
				}
			})
		}
	}
}

// phase is what one phase of an axis sees: its places and taps, the first of
// its taps, and the padding before its images.
type phase struct{ places, taps, first, low int }

func (c *convolution[T]) phase(axis, p, places, taps int) phase {
	d := c.InDilation[axis]
	first := ((c.PadLow[axis]-p)%d + d) % d // p + first - low is a multiple of d
	f := phase{places: (places - p + d - 1) / d, first: first, low: (c.PadLow[axis] - p - first) / d}
	if first < taps {
		f.taps = (taps - first + d - 1) / d
	}
	return f
}

// depthwise is the convolution in which every channel has a kernel of its own:
// the same sums in the same order, with vectors along the channels.
func (c convolution[T]) depthwise(e *Engine, k *kernel.Floats[T], w, out []T) {
	zeros := make([]T, c.c)
	places := c.n * c.oh * c.ow
	loop := func(_, lo, hi int) {
		for p := lo; p < hi; p++ {
			n, oh, ow := p/c.ow/c.oh, p/c.ow%c.oh, p%c.ow
			acc := out[p*c.o : (p+1)*c.o]
			k.Fill(acc, 0)
			for tap := range c.kh * c.kw {
				row := zeros
				ih, okH := c.source(0, oh, tap/c.kw, c.h)
				iw, okW := c.source(1, ow, tap%c.kw, c.w)
				if okH && okW {
					row = c.x[((n*c.h+ih)*c.w+iw)*c.c:][:c.c]
				}
				k.MulAdd(acc, row, w[tap*c.o:(tap+1)*c.o])
			}
		}
	}
	if places*c.kh*c.kw*c.c < 32*1024 {
		loop(0, 0, places)
		return
	}
	e.pool.For(places, max(1, 16*1024/(c.kh*c.kw*c.c)), loop)
}
