package data

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// The distributions in the plane that flows and diffusions are shown on. Where
// nothing else is said the shapes are those of the toy data of FFJORD
// (Grathwohl et al., arXiv:1810.01367), which come from scikit-learn and from
// Johnson et al. (arXiv:1603.06277).

// uniform is a column of n uniform numbers.
func uniform(key *fx.Array, d fx.DType, lo, hi float64, n int) *fx.Array {
	return random.Uniform(key, d, lo, hi, n)
}

// polar makes points of radii and angles.
func polar(radius, angle *fx.Array) *fx.Array {
	return fx.Stack(1, radius.Mul(angle.Cos()), radius.Mul(angle.Sin()))
}

func jitterBy(key, points *fx.Array, std float64) *fx.Array {
	if std == 0 {
		return points
	}
	return points.Add(random.Normal(key, points.DType(), points.Shape()...).MulScalar(std))
}

func checkNoise(op string, noise float64) {
	if !(noise >= 0 && noise < 1e300) {
		fail(op, "noise %v: must not be negative", noise)
	}
}

// Moons is two half circles of radius 1 that reach into each other: the upper
// one (component 0) around (0, 0), the lower one around (1, 1/2), as in
// scikit-learn's make_moons.
type Moons struct {
	// Noise is the standard deviation of the Gaussian noise of each
	// coordinate.
	Noise float64
}

// Dim implements [Sampler].
func (Moons) Dim() int { return 2 }

// Components implements [Labelled].
func (Moons) Components() int { return 2 }

// Sample implements [Sampler].
func (m Moons) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	points, _ := m.SampleLabelled(key, d, n)
	return points
}

// SampleLabelled implements [Labelled].
func (m Moons) SampleLabelled(key *fx.Array, d fx.DType, n int) (points, components *fx.Array) {
	checkSample("Moons.Sample", key, d, n)
	checkNoise("Moons.Sample", m.Noise)
	keys := random.Split(key, 3)
	components = random.Randint(keys[0], fx.Int32, 0, 2, n)
	angle := uniform(keys[1], d, 0, math.Pi, n)
	lower := components.AsType(d)
	flip := lower.MulScalar(-2).AddScalar(1) // 1 above, -1 below
	x := flip.Mul(angle.Cos()).Add(lower)
	y := flip.Mul(angle.Sin()).Add(lower.MulScalar(0.5))
	return jitterBy(keys[2], fx.Stack(1, x, y), m.Noise), components
}

// Rings is circles around the origin, drawn in proportion to their radii, so
// that all are equally dense; component i has Radii[i].
type Rings struct {
	Radii []float64
	// Noise is the standard deviation of the distance from the origin, which
	// is the absolute value of a normal variable around the radius.
	Noise float64
}

func (r Rings) check(op string) {
	if len(r.Radii) == 0 {
		fail(op, "no radii")
	}
	positive(op, "radii", r.Radii...)
	checkNoise(op, r.Noise)
}

// Dim implements [Sampler].
func (Rings) Dim() int { return 2 }

// Components implements [Labelled].
func (r Rings) Components() int { return len(r.Radii) }

// Sample implements [Sampler].
func (r Rings) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	points, _ := r.SampleLabelled(key, d, n)
	return points
}

// SampleLabelled implements [Labelled].
func (r Rings) SampleLabelled(key *fx.Array, d fx.DType, n int) (points, components *fx.Array) {
	checkSample("Rings.Sample", key, d, n)
	r.check("Rings.Sample")
	keys := random.Split(key, 3)
	radii := fx.New(r.Radii).AsType(d)
	components = random.Categorical(keys[0], radii.Log().ExpandDims(0).BroadcastTo(n, len(r.Radii)), 1)
	distance := radii.Take(components, 0).Add(random.Normal(keys[1], d, n).MulScalar(r.Noise))
	return polar(distance, uniform(keys[2], d, 0, 2*math.Pi, n)), components
}

// LogProb implements [Density]. Without noise there is no density, which is a
// mistake of the caller; at the origin it is infinite.
func (r Rings) LogProb(points *fx.Array) *fx.Array {
	checkPoints("Rings.LogProb", points, 2)
	r.check("Rings.LogProb")
	positive("Rings.LogProb", "noise", r.Noise)
	d := points.DType()
	total := 0.0
	for _, v := range r.Radii {
		total += v
	}
	logs := make([]float64, len(r.Radii))
	for i, v := range r.Radii {
		logs[i] = v / total
	}
	radii, weights := fx.New(r.Radii).AsType(d), fx.New(logs).Log().AsType(d)
	distance := points.Square().Sum(-1).Sqrt().ExpandDims(-1)
	normal := func(from *fx.Array) *fx.Array { return from.DivScalar(r.Noise).Square().MulScalar(-0.5) }
	folded := fx.LogAddExp(normal(distance.Sub(radii)), normal(distance.Add(radii)))
	norm := 1.5*logTwoPi + logarithm(r.Noise)
	return folded.Add(weights).LogSumExp(-1).Sub(distance.Squeeze(-1).Log()).SubScalar(norm)
}

// Checkerboard is uniform on every other square of a board: those whose row and
// column, counted from the lower left, add up to an even number.
type Checkerboard struct {
	// Cells is the number of squares a side, an even number. Zero: 4.
	Cells int
	// Half is half the board's side: it covers [-Half, Half] squared. Zero: 4.
	Half float64
}

func (c Checkerboard) sizes(op string) (cells int, half float64) {
	cells, half = orElse(c.Cells, 4), orElse(c.Half, 4)
	if cells < 2 || cells%2 != 0 || cells > 1<<12 {
		fail(op, "%d squares a side: must be an even number from 2 to 4096", cells)
	}
	positive(op, "half the side", half)
	return cells, half
}

// Dim implements [Sampler].
func (Checkerboard) Dim() int { return 2 }

// Sample implements [Sampler].
func (c Checkerboard) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	checkSample("Checkerboard.Sample", key, d, n)
	cells, half := c.sizes("Checkerboard.Sample")
	keys := random.Split(key, 3)
	row := random.Randint(keys[0], fx.Int32, 0, int64(cells), n)
	pair := random.Randint(keys[1], fx.Int32, 0, int64(cells/2), n)
	even := fx.Scalar(int32(2))
	col := pair.Mul(even).Add(row.Rem(even))
	corner := fx.Stack(1, col, row).AsType(d)
	return corner.Add(random.Uniform(keys[2], d, 0, 1, n, 2)).MulScalar(2 * half / float64(cells)).SubScalar(half)
}

// LogProb implements [Density].
func (c Checkerboard) LogProb(points *fx.Array) *fx.Array {
	checkPoints("Checkerboard.LogProb", points, 2)
	cells, half := c.sizes("Checkerboard.LogProb")
	place := points.AddScalar(half).MulScalar(float64(cells) / (2 * half)).Floor()
	inside := place.GreaterEqual(fx.Const(0)).And(place.Less(fx.Const(float64(cells)))).All(-1)
	square := place.Clip(0, float64(cells)).AsType(fx.Int32).Sum(-1)
	filled := square.Rem(fx.Scalar(int32(2))).Equal(fx.Scalar(int32(0)))
	level := fx.Full(points.DType(), -logarithm(2*half*half), square.Shape()...)
	return fx.Where(inside.And(filled), level, fx.FullLike(level, math.Inf(-1)))
}

// Pinwheel is arms that bend away from the centre: normal variables stretched
// along the arm, turned by an angle that grows with the distance (Johnson et
// al., arXiv:1603.06277). The component is the arm.
type Pinwheel struct {
	// Arms, RadialStd, TangentialStd and Rate are the number of arms, the
	// deviations along and across them, and how far they bend. Zero: 5, 0.3,
	// 0.1 and 0.25. The points are scaled by 2.
	Arms                           int
	RadialStd, TangentialStd, Rate float64
}

// Dim implements [Sampler].
func (Pinwheel) Dim() int { return 2 }

// Components implements [Labelled].
func (p Pinwheel) Components() int { return orElse(p.Arms, 5) }

// Sample implements [Sampler].
func (p Pinwheel) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	points, _ := p.SampleLabelled(key, d, n)
	return points
}

// SampleLabelled implements [Labelled].
func (p Pinwheel) SampleLabelled(key *fx.Array, d fx.DType, n int) (points, components *fx.Array) {
	checkSample("Pinwheel.Sample", key, d, n)
	arms := p.Components()
	checkSizes("Pinwheel.Sample", "the number of arms", arms)
	radial, tangential := orElse(p.RadialStd, 0.3), orElse(p.TangentialStd, 0.1)
	positive("Pinwheel.Sample", "deviations", radial, tangential)
	keys := random.Split(key, 2)
	components = random.Randint(keys[0], fx.Int32, 0, int64(arms), n)
	z := random.Normal(keys[1], d, n, 2)
	along := column(z, 0).MulScalar(radial).AddScalar(1)
	across := column(z, 1).MulScalar(tangential)
	angle := components.AsType(d).MulScalar(2 * math.Pi / float64(arms)).Add(along.Exp().MulScalar(orElse(p.Rate, 0.25)))
	cos, sin := angle.Cos(), angle.Sin()
	x := along.Mul(cos).Sub(across.Mul(sin))
	y := along.Mul(sin).Add(across.Mul(cos))
	return fx.Stack(1, x, y).MulScalar(2), components
}

// Spirals is two arms of a spiral, one the other turned by half a turn, with
// noise. The component is the arm.
type Spirals struct {
	// Turns is how far an arm goes. Zero: 1.5.
	Turns float64
	// Noise is the standard deviation of the Gaussian noise of each
	// coordinate; an arm ends at distance 3 from the origin. Zero: 0.1. Give a
	// negative number for none.
	Noise float64
}

// Dim implements [Sampler].
func (Spirals) Dim() int { return 2 }

// Components implements [Labelled].
func (Spirals) Components() int { return 2 }

// Sample implements [Sampler].
func (s Spirals) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	points, _ := s.SampleLabelled(key, d, n)
	return points
}

// SampleLabelled implements [Labelled].
func (s Spirals) SampleLabelled(key *fx.Array, d fx.DType, n int) (points, components *fx.Array) {
	checkSample("Spirals.Sample", key, d, n)
	turns, noise := orElse(s.Turns, 1.5), max(0, orElse(s.Noise, 0.1))
	positive("Spirals.Sample", "turns", turns)
	checkNoise("Spirals.Sample", noise)
	keys := random.Split(key, 3)
	components = random.Randint(keys[0], fx.Int32, 0, 2, n)
	// The root makes points equally dense along the arm.
	way := uniform(keys[1], d, 0, 1, n).Sqrt()
	angle := way.MulScalar(2 * math.Pi * turns).Add(components.AsType(d).MulScalar(math.Pi))
	return jitterBy(keys[2], polar(way.MulScalar(3), angle), noise), components
}

// SwissRoll is a rolled-up strip seen from its edge: a spiral of one and a half
// turns, at distances 0.9 to 2.8 from the origin (scikit-learn's make_swiss_roll,
// without its middle coordinate and divided by 5, as FFJORD has it).
type SwissRoll struct {
	// Noise is the standard deviation of the Gaussian noise of each
	// coordinate. Zero: 0.2. Give a negative number for none.
	Noise float64
}

// Dim implements [Sampler].
func (SwissRoll) Dim() int { return 2 }

// Sample implements [Sampler].
func (s SwissRoll) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	checkSample("SwissRoll.Sample", key, d, n)
	points, _ := roll(key, d, n)
	return jitterBy(random.Split(key, 3)[2], points.MulScalar(0.2), max(0, orElse(s.Noise, 0.2)))
}

// roll is the spiral t (cos t, sin t) for t from 1.5 pi to 4.5 pi, and t.
func roll(key *fx.Array, d fx.DType, n int) (points, t *fx.Array) {
	t = uniform(random.Split(key, 3)[0], d, 1.5*math.Pi, 4.5*math.Pi, n)
	return polar(t, t), t
}

// SwissRoll3D is the whole strip, five times as large as [SwissRoll]:
// coordinates t cos t, 21 u, t sin t for t from 1.5 pi to
// 4.5 pi and u from 0 to 1, as in scikit-learn's make_swiss_roll.
type SwissRoll3D struct {
	// Noise is the standard deviation of the Gaussian noise of each
	// coordinate.
	Noise float64
}

// Dim implements [Sampler].
func (SwissRoll3D) Dim() int { return 3 }

// Sample implements [Sampler].
func (s SwissRoll3D) Sample(key *fx.Array, d fx.DType, n int) *fx.Array {
	points, _ := s.SampleAlong(key, d, n)
	return points
}

// SampleAlong draws the points that Sample draws, and for each its place t
// along the strip, of shape [n], which colours a figure.
func (s SwissRoll3D) SampleAlong(key *fx.Array, d fx.DType, n int) (points, t *fx.Array) {
	checkSample("SwissRoll3D.Sample", key, d, n)
	checkNoise("SwissRoll3D.Sample", s.Noise)
	flat, t := roll(key, d, n)
	keys := random.Split(key, 3)
	wide := uniform(keys[1], d, 0, 21, n)
	points = fx.Stack(1, column(flat, 0), wide, column(flat, 1))
	return jitterBy(keys[2], points, s.Noise), t
}
