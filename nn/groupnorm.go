package nn

import "github.com/fluxion-go/fluxion/fx"

// GroupNorm cuts an image's channels into groups, brings each group of each
// image to mean 0 and variance 1 over its places and channels, then scales and
// shifts each channel (Wu and He, "Group Normalization", 2018):
//
//	y = (x - mean) / sqrt(variance + Eps) * Scale + Bias
//
// One group is layer normalisation of whole images, as many groups as channels
// is instance normalisation.
type GroupNorm struct {
	Scale  *fx.Array // [channels], or nil
	Bias   *fx.Array // [channels], or nil
	Groups int
	Eps    float64
}

// NewGroupNorm makes a normalisation of so many channels in so many groups,
// which must divide them. Scale starts at 1 and Bias at 0; Eps is 1e-5, as in
// PyTorch.
func NewGroupNorm(d fx.DType, groups, channels int) GroupNorm {
	checkDType("NewGroupNorm", d)
	checkSizes("NewGroupNorm", "groups and channels", groups, channels)
	if channels%groups != 0 {
		fail("NewGroupNorm", "%d channels do not divide into %d groups", channels, groups)
	}
	return GroupNorm{Scale: fx.Ones(d, channels), Bias: fx.Zeros(d, channels), Groups: groups, Eps: 1e-5}
}

// Apply maps images [N, H, W, channels] (or [H, W, channels]) to the same
// shape.
func (g GroupNorm) Apply(x *fx.Array) *fx.Array {
	const op = "GroupNorm.Apply"
	checkImages(op, x, nil, 0)
	for _, p := range []*fx.Array{g.Scale, g.Bias} {
		if p != nil {
			checkInput(op, x, p, p.Shape()...)
		}
	}
	checkEps(op, g.Eps)
	if g.Groups < 1 || x.Dim(-1)%g.Groups != 0 {
		fail(op, "an input of shape %v, whose channels do not divide into %d groups", x.Shape(), g.Groups)
	}
	shape := x.Shape()
	n := len(shape)
	grouped := x.Reshape(append(shape[:n-1:n-1], g.Groups, shape[n-1]/g.Groups)...)
	y := standardise(grouped, g.Eps, -4, -3, -1).Y
	return affine(y.Reshape(shape...), g.Scale, g.Bias)
}

// RMSNorm divides each vector by its root mean square and scales each feature
// (Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019):
//
//	y = x / sqrt(mean of x^2 + Eps) * Scale
type RMSNorm struct {
	Scale *fx.Array // [features], or nil
	Eps   float64
}

// NewRMSNorm makes a normalisation of vectors of so many features. Scale starts
// at 1; Eps is 1e-6, as in LLaMA's code (the paper has none).
func NewRMSNorm(d fx.DType, features int) RMSNorm {
	checkDType("NewRMSNorm", d)
	checkSizes("NewRMSNorm", "features", features)
	return RMSNorm{Scale: fx.Ones(d, features), Eps: 1e-6}
}

// Apply maps [..., features] to [..., features].
func (r RMSNorm) Apply(x *fx.Array) *fx.Array {
	const op = "RMSNorm.Apply"
	checkInput(op, x, nil)
	if x.NDim() == 0 {
		fail(op, "the input is a scalar; its last axis must hold the features")
	}
	if r.Scale != nil {
		checkInput(op, x, r.Scale, r.Scale.Shape()...)
	}
	checkEps(op, r.Eps)
	return affine(x.Mul(x.Square().MeanKeep(-1).AddScalar(r.Eps).Rsqrt()), r.Scale, nil)
}
