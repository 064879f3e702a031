package nn_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// blocks adds to layers the ones that models are built of.
func blocks() map[string]layerRow {
	key := random.New(1)
	group := nn.NewGroupNorm(fx.Float64, 2, 4)
	group.Scale, group.Bias = sample(2, fx.Float64, 4), sample(3, fx.Float64, 4)
	bare := nn.NewGroupNorm(fx.Float64, 4, 4)
	bare.Scale, bare.Bias = nil, nil
	rms := nn.NewRMSNorm(fx.Float64, 4)
	rms.Scale = sample(4, fx.Float64, 4)
	causal := nn.NewMultiHeadAttention(key, 4, 2, double)
	causal.Causal = true
	images, words := sample(8, fx.Float64, 3, 5, 6, 4), sample(9, fx.Float64, 3, 5, 4)
	up := fx.ConvTransposeOptions{Strides: [2]int{2, 1}, Padding: fx.Border{Same: true}}
	return map[string]layerRow{
		"transposed conv":        {nn.NewConvTranspose2D(key, [2]int{3, 2}, 4, 2, up, double), images, []int{3, 10, 6, 2}},
		"transposed conv groups": {nn.NewConvTranspose2D(key, [2]int{2, 2}, 4, 6, fx.ConvTransposeOptions{Groups: 2}, double), images, []int{3, 6, 7, 6}},
		"group norm":             {group, images, []int{3, 5, 6, 4}},
		"instance norm":          {bare, images, []int{3, 5, 6, 4}},
		"rms norm":               {rms, words, []int{3, 5, 4}},
		"attention":              {nn.NewMultiHeadAttention(key, 4, 2, double), words, []int{3, 5, 4}},
		"causal attention":       {causal, words, []int{3, 5, 4}},
		"transformer block":      {nn.NewTransformerBlock(key, 4, 2, 6, double), words, []int{3, 5, 4}},
		"siren":                  {nn.NewSIREN(key, []int{4, 6, 5, 2}, nn.LayerOptions{DType: fx.Float64}), words.MulScalar(0.1), []int{3, 5, 2}},
		"time embedding":         {nn.NewTimeEmbedding(key, 6, 4, double), sample(5, fx.Float64, 3, 2), []int{3, 2, 4}},
	}
}

func TestGroupNormByHand(t *testing.T) {
	x := sample(1, fx.Float64, 2, 3, 2, 6)
	g := nn.NewGroupNorm(fx.Float64, 3, 6)
	g.Scale, g.Bias = sample(2, fx.Float64, 6), sample(3, fx.Float64, 6)
	v, scale, bias := x.Float64s(), g.Scale.Float64s(), g.Bias.Float64s()
	want := make([]float64, len(v))
	for n := range 2 {
		for group := range 3 {
			var at []int
			for place := range 6 {
				for c := range 2 {
					at = append(at, (n*6+place)*6+2*group+c)
				}
			}
			var mean, variance float64
			for _, i := range at {
				mean += v[i] / float64(len(at))
			}
			for _, i := range at {
				variance += (v[i] - mean) * (v[i] - mean) / float64(len(at))
			}
			for _, i := range at {
				want[i] = (v[i]-mean)/math.Sqrt(variance+g.Eps)*scale[i%6] + bias[i%6]
			}
		}
	}
	near(t, "y", g.Apply(x).Float64s(), want, 1e-13)
}

func TestRMSNormByHand(t *testing.T) {
	r := nn.RMSNorm{Scale: fx.New([]float64{1, 2}), Eps: 0.5}
	root := math.Sqrt((9+16)/2.0 + 0.5)
	near(t, "y", r.Apply(fx.New([]float64{3, -4}, 1, 2)).Float64s(), []float64{3 / root, -8 / root}, 1e-15)
}

// attentionByHand is equation 1 by loops.
func attentionByHand(q, k, v [][]float64, allowed func(i, j int) bool) []float64 {
	var out []float64
	for i := range q {
		sum := make([]float64, len(v[0]))
		total := 0.0
		for j := range k {
			if !allowed(i, j) {
				continue
			}
			dot := 0.0
			for c := range q[i] {
				dot += q[i][c] * k[j][c]
			}
			w := math.Exp(dot / math.Sqrt(float64(len(q[i]))))
			total += w
			for c := range sum {
				sum[c] += w * v[j][c]
			}
		}
		for _, s := range sum {
			out = append(out, s/total)
		}
	}
	return out
}

func rows(a *fx.Array) [][]float64 {
	v, n := a.Float64s(), a.Dim(-1)
	var out [][]float64
	for i := 0; i < len(v); i += n {
		out = append(out, v[i:i+n])
	}
	return out
}

func TestAttentionByHand(t *testing.T) {
	q, k, v := sample(1, fx.Float64, 4, 3), sample(2, fx.Float64, 5, 3), sample(3, fx.Float64, 5, 2)
	all := func(i, j int) bool { return true }
	near(t, "no mask", nn.Attention(q, k, v, nil).Float64s(), attentionByHand(rows(q), rows(k), rows(v), all), 1e-13)
	k, v = sample(4, fx.Float64, 4, 3), sample(5, fx.Float64, 4, 2)
	past := func(i, j int) bool { return j <= i }
	near(t, "causal", nn.Attention(q, k, v, nn.CausalMask(fx.Float64, 4)).Float64s(), attentionByHand(rows(q), rows(k), rows(v), past), 1e-13)
	dead := nn.Attention(q, k, v, fx.Full(fx.Float64, math.Inf(-1), 4, 4)).Float64s()
	if !math.IsNaN(dead[0]) {
		t.Errorf("a query without keys gives %v", dead[0])
	}
}

// TestHeadsByHand attends with each head's slice of the projections.
func TestHeadsByHand(t *testing.T) {
	a := nn.NewMultiHeadAttention(random.New(0), 6, 3, double)
	x, memory := sample(1, fx.Float64, 4, 6), sample(2, fx.Float64, 5, 6)
	var heads []*fx.Array
	for h := range 3 {
		part := func(l nn.Linear, x *fx.Array) *fx.Array { return l.Apply(x).SliceAxis(1, 2*h, 2*h+2) }
		heads = append(heads, nn.Attention(part(a.Query, x), part(a.Key, memory), part(a.Value, memory), nil))
	}
	want := a.Output.Apply(fx.Concatenate(1, heads...))
	near(t, "heads", a.Attend(x, memory, nil).Float64s(), want.Float64s(), 1e-13)
	near(t, "self", a.Apply(x).Float64s(), a.Attend(x, x, fx.Zeros(fx.Float64, 4, 4)).Float64s(), 1e-14)
	masked := a.Attend(x, memory, fx.New([]float64{0, 0, 0, math.Inf(-1), math.Inf(-1)}))
	near(t, "masked", masked.Float64s(), a.Attend(x, memory.SliceAxis(0, 0, 3), nil).Float64s(), 1e-13)
	a.Causal = true
	full := a.Apply(x)
	near(t, "first places", a.Apply(x.SliceAxis(0, 0, 2)).Float64s(), full.SliceAxis(0, 0, 2).Float64s(), 1e-13)
}

func TestSinusoids(t *testing.T) {
	y := nn.Sinusoids(fx.New([]float64{0, 3.5}), 6, 100).Float64s()
	var want []float64
	for _, at := range []float64{0, 3.5} {
		for i := range 3 {
			want = append(want, math.Cos(at*math.Pow(100, -float64(i)/3)))
		}
		for i := range 3 {
			want = append(want, math.Sin(at*math.Pow(100, -float64(i)/3)))
		}
	}
	near(t, "y", y, want, 1e-14)
	p := nn.SinusoidalPositions(fx.Float32, 5, 4)
	shapeIs(t, "positions", p, 5, 4)
	near(t, "position 3", p.Index(3).Float64s(), []float64{math.Cos(3), math.Cos(0.03), math.Sin(3), math.Sin(0.03)}, 1e-6)
}

// TestSIRENStart checks what the paper's section 3.2 promises of its first
// values: sines of the hidden layers have the arcsine distribution, with
// variance 1/2, whatever the depth.
func TestSIRENStart(t *testing.T) {
	x := random.Uniform(random.New(0), fx.Float32, -1, 1, 512, 2)
	s := nn.NewSIREN(random.New(1), []int{2, 256, 256, 256, 256, 1})
	for i, l := range s.Layers[:4] {
		x = l.Apply(x).MulScalar(30).Sin()
		if v := x.Square().Mean().Item(); math.Abs(v-0.5) > 0.05 {
			t.Errorf("layer %d: mean square %.3f, want 0.5", i, v)
		}
	}
}

func TestSIRENLearnsImage(t *testing.T) {
	x := fx.Linspace(fx.Float32, -1, 1, 64).ExpandDims(1)
	y := x.MulScalar(12).Sin().Mul(x)
	s := nn.NewSIREN(random.New(0), []int{1, 24, 24, 1})
	losses, _ := descend(s, 2e-3, 200, func(s nn.SIREN, _ *fx.Array) (*fx.Array, nn.SIREN) {
		return nn.MeanSquaredError(s.Apply(x), y), s
	})
	if first, last := losses[0], losses[len(losses)-1]; first < 0.05 || last > 0.005 {
		t.Errorf("the loss went from %.3f to %.5f; want below 0.005", first, last)
	}
}

type graphCall struct {
	Layer nn.MessagePassing
	H, E  *fx.Array
}

func TestMessagePassing(t *testing.T) {
	o := nn.MessagePassingOptions{Nodes: 3, Edges: 2, Message: 4, Hidden: 5, Output: 2, Activation: nn.Tanh, LayerOptions: double}
	m := nn.NewMessagePassing(random.New(0), o)
	senders, receivers := []int32{0, 1, 3, 2, 2, 0}, []int32{1, 0, 1, 2, 0, -1}
	h, e := sample(1, fx.Float64, 4, 3), sample(2, fx.Float64, 6, 2)
	for _, mean := range []bool{false, true} {
		m.Mean = mean
		apply := func(c graphCall) *fx.Array {
			return c.Layer.Apply(c.H, nn.Edges{Senders: fx.New(senders), Receivers: fx.New(receivers), Features: c.E})
		}
		checkModel(t, graphCall{m, h, e}, apply, 4, 2)
		y := apply(graphCall{m, h, e})
		for v := range 4 { // node by node
			sum, n := fx.Zeros(fx.Float64, 4), 0.0
			for k := range senders {
				if int(receivers[k]) == v {
					sum = sum.Add(m.Message.Apply(fx.Concatenate(0, h.Index(v), h.Index(int(senders[k])), e.Index(k))))
					n++
				}
			}
			if mean && n > 0 {
				sum = sum.DivScalar(n)
			}
			near(t, "node", y.Index(v).Float64s(), m.Update.Apply(fx.Concatenate(0, h.Index(v), sum)).Float64s(), 1e-13)
		}
		// Names of nodes do not matter.
		order := []int32{2, 0, 3, 1} // new node i is old order[i]
		place := []int32{1, 3, 0, 2}
		rename := func(a []int32) *fx.Array {
			out := make([]int32, len(a))
			for i, v := range a {
				if out[i] = -1; v >= 0 {
					out[i] = place[v]
				}
			}
			return fx.New(out)
		}
		z := m.Apply(h.Take(fx.New(order), 0), nn.Edges{Senders: rename(senders), Receivers: rename(receivers), Features: e})
		near(t, "renamed", z.Float64s(), y.Take(fx.New(order), 0).Float64s(), 1e-13)
	}
	plain := nn.NewMessagePassing(random.New(0), nn.MessagePassingOptions{Nodes: 3})
	none := fx.Zeros(fx.Int32, 0)
	shapeIs(t, "no edges", plain.Apply(fx.Ones(fx.Float32, 2, 3), nn.Edges{Senders: none, Receivers: none}), 2, 64)
}

func TestOrthogonalKernels(t *testing.T) {
	c := nn.NewConv2D(random.New(0), [2]int{3, 2}, 2, 5, fx.ConvOptions{}, nn.LayerOptions{Kernel: nn.Orthogonal(2), DType: fx.Float64})
	w := c.W.Reshape(12, 5)
	near(t, "columns", w.T().MatMul(w).Float64s(), fx.Eye(fx.Float64, 5).MulScalar(4).Float64s(), 1e-13)
	l := nn.NewLinear(random.New(0), 3, 8, nn.LayerOptions{Kernel: nn.Orthogonal(1), DType: fx.Float64})
	near(t, "rows", l.W.MatMul(l.W.T()).Float64s(), fx.Eye(fx.Float64, 3).Float64s(), 1e-13)
}
