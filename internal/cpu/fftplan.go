package cpu

import (
	"math"
	"sync"

	"github.com/fluxion-go/fluxion/internal/cpu/kernel"
)

// pair is a complex number. Its products are those of complex.go: every product
// and sum is rounded, which the explicit conversions make sure of.
type pair[T float32 | float64] struct{ re, im T }

func (a pair[T]) plus(b pair[T]) pair[T]  { return pair[T]{a.re + b.re, a.im + b.im} }
func (a pair[T]) minus(b pair[T]) pair[T] { return pair[T]{a.re - b.re, a.im - b.im} }
func (a pair[T]) times(b pair[T]) pair[T] {
	return pair[T]{T(a.re*b.re) - T(a.im*b.im), T(a.re*b.im) + T(a.im*b.re)}
}
func (a pair[T]) conj() pair[T]        { return pair[T]{a.re, -a.im} }
func (a pair[T]) swapped() pair[T]     { return pair[T]{a.im, a.re} }
func (a pair[T]) scaled(s T) pair[T]   { return pair[T]{T(a.re * s), T(a.im * s)} }
func (a pair[T]) timesMinusI() pair[T] { return pair[T]{a.im, -a.re} }

// maxRadix is the largest prime factor of a length that is transformed by
// factors; a length with a larger one goes through Bluestein's convolution.
const maxRadix = 31

// fftPlan is what the transforms of one length share.
type fftPlan[T float32 | float64] struct {
	n       int
	radices []int
	roots   []pair[T] // exp(-2 pi i k / n)

	// Bluestein (1970): with the chirp c[j] = exp(-pi i j^2 / n), the transform
	// is c[k] times the convolution of c[j] x[j] with 1/c, by transforms of a
	// length that factors.
	inner    *fftPlan[T]
	chirp    []pair[T]
	response []pair[T] // the transform of 1/c, over inner.n

	free sync.Pool // of *[2][]pair[T]: the buffers of one transform
}

// buffers are the two buffers of one transform; put gives them back.
func (p *fftPlan[T]) buffers() (x, y []pair[T], put func()) {
	b, _ := p.free.Get().(*[2][]pair[T])
	if b == nil {
		b = &[2][]pair[T]{make([]pair[T], p.work()), make([]pair[T], p.work())}
	}
	return b[0], b[1], func() { p.free.Put(b) }
}

// work is how many elements each of the two buffers of a transform has.
func (p *fftPlan[T]) work() int {
	if p.inner != nil {
		return p.inner.n
	}
	return p.n
}

// factor splits n into fours, twos and odd primes; ok is false if one is larger
// than maxRadix.
func factor(n int) (radices []int, ok bool) {
	for n%4 == 0 {
		radices, n = append(radices, 4), n/4
	}
	for p := 2; p <= maxRadix; p++ {
		for n%p == 0 {
			radices, n = append(radices, p), n/p
		}
	}
	return radices, n == 1
}

func newFFTPlan[T float32 | float64](set *kernel.Set, n int) *fftPlan[T] {
	p := &fftPlan[T]{n: n}
	var ok bool
	if p.radices, ok = factor(n); ok {
		p.roots = roots[T](set, n)
		return p
	}
	m := 1
	for m < 2*n-1 {
		m *= 2
	}
	p.inner = newFFTPlan[T](set, m)
	all := roots[T](set, 2*n)
	p.chirp = make([]pair[T], n)
	inverse, spare := make([]pair[T], m), make([]pair[T], m)
	for j, sq := 0, 0; j < n; j++ { // sq is j^2 modulo 2n
		p.chirp[j] = all[sq]
		inverse[j] = all[sq].conj()
		inverse[(m-j)%m] = inverse[j]
		sq = (sq + 2*j + 1) % (2 * n)
	}
	p.response = p.inner.transform(inverse, spare)
	return p
}

// roots are exp(-2 pi i k / n) for k from 0 to n-1, each from the sine and cosine
// of an angle of at most pi/4, rounded once more to T.
func roots[T float32 | float64](set *kernel.Set, n int) []pair[T] {
	angle, sin, cos := make([]float64, n), make([]float64, n), make([]float64, n)
	for k := range n {
		r := 4 * k % n // the angle is r/n of a right angle, in its quadrant
		angle[k] = math.Pi / 2 * (float64(min(r, n-r)) / float64(n))
	}
	set.F64.Unary[kernel.Sin](sin, angle)
	set.F64.Unary[kernel.Cos](cos, angle)
	out := make([]pair[T], n)
	for k := range out {
		c, s := T(cos[k]), T(sin[k])
		if r := 4 * k % n; 2*r > n {
			c, s = s, c
		}
		switch 4 * k / n {
		case 0:
			out[k] = pair[T]{c, -s}
		case 1:
			out[k] = pair[T]{-s, -c}
		case 2:
			out[k] = pair[T]{-c, s}
		default:
			out[k] = pair[T]{s, c}
		}
	}
	return out
}

// transform replaces x by its transform, with y as the other buffer; it returns
// which of both has the result. Both have work() elements, of which the first n
// of x are read.
func (p *fftPlan[T]) transform(x, y []pair[T]) []pair[T] {
	if p.inner != nil {
		return p.bluestein(x, y)
	}
	// Stockham's order: before each pass, x is a matrix of p.n/s rows of s
	// transforms each, which the pass makes by a factor longer.
	n, s := p.n, 1
	for _, r := range p.radices {
		switch r {
		case 2:
			p.pass2(x, y, n, s)
		case 3:
			p.pass3(x, y, n, s)
		case 4:
			p.pass4(x, y, n, s)
		default:
			p.passOdd(x, y, n, s, r)
		}
		x, y = y, x
		n, s = n/r, s*r
	}
	return x
}

func (p *fftPlan[T]) bluestein(x, y []pair[T]) []pair[T] {
	for j, c := range p.chirp {
		x[j] = x[j].times(c)
	}
	clear(x[p.n:])
	z := p.inner.transform(x, y)
	for j, r := range p.response {
		z[j] = z[j].times(r).swapped() // swapped: the inverse transform follows
	}
	if &z[0] == &x[0] {
		z = p.inner.transform(x, y)
	} else {
		z = p.inner.transform(y, x)
	}
	scale := 1 / T(p.inner.n) // a power of two: exact
	for k, c := range p.chirp {
		z[k] = z[k].swapped().scaled(scale).times(c)
	}
	return z
}

func (p *fftPlan[T]) pass2(x, y []pair[T], n, s int) {
	m := n / 2
	for q := range m {
		w := p.roots[q*s]
		a, b := x[s*q:][:s], x[s*(q+m):][:s]
		u, v := y[s*2*q:][:s], y[s*(2*q+1):][:s]
		for t := range s {
			d, e := a[t], b[t]
			u[t], v[t] = d.plus(e), d.minus(e).times(w)
		}
	}
}

func (p *fftPlan[T]) pass3(x, y []pair[T], n, s int) {
	m := n / 3
	sin := T(math.Sqrt(3) / 2)
	for q := range m {
		w1, w2 := p.roots[q*s], p.roots[2*q*s]
		a, b, c := x[s*q:][:s], x[s*(q+m):][:s], x[s*(q+2*m):][:s]
		u, v, w := y[s*3*q:][:s], y[s*(3*q+1):][:s], y[s*(3*q+2):][:s]
		for t := range s {
			sum, diff := b[t].plus(c[t]), b[t].minus(c[t]).scaled(sin).timesMinusI()
			mid := a[t].minus(sum.scaled(0.5))
			u[t] = a[t].plus(sum)
			v[t] = mid.plus(diff).times(w1)
			w[t] = mid.minus(diff).times(w2)
		}
	}
}

func (p *fftPlan[T]) pass4(x, y []pair[T], n, s int) {
	m := n / 4
	for q := range m {
		w1, w2, w3 := p.roots[q*s], p.roots[2*q*s], p.roots[3*q*s]
		a, b, c, d := x[s*q:][:s], x[s*(q+m):][:s], x[s*(q+2*m):][:s], x[s*(q+3*m):][:s]
		u0, u1, u2, u3 := y[s*4*q:][:s], y[s*(4*q+1):][:s], y[s*(4*q+2):][:s], y[s*(4*q+3):][:s]
		for t := range s {
			ac, bd := a[t].plus(c[t]), b[t].plus(d[t])
			ma, mb := a[t].minus(c[t]), b[t].minus(d[t]).timesMinusI()
			u0[t] = ac.plus(bd)
			u1[t] = ma.plus(mb).times(w1)
			u2[t] = ac.minus(bd).times(w2)
			u3[t] = ma.minus(mb).times(w3)
		}
	}
}

// passOdd is the pass of any odd prime factor r. Its short transform adds in
// order of the operands, whose sums and differences of mirrored ones are taken
// first.
func (p *fftPlan[T]) passOdd(x, y []pair[T], n, s, r int) {
	m, half := n/r, r/2
	step := p.n / r // roots[k*step] is exp(-2 pi i k / r)
	var sums, diffs [maxRadix/2 + 1]pair[T]
	for q := range m {
		for t := range s {
			a := x[s*q+t]
			total := a
			for j := 1; j <= half; j++ {
				b, c := x[s*(q+j*m)+t], x[s*(q+(r-j)*m)+t]
				sums[j], diffs[j] = b.plus(c), b.minus(c)
				total = total.plus(sums[j])
			}
			y[s*r*q+t] = total
			for k := 1; k <= half; k++ {
				even, odd := a, pair[T]{}
				for j := 1; j <= half; j++ {
					w := p.roots[j*k%r*step]
					even = even.plus(sums[j].scaled(w.re))
					odd = odd.plus(diffs[j].scaled(-w.im))
				}
				odd = odd.timesMinusI()
				y[s*(r*q+k)+t] = even.plus(odd).times(p.roots[q*k*s])
				y[s*(r*q+r-k)+t] = even.minus(odd).times(p.roots[q*(r-k)*s])
			}
		}
	}
}
