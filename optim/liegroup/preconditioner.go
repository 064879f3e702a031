package liegroup

import (
	"slices"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// DefaultStep is the authors' step of the fit with SecondOrder; for FirstOrder it is
// a tenth of it.
const DefaultStep = 0.1

// Preconditioner is P = Q'Q while it is fitted to pairs: a tree. It acts on lists of
// arrays like those that it was made for; a vector is a list of one.
type Preconditioner struct {
	// Blocks are Q: one for each leaf if the family has it so, else one for all.
	Blocks []Factor
	// Started says for each block whether its scale is known, a bool scalar. A block
	// is near I until then.
	Started []*fx.Array
	// Skipped counts the pairs that were left out, at least for one block, an int32
	// scalar: those with a NaN or an infinity, those that would make Q such, and
	// those with h = 0 before there is a scale.
	Skipped *fx.Array
	// Key is for what is chosen at random.
	Key *fx.Array
	// Normalizer is SecondOrder if it is not changed.
	Normalizer Normalizer
	// Together says that all leaves are one vector.
	Together bool
}

// New makes the preconditioner of a family for arrays like these, all of one dtype
// if the family takes them as one vector. Q is near I; the first pair gives its
// scale, Q = (|v|^2 / |h|^2)^(1/4) I, unless Scaled does.
func New(f Family, like []*fx.Array, key *fx.Array) Preconditioner {
	const op = "New"
	if f == nil {
		fail(op, "there is no family; Triangular{} is one")
	}
	if err := f.Validate(); err != nil {
		fail(op, "%v", err)
	}
	if key == nil {
		fail(op, "there is no key; random.New makes one")
	}
	if len(like) == 0 {
		fail(op, "there are no arrays to precondition")
	}
	for i, a := range like {
		if !a.DType().IsFloat() {
			fail(op, "array %d is %v; all must be float32 or float64", i, a.DType())
		}
	}
	p := Preconditioner{Skipped: fx.Scalar(int32(0)), Together: !f.PerLeaf()}
	blocks := p.blocks(op, like)
	keys := random.Split(key, len(blocks)+1)
	p.Key = keys[0]
	for i, b := range blocks {
		p.Blocks = append(p.Blocks, f.Start(b, keys[i+1]))
		p.Started = append(p.Started, fx.Scalar(false))
	}
	return p
}

// Scaled is a preconditioner whose Q is multiplied by a positive number, and which
// does not take its scale from the first pair.
func (p Preconditioner) Scaled(by float64) Preconditioner {
	if !(by > 0) || by*0 != 0 {
		fail("Scaled", "the scale is %v; it must be positive", by)
	}
	p.Blocks, p.Started = slices.Clone(p.Blocks), slices.Clone(p.Started)
	for i := range p.Blocks {
		p.Blocks[i], p.Started[i] = p.Blocks[i].Scale(fx.Scalar(by)), fx.Scalar(true)
	}
	return p
}

// Update takes a pair into the fit: a random vector v with E[vv'] proportional to I,
// and h = Hv. A common factor of the two changes nothing. The step is a float64
// scalar, in (0, 1]: DefaultStep, or less where h is noisy.
func (p Preconditioner) Update(v, h []*fx.Array, step *fx.Array) Preconditioner {
	return p.fit("Update", v, h, step, square64)
}

// Whiten takes a gradient into the fit, with a v that it draws: P becomes E[gg'] to
// the power -1/2, which divides by the size of gradients as Adam does, in the
// family's bases.
func (p Preconditioner) Whiten(g []*fx.Array, step *fx.Array) Preconditioner {
	keys := random.Split(p.Key, len(g)+1)
	p.Key = keys[0]
	v := make([]*fx.Array, len(g))
	for i, a := range g {
		v[i] = random.Normal(keys[i+1], a.DType(), a.Shape()...)
	}
	return p.fit("Whiten", v, g, step, func(v *fx.Array) *fx.Array { return fx.Scalar(float64(v.Size())) })
}

// fit is an update; size is |v|^2, or what it is on average.
func (p Preconditioner) fit(op string, v, h []*fx.Array, step *fx.Array, size func(*fx.Array) *fx.Array) Preconditioner {
	if err := p.Normalizer.Validate(); err != nil {
		fail(op, "%v", err)
	}
	if step == nil || step.NDim() != 0 || !step.DType().IsFloat() {
		fail(op, "the step must be a float scalar such as fx.Scalar(liegroup.DefaultStep)")
	}
	if len(v) != len(h) {
		fail(op, "v has %d arrays and h has %d", len(v), len(h))
	}
	vs, hs := p.blocks(op, v), p.blocks(op, h)
	keys := random.Split(p.Key, len(p.Blocks)+1)
	next := Preconditioner{Key: keys[0], Normalizer: p.Normalizer, Together: p.Together}
	all := fx.Scalar(true)
	for i, q := range p.Blocks {
		if !slices.Equal(vs[i].Shape(), hs[i].Shape()) {
			fail(op, "v has shape %v and h %v", vs[i].Shape(), hs[i].Shape())
		}
		good := finite(vs[i], hs[i])
		scale := size(vs[i]).Div(square64(hs[i])).Sqrt().Sqrt()
		can := good.And(scale.IsFinite()).And(scale.Greater(fx.Const(0)))
		started := p.Started[i].Or(can)
		scaled := q.Scale(fx.Where(p.Started[i], fx.OnesLike(scale), scale))
		fitted := scaled.Update(vs[i], hs[i], Fit{Step: step.AsType(fx.Float64), Normalizer: p.Normalizer, Key: keys[i+1]})
		used := good.And(started).And(finite(fx.Leaves(fitted)...))
		next.Blocks = append(next.Blocks, fx.Map2(func(a, b *fx.Array) *fx.Array { return fx.Where(used, a, b) }, fitted, q))
		next.Started = append(next.Started, p.Started[i].Or(used))
		all = all.And(used)
	}
	next.Skipped = p.Skipped.Add(all.Not().AsType(fx.Int32))
	return next
}

// Apply is P g.
func (p Preconditioner) Apply(g []*fx.Array) []*fx.Array {
	blocks := p.blocks("Apply", g)
	for i, q := range p.Blocks {
		blocks[i] = q.Apply(blocks[i])
	}
	if !p.Together {
		return blocks
	}
	out, at := make([]*fx.Array, len(g)), 0
	for i, a := range g {
		out[i] = blocks[0].SliceAxis(0, at, at+a.Size()).Reshape(a.Shape()...)
		at += a.Size()
	}
	return out
}

// Dense is P as a matrix [n, n] over all elements of the arrays, for inspection.
func (p Preconditioner) Dense() *fx.Array {
	parts := make([]*fx.Array, len(p.Blocks))
	for i, q := range p.Blocks {
		parts[i] = q.Dense()
	}
	return fx.BlockDiag(parts...)
}

// blocks lays out arrays as the blocks that factors act on.
func (p Preconditioner) blocks(op string, arrays []*fx.Array) []*fx.Array {
	for i, a := range arrays {
		if a.DType() != arrays[0].DType() && p.Together {
			fail(op, "array 0 is %v and array %d is %v; as one vector they must be of one dtype", arrays[0].DType(), i, a.DType())
		}
	}
	if p.Blocks != nil && (!p.Together && len(arrays) != len(p.Blocks) || len(arrays) == 0) {
		fail(op, "%d arrays for a preconditioner of %d blocks", len(arrays), len(p.Blocks))
	}
	if !p.Together {
		return slices.Clone(arrays)
	}
	parts := make([]*fx.Array, len(arrays))
	for i, a := range arrays {
		parts[i] = a.Flatten()
	}
	if len(parts) == 1 {
		return parts
	}
	return []*fx.Array{fx.Concatenate(0, parts...)}
}

// square64 is |x|^2 in float64, where float32 would overflow.
func square64(x *fx.Array) *fx.Array { return square(x.AsType(fx.Float64)) }

// finite says whether all elements are: 0 times what is finite is 0, else NaN.
func finite(arrays ...*fx.Array) *fx.Array {
	good := fx.Scalar(true)
	for _, a := range arrays {
		good = good.And(a.MulScalar(0).Sum().Equal(fx.Const(0)))
	}
	return good
}
