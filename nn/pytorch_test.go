package nn_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// torchArray is an array in testdata/pytorch.json.
type torchArray struct {
	Shape  []int
	Values []float64
}

func (a torchArray) array() *fx.Array {
	if len(a.Shape) == 0 {
		return fx.Scalar(a.Values[0])
	}
	return fx.New(a.Values, a.Shape...)
}

// torchCase is what PyTorch made of some arrays (testdata/pytorch.py).
type torchCase struct {
	Arrays    map[string]torchArray
	Integers  map[string]torchArray
	Y         torchArray
	Weights   torchArray
	Extra     map[string]torchArray
	Gradients map[string]torchArray
}

type arrays = map[string]*fx.Array

// torchLayers compute the same here. What they give besides the result has the
// names of the file's extra arrays.
func torchLayers() map[string]func(a arrays, extra arrays) *fx.Array {
	plain := func(f func(a arrays) *fx.Array) func(a, extra arrays) *fx.Array {
		return func(a, _ arrays) *fx.Array { return f(a) }
	}
	x := func(f func(*fx.Array) *fx.Array) func(a, extra arrays) *fx.Array {
		return plain(func(a arrays) *fx.Array { return f(a["x"]) })
	}
	xp := func(f func(x, p *fx.Array) *fx.Array) func(a, extra arrays) *fx.Array {
		return plain(func(a arrays) *fx.Array { return f(a["x"], a["p"]) })
	}
	attention := func(causal bool) func(a, extra arrays) *fx.Array {
		return plain(func(a arrays) *fx.Array {
			linear := func(s string) nn.Linear { return nn.Linear{W: a["w"+s], B: a["b"+s]} }
			return nn.MultiHeadAttention{Query: linear("q"), Key: linear("k"), Value: linear("v"), Output: linear("o"), Heads: 2, Causal: causal}.Apply(a["x"])
		})
	}
	rnn := func(activation func(*fx.Array) *fx.Array) func(a, extra arrays) *fx.Array {
		return func(a, extra arrays) *fx.Array {
			y, last := nn.Unroll(nn.RNNCell{W: a["w"], U: a["u"], B: a["b"], Activation: activation}, a["x"], fx.Zeros(fx.Float64, 2, 4), false)
			extra["last0"] = last
			return y
		}
	}
	batch := func(a, extra arrays) nn.BatchNorm {
		n := nn.NewBatchNorm(fx.Float64, 5)
		n.Scale, n.Bias, n.Running = a["scale"], a["bias"], nn.Running{Mean: extra["mean"], Var: extra["var"]}
		return n
	}
	return map[string]func(a, extra arrays) *fx.Array{
		"linear": plain(func(a arrays) *fx.Array { return nn.Linear{W: a["w"], B: a["b"]}.Apply(a["x"]) }),
		"conv": plain(func(a arrays) *fx.Array {
			pad := fx.Border{Top: 1, Bottom: 1, Left: 1, Right: 1}
			return nn.Conv2D{W: a["w"], B: a["b"], Options: fx.ConvOptions{Strides: [2]int{2, 1}, Padding: pad}}.Apply(a["x"])
		}),
		"conv grouped": plain(func(a arrays) *fx.Array {
			return nn.Conv2D{W: a["w"], B: a["b"], Options: fx.ConvOptions{Dilation: [2]int{1, 2}, Groups: 2}}.Apply(a["x"])
		}),
		"conv transposed": plain(func(a arrays) *fx.Array {
			return nn.ConvTranspose2D{W: a["w"], B: a["b"], Options: fx.ConvTransposeOptions{Strides: [2]int{2, 1}}}.Apply(a["x"])
		}),
		"max pool": plain(func(a arrays) *fx.Array { return nn.MaxPool2D{Window: [2]int{2, 2}}.Apply(a["x"]) }),
		"avg pool": plain(func(a arrays) *fx.Array { return nn.AvgPool2D{Window: [2]int{2, 2}}.Apply(a["x"]) }),
		"layer norm": plain(func(a arrays) *fx.Array {
			n := nn.NewLayerNorm(fx.Float64, 5)
			n.Scale, n.Bias = a["scale"], a["bias"]
			return n.Apply(a["x"])
		}),
		"rms norm": plain(func(a arrays) *fx.Array { return nn.RMSNorm{Scale: a["scale"], Eps: 1e-6}.Apply(a["x"]) }),
		"group norm": plain(func(a arrays) *fx.Array {
			return nn.GroupNorm{Scale: a["scale"], Bias: a["bias"], Groups: 2, Eps: 1e-5}.Apply(a["x"])
		}),
		"batch norm train": func(a, extra arrays) *fx.Array {
			y, next := batch(a, extra).Train(a["x"])
			extra["next mean"], extra["next var"] = next.Running.Mean, next.Running.Var
			return y
		},
		"batch norm eval":  func(a, extra arrays) *fx.Array { return batch(a, extra).Apply(a["x"]) },
		"embedding":        func(a, extra arrays) *fx.Array { return nn.Embedding{Table: a["table"]}.Apply(extra["i"]) },
		"attention":        attention(false),
		"attention causal": attention(true),
		"rnn tanh":         rnn(nn.Tanh),
		"rnn relu":         rnn(nn.Relu),
		"gru bidirectional": func(a, extra arrays) *fx.Array {
			cell := func(s string) nn.GRUCell { return nn.GRUCell{W: a["w"+s], U: a["u"+s], B: a["b"+s], C: a["c"+s]} }
			r := nn.Recurrent[*fx.Array]{Layers: []nn.RecurrentLayer[*fx.Array]{{Forward: cell(""), Backward: cell("2")}}}
			y, last := r.Run(a["x"], nil)
			extra["last0"], extra["last1"] = last[0], last[1]
			return y
		},
		"lstm two layers": func(a, extra arrays) *fx.Array {
			layer := func(s string) nn.RecurrentLayer[nn.LSTMState] {
				return nn.RecurrentLayer[nn.LSTMState]{Forward: nn.LSTMCell{W: a["w"+s], U: a["u"+s], B: a["b"+s]}}
			}
			r := nn.Recurrent[nn.LSTMState]{Layers: []nn.RecurrentLayer[nn.LSTMState]{layer(""), layer("2")}}
			y, last := r.Run(a["x"], nil)
			extra["last0"], extra["last1"], extra["memory0"], extra["memory1"] = last[0].H, last[1].H, last[0].C, last[1].C
			return y
		},
		"cross entropy":         func(a, extra arrays) *fx.Array { return nn.SoftmaxCrossEntropy(a["x"], extra["i"]) },
		"cross entropy soft":    xp(func(x, p *fx.Array) *fx.Array { return nn.SoftmaxCrossEntropyProbabilities(x, nn.Softmax(p)) }),
		"sigmoid cross entropy": xp(func(x, p *fx.Array) *fx.Array { return nn.SigmoidCrossEntropy(x, p.Sigmoid()) }),
		"squared error":         xp(nn.SquaredError),
		"absolute error":        xp(nn.AbsoluteError),
		"huber error":           xp(func(x, p *fx.Array) *fx.Array { return nn.HuberError(x, p, 0.75) }),
		"gelu":                  x(nn.Gelu),
		"gelu tanh":             x(nn.GeluTanh),
		"silu":                  x(nn.Silu),
		"mish":                  x(nn.Mish),
		"softplus":              x(nn.Softplus),
		"elu":                   x(nn.Elu),
		"selu":                  x(nn.Selu),
		"leaky relu":            x(nn.LeakyRelu),
		"relu6":                 x(func(x *fx.Array) *fx.Array { return nn.Relu6(x.MulScalar(4)) }),
	}
}

// TestPyTorch compares values, states and gradients with PyTorch's.
func TestPyTorch(t *testing.T) {
	raw, err := os.ReadFile("testdata/pytorch.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases map[string]torchCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	layers := torchLayers()
	if len(layers) != len(file.Cases) {
		t.Errorf("%d cases in the file and %d layers here", len(file.Cases), len(layers))
	}
	for _, name := range slices.Sorted(maps.Keys(file.Cases)) {
		c, layer := file.Cases[name], layers[name]
		if layer == nil {
			t.Errorf("no layer for %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			in, made := arrays{}, arrays{}
			for k, a := range c.Arrays {
				in[k] = a.array()
			}
			weights := c.Weights.array()
			var y *fx.Array
			gradient := fx.Grad(func(in arrays) *fx.Array {
				for k, a := range c.Extra {
					made[k] = a.array()
				}
				for k, a := range c.Integers {
					made[k] = a.array().AsType(fx.Int32)
				}
				y = layer(in, made)
				return y.Mul(weights).Sum()
			})(in)
			near(t, "y", y.Float64s(), c.Y.Values, 1e-12)
			for k, a := range c.Extra {
				near(t, k, made[k].Float64s(), a.Values, 1e-12)
			}
			if len(c.Gradients) == 0 {
				t.Fatal("no gradients")
			}
			for k, a := range c.Gradients {
				near(t, "gradient of "+k, gradient[k].Float64s(), a.Values, 1e-11)
			}
		})
	}
}
