package nn_test

import (
	"maps"
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

var (
	double = nn.LayerOptions{DType: fx.Float64, Bias: nn.Normal(0.5)}
	same   = fx.ConvOptions{Padding: fx.Border{Same: true}}
)

// layerRow is a layer, a batch of inputs, and the shape of the result.
type layerRow struct {
	layer nn.Layer
	x     *fx.Array
	out   []int
}

// layers is every layer as a nn.Layer, in float64, with a batch of inputs.
func layers() map[string]layerRow {
	key := random.New(1)
	norm := nn.NewLayerNorm(fx.Float64, 5)
	norm.Scale, norm.Bias = sample(2, fx.Float64, 5), sample(3, fx.Float64, 5)
	planes := nn.NewLayerNorm(fx.Float64, 4, 3)
	planes.Scale, planes.Bias = nil, nil
	batch := nn.NewBatchNorm(fx.Float64, 5)
	batch.Scale, batch.Bias = sample(4, fx.Float64, 5), sample(5, fx.Float64, 5)
	batch.Running = nn.Running{Mean: sample(6, fx.Float64, 5), Var: sample(7, fx.Float64, 5).Exp()}
	mlp := nn.NewMLP(key, []int{5, 7, 6, 3}, nn.Tanh, double)
	mlp.Output = nn.LogSoftmax
	small := nn.ConvNetOptions{Filters: [2]int{2, 3}, Hidden: 4, Activation: nn.Tanh, LayerOptions: double}
	direct := nn.ConvNetOptions{Filters: [2]int{2, 3}, Hidden: -1, Activation: nn.Softplus, LayerOptions: double}
	images := sample(8, fx.Float64, 3, 6, 5, 2)
	vectors := sample(9, fx.Float64, 3, 5)
	return map[string]layerRow{
		"linear":         {nn.NewLinear(key, 5, 4, double), vectors, []int{3, 4}},
		"linear no bias": {nn.NewLinear(key, 5, 4, nn.LayerOptions{NoBias: true, DType: fx.Float64}), vectors, []int{3, 4}},
		"linear deep":    {nn.NewLinear(key, 5, 4, double), sample(10, fx.Float64, 3, 2, 6, 5), []int{3, 2, 6, 4}},
		"mlp":            {mlp, vectors, []int{3, 3}},
		"layer norm":     {norm, vectors, []int{3, 5}},
		"layer norm 2":   {planes, sample(11, fx.Float64, 3, 2, 4, 3), []int{3, 2, 4, 3}},
		"batch norm":     {batch, sample(12, fx.Float64, 3, 2, 5), []int{3, 2, 5}},
		"conv":           {nn.NewConv2D(key, [2]int{3, 2}, 2, 4, fx.ConvOptions{}, double), images, []int{3, 4, 4, 4}},
		"conv strided":   {nn.NewConv2D(key, [2]int{3, 3}, 2, 4, fx.ConvOptions{Strides: [2]int{2, 2}, Padding: fx.Border{Same: true}, Groups: 2}, double), images, []int{3, 3, 3, 4}},
		"conv 1d":        {nn.NewConv1D(key, 3, 2, 4, fx.ConvNDOptions{Strides: []int{2}, Padding: fx.Edge{Same: true}}, double), sample(13, fx.Float64, 3, 7, 2), []int{3, 4, 4}},
		"conv 3d":        {nn.NewConv3D(key, [3]int{2, 3, 2}, 2, 4, fx.ConvNDOptions{Groups: 2}, double), sample(14, fx.Float64, 3, 3, 4, 3, 2), []int{3, 2, 2, 2, 4}},
		"transposed 1d":  {nn.NewConvTranspose1D(key, 3, 2, 4, fx.ConvTransposeNDOptions{Strides: []int{2}}, double), sample(15, fx.Float64, 3, 4, 2), []int{3, 9, 4}},
		"transposed 3d":  {nn.NewConvTranspose3D(key, [3]int{2, 2, 2}, 2, 3, fx.ConvTransposeNDOptions{Strides: []int{2, 2, 2}, Padding: fx.Edge{Same: true}}, double), sample(16, fx.Float64, 3, 2, 1, 2, 2), []int{3, 4, 2, 4, 3}},
		"max pool":       {nn.MaxPool2D{Window: [2]int{2, 2}}, images, []int{3, 3, 2, 2}},
		"avg pool":       {nn.AvgPool2D{Window: [2]int{3, 2}, Options: fx.PoolOptions{Strides: [2]int{1, 1}}}, images, []int{3, 4, 4, 2}},
		"global pool":    {nn.Func(nn.GlobalAvgPool), images, []int{3, 2}},
		"flatten":        {nn.Func(nn.Flatten), images, []int{3, 60}},
		"dropout":        {nn.Dropout{Rate: 0.5}, vectors, []int{3, 5}},
		"conv net":       {nn.NewConvNet(key, 6, 5, 2, 10, small), images, []int{3, 10}},
		"conv net plain": {nn.NewConvNet(key, 6, 5, 2, 10, direct), images, []int{3, 10}},
		"sequential": {nn.Sequential{
			nn.NewConv2D(key, [2]int{2, 2}, 2, 5, same, double), batch, nn.Func(nn.Gelu),
			nn.AvgPool2D{Window: [2]int{2, 2}}, nn.Func(nn.GlobalAvgPool), nn.Dropout{Rate: 0.1}, norm, nn.NewLinear(key, 5, 2, double),
		}, images, []int{3, 2}},
	}
}

type call struct {
	Layer nn.Layer
	X     *fx.Array
}

func apply(c call) *fx.Array { return c.Layer.Apply(c.X) }

func TestLayers(t *testing.T) {
	all := layers()
	maps.Copy(all, blocks())
	maps.Copy(all, recurrents())
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			y := l.layer.Apply(l.x)
			shapeIs(t, "output", y, l.out...)
			if y.DType() != fx.Float64 {
				t.Fatalf("the output is %v", y.DType())
			}
			single := l.layer.Apply(l.x.Index(1))
			shapeIs(t, "one example's output", single, l.out[1:]...)
			near(t, "one example", single.Float64s(), y.Index(1).Float64s(), 1e-14)
			shared := fx.Vmap(apply, fx.InAxis("Layer", fx.NotMapped))
			if len(fx.Leaves(l.layer)) == 0 {
				shared = fx.Vmap(apply)
			}
			near(t, "Vmap", shared(call{l.layer, l.x}).Float64s(), y.Float64s(), 1e-14)
			compiled := fx.Jit(apply)
			for range 2 {
				sameBits(t, "Jit", compiled(call{l.layer, l.x}), y)
			}
			weights := sample(50, fx.Float64, l.out...)
			loss := func(c call) *fx.Array { return apply(c).Mul(weights).Sum() }
			checkGradient(t, "gradient", loss, call{l.layer, l.x})
			sameBits(t, "compiled gradient", fx.Jit(fx.Grad(loss))(call{l.layer, l.x}), fx.Grad(loss)(call{l.layer, l.x}))
		})
	}
}

// TestLinearByHand computes y[i][o] = sum over k of x[i][k] W[k][o] + B[o].
func TestLinearByHand(t *testing.T) {
	l := nn.Linear{W: fx.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3), B: fx.New([]float64{0.5, -1, 0})}
	x := fx.New([]float64{1, 0, 2, -1}, 2, 2)
	near(t, "y", l.Apply(x).Float64s(), []float64{1.5, 1, 3, 2*1 - 4 + 0.5, 2*2 - 5 - 1, 2*3 - 6}, 0)
}

func TestMLPByHand(t *testing.T) {
	m := nn.MLP{
		Layers: []nn.Linear{
			{W: fx.New([]float64{1, -1}, 1, 2), B: fx.New([]float64{0, 1})},
			{W: fx.New([]float64{3, 5}, 2, 1), B: fx.New([]float64{-2})},
		},
		Activation: nn.Relu,
	}
	y := m.Apply(fx.New([]float64{2, -3}, 2, 1))
	// x = 2: hidden (2, -1) -> (2, 0); x = -3: hidden (-3, 4) -> (0, 4).
	near(t, "y", y.Float64s(), []float64{3*2 - 2, 5*4 - 2}, 0)
	m.Output = nn.Sigmoid
	near(t, "output", m.Apply(fx.New([]float64{2}, 1)).Float64s(), []float64{1 / (1 + math.Exp(-4))}, 1e-15)
}

func TestEmbedding(t *testing.T) {
	e := nn.NewEmbedding(random.New(0), 4, 3, nn.LayerOptions{DType: fx.Float64})
	table := e.Table.Float64s()
	i := fx.New([]int32{2, 0, 2, 3, 1, 1}, 2, 3)
	y := e.Apply(i)
	shapeIs(t, "vectors", y, 2, 3, 3)
	var want []float64
	for _, k := range i.Int32s() {
		want = append(want, table[3*k:3*k+3]...)
	}
	near(t, "vectors", y.Float64s(), want, 0)
	shapeIs(t, "one vector", e.Apply(fx.Scalar(uint8(1))), 3)
	loss := func(e nn.Embedding) *fx.Array { return e.Apply(i).Square().Sum() }
	checkGradient(t, "gradient", loss, e)
	g := fx.Grad(loss)(e).Table.Float64s() // 2 v for each use of v
	for k, uses := range []float64{1, 2, 2, 1} {
		near(t, "gradient of a vector", g[3*k:3*k+3], []float64{2 * uses * table[3*k], 2 * uses * table[3*k+1], 2 * uses * table[3*k+2]}, 1e-15)
	}
	sameBits(t, "Jit", fx.Jit(func(i *fx.Array) *fx.Array { return e.Apply(i) })(i), y)
}

// TestConvByHand convolves by loops, without padding.
func TestConvByHand(t *testing.T) {
	c := nn.NewConv2D(random.New(3), [2]int{2, 3}, 2, 3, fx.ConvOptions{Strides: [2]int{1, 2}}, double)
	x := sample(4, fx.Float64, 4, 7, 2)
	w, b, xs := c.W.Float64s(), c.B.Float64s(), x.Float64s()
	var want []float64
	for p := range 3 {
		for q := range 3 {
			for o := range 3 {
				sum := b[o]
				for i := range 2 {
					for j := range 3 {
						for ch := range 2 {
							sum += xs[((p+i)*7+2*q+j)*2+ch] * w[((i*3+j)*2+ch)*3+o]
						}
					}
				}
				want = append(want, sum)
			}
		}
	}
	y := c.Apply(x)
	shapeIs(t, "y", y, 3, 3, 3)
	near(t, "y", y.Float64s(), want, 1e-14)
}

func TestPoolingByHand(t *testing.T) {
	x := fx.New([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 3, 4, 1)
	near(t, "max", nn.MaxPool2D{Window: [2]int{2, 2}}.Apply(x).Float64s(), []float64{6, 8}, 0)
	near(t, "mean", nn.AvgPool2D{Window: [2]int{2, 2}}.Apply(x).Float64s(), []float64{3.5, 5.5}, 1e-15)
	near(t, "mean of all", nn.GlobalAvgPool(x).Float64s(), []float64{6.5}, 1e-15)
}

// TestConvNetSizes builds the network for the images that it is meant for.
func TestConvNetSizes(t *testing.T) {
	for _, c := range []struct{ size, channels, features int }{{28, 1, 7 * 7 * 32}, {14, 1, 3 * 3 * 32}, {32, 3, 8 * 8 * 32}, {4, 1, 32}} {
		net := nn.NewConvNet(random.New(0), c.size, c.size, c.channels, 10)
		shapeIs(t, "hidden kernel", net.Dense[0].W, c.features, 64)
		y := net.Apply(fx.Ones(fx.Float32, 2, c.size, c.size, c.channels))
		shapeIs(t, "logits", y, 2, 10)
		want := 9*c.channels*16 + 16 + 9*16*32 + 32 + c.features*64 + 64 + 64*10 + 10
		if got := nn.ParameterCount(net); got != want {
			t.Errorf("%+v: %d parameters, want %d", c, got, want)
		}
	}
}

// TestConvNetIsItsLayers composes the network by hand.
func TestConvNetIsItsLayers(t *testing.T) {
	x := sample(1, fx.Float64, 2, 8, 9, 3)
	for _, hidden := range []int{5, -1} {
		net := nn.NewConvNet(random.New(2), 8, 9, 3, 4, nn.ConvNetOptions{Hidden: hidden, LayerOptions: double})
		h := x
		for _, c := range net.Conv {
			h = fx.MaxPool2D(c.Apply(h).Relu(), [2]int{2, 2})
		}
		h = h.Reshape(2, -1)
		if hidden > 0 {
			h = net.Dense[0].Apply(h).Relu()
		}
		sameBits(t, "logits", net.Apply(x), net.Dense[len(net.Dense)-1].Apply(h))
	}
}

// TestEnsemble makes many models from many keys at once and applies them all.
func TestEnsemble(t *testing.T) {
	keys := random.SplitArray(random.New(4), 3)
	build := func(key *fx.Array) nn.MLP { return nn.NewMLP(key, []int{5, 4, 2}, nn.Relu, double) }
	x := sample(1, fx.Float64, 6, 5)
	run := func(m nn.MLP) *fx.Array { return m.Apply(x) }
	all := fx.Vmap(build)(keys)
	shapeIs(t, "kernels", all.Layers[0].W, 3, 5, 4)
	y := fx.Vmap(run)(all)
	for i := range 3 {
		one := build(keys.Index(i))
		sameBits(t, "weights", fx.Map(func(a *fx.Array) *fx.Array { return a.Index(i) }, all), one)
		near(t, "outputs", y.Index(i).Float64s(), run(one).Float64s(), 1e-14)
	}
}
