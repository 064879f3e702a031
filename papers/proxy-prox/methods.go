package proxyprox

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
)

// The names of the methods.
const (
	nameProx   = "ProxyProx"
	nameSGD    = "SGD"
	nameAdam   = "Adam"
	nameProxy  = "proxy alone"
	nameTuned  = "proxy, then fine-tuned"
	nameJoint  = "joint training"
	nameWarmed = "ProxyProx from the proxy"
)

// vector is the parameters of parts A and B.
type vector = *fx.Array

// lineup holds the method that the experiment is about, for vectors and networks. A
// test puts broken ones in its place and sees that the claims notice.
type lineup struct {
	vectors  func(optim.ProxyProx[vector]) optim.Optimizer[vector]
	networks func(optim.ProxyProx[nn.MLP]) optim.Optimizer[nn.MLP]
}

// published is the method as the library has it.
var published = lineup{
	vectors:  func(o optim.ProxyProx[vector]) optim.Optimizer[vector] { return o },
	networks: func(o optim.ProxyProx[nn.MLP]) optim.Optimizer[nn.MLP] { return o },
}

// always is a schedule of an array.
func always(v *fx.Array) optim.Schedule { return func(*fx.Array) *fx.Array { return v } }

// newton is a step of Newton's method on the inner problem, exact for a quadratic.
func newton() optim.Optimizer[vector] {
	o := optim.NewNGD[vector](optim.Constant(1), nil)
	o.System, o.Damping = optim.DenseSystem[vector]{}, 1e-12
	return o
}

// newtonCG is Newton's method on the inner problem by products alone, regularised by
// the gradient's size where a step would be too long.
func newtonCG() optim.Optimizer[vector] {
	o := optim.NewGradNormSmooth[vector]()
	o.System = optim.CGSystem[vector]{Tol: 0.1, MaxIter: 50}
	return o
}
