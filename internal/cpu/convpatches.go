package cpu

import (
	"sync"
	"unsafe"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
)

// A convolution whose patches are read in place: images are copied once, with
// their padding, and a row of taps, which is contiguous there, is a segment of
// the summed axis. The rows of a tile of the result are neighbouring places of
// one image, or the same place of several images where the result is narrow
// (the cotangent of a kernel is 3 places wide).

// inPlace is a convolution in this form.
type inPlace[T float32 | float64] struct {
	convolution[T]
	e *Engine
	k *kernel.PatchKernel[T]
	w func(*workspace) *workOf[T]

	border  border
	to      places
	depth   int                 // of the summed axis
	byImage bool                // tiles go through images, not places
	images  int                 // of a unit of work, by image
	bands   int                 // units of work of one image, otherwise
	groups  []kernel.PatchGroup // of an image's rows, or of all its places
	free    sync.Pool           // of *inPlaceRun[T]
}

// places is where the places of a convolution's result lie: an image has so many
// elements, rows and columns are so far apart, and the first place is not at the
// beginning if the result is a part of a larger one.
type places struct{ first, image, row, column int }

// inPlaceRun is one run of it.
type inPlaceRun[T float32 | float64] struct {
	*inPlace[T]
	src, kernel, b, dst []T
	units, pack         func(worker, lo, hi int)
}

// maxImages bounds the copies of a unit's images, in bytes: a share of L2 and
// L3.
const maxImages = 2 << 20

// newInPlace is nil if the convolution does not have the form.
func newInPlace[T float32 | float64](e *Engine, k *kernel.PatchKernel[T], w func(*workspace) *workOf[T], c convolution[T], to places) *inPlace[T] {
	p := &inPlace[T]{convolution: c, e: e, k: k, w: w, border: newBorder(&c), to: to, depth: c.taps.size() * c.i, images: 1, bands: 1}
	if k == nil || !c.rowsOfTaps() || c.groups > 1 || p.depth == 0 || c.n*c.out.size()*c.o == 0 {
		return nil
	}
	threads, enough := e.pool.threads, k.TileRows/2
	switch {
	case c.out[2] >= enough || c.out[2] >= c.n:
		if c.n < 2*threads {
			p.bands = min(c.out[1], (2*threads+c.n-1)/c.n)
		}
	default:
		p.byImage = true
		fit := maxImages / (p.border.size() * int(unsafe.Sizeof(*new(T))))
		p.images = imagesOfUnit(c.n, k.TileRows, fit, threads)
	}
	for h := range c.out[1] {
		for w := range c.out[2] {
			if w > 0 && !p.byImage {
				break
			}
			p.groups = append(p.groups, kernel.PatchGroup{A: p.border.at(h*c.strides[1], w*c.strides[2]), C: to.first + h*to.row + w*to.column})
		}
	}
	p.free.New = func() any {
		r := &inPlaceRun[T]{inPlace: p}
		r.units = func(_, lo, hi int) {
			for u := lo; u < hi; u++ {
				r.unit(u)
			}
		}
		r.pack = func(_, lo, hi int) { k.PackB(r.b, r.kernel, p.o, p.depth, p.o, lo, hi) }
		return r
	}
	return p
}

// imagesOfUnit cuts n images into units of work of at most about fit images: whole
// tiles of even height, and as many units for every thread.
func imagesOfUnit(n, tileRows, fit, threads int) int {
	even := func(k int) int { return (k + threads - 1) / threads * threads }
	tiles := (n + tileRows - 1) / tileRows
	if n >= 4*threads {
		tiles = even(tiles)
	}
	rows := (n + tiles - 1) / tiles
	most := max(1, min(fit/rows, (tiles+threads-1)/threads))
	units := min(tiles, even((tiles+most-1)/most))
	return (tiles + units - 1) / units * rows
}

func (p *inPlace[T]) run(x, w, out []T) {
	r := p.free.Get().(*inPlaceRun[T])
	s := p.e.free.Get().(*workspace)
	r.src, r.kernel, r.b, r.dst = x, w, w, out
	loop := func(n, grain int, work float64, body func(worker, lo, hi int)) {
		if work < 32*1024 {
			body(0, 0, n)
		} else {
			p.e.pool.For(n, grain, body)
		}
	}
	if !p.k.IsPacked(p.o) {
		r.b = p.w(s).scratchOf(p.k.Packed(p.depth, p.o))
		loop(p.depth, max(1, parallelFrom/p.o), float64(p.depth)*float64(p.o), r.pack)
	}
	units := p.n * p.bands
	if p.byImage {
		units = (p.n + p.images - 1) / p.images
	}
	loop(units, 1, float64(p.n*p.convolution.out.size()*p.o)*float64(p.depth), r.units)
	r.src, r.kernel, r.b, r.dst = nil, nil, nil, nil
	p.e.free.Put(s)
	p.free.Put(r)
}

// unit makes a band of an image's places, or all places of several images.
func (r *inPlaceRun[T]) unit(u int) {
	s := r.e.free.Get().(*workspace)
	w := r.w(s)
	q := &w.patches
	*q = kernel.Patches[T]{N: r.o, B: r.b, Run: r.taps[2] * r.i, Segments: r.taps[1], SegmentStride: r.border.at(r.kernelDilation[1], 0)}
	if r.byImage {
		first := u * r.images
		q.Rows, q.Groups = min(r.images, r.n-first), r.groups
		q.A, q.RowStride = r.padded(w, first, q.Rows, 0, r.border.rows), r.border.size()
		q.C, q.CStride = r.dst[first*r.to.image:], r.to.image
	} else {
		n, band := u/r.bands, u%r.bands
		lo, hi := band*r.out[1]/r.bands, (band+1)*r.out[1]/r.bands
		reach := (hi-1)*r.strides[1] + (r.taps[1]-1)*r.kernelDilation[1] + 1
		q.Rows, q.Groups = r.out[2], r.groups[lo:hi]
		q.A, q.RowStride = r.padded(w, n, 1, lo*r.strides[1], reach), r.strides[2]*r.c
		q.C, q.CStride = r.dst[n*r.to.image:], r.to.column
	}
	r.k.Run(q, &w.Workspace)
	*q = kernel.Patches[T]{}
	r.e.free.Put(s)
}

// padded gives count images from the first on, with padding; of each only rows
// [lo,hi) are filled in.
func (r *inPlaceRun[T]) padded(w *workOf[T], first, count, lo, hi int) []T {
	size := r.in[1] * r.in[2] * r.c
	if r.border.asIs {
		return r.src[first*size:]
	}
	dst := w.scratchOf(count * r.border.size())
	for i := range count {
		pad(&r.border, dst[i*r.border.size():], r.src[(first+i)*size:], lo, hi)
	}
	return dst
}
