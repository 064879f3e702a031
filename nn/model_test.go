package nn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// shaken replaces all float leaves by random numbers, so that what starts at 0
// takes part; variances stay positive.
func shaken[M any](m M) M {
	seed := uint64(1000)
	return fx.Map(func(a *fx.Array) *fx.Array {
		seed++
		return sample(seed, a.DType(), a.Shape()...).MulScalar(0.3).Add(a)
	}, m)
}

// checkModel checks what TestLayers does, for a model of several inputs.
func checkModel[A any](t *testing.T, args A, apply func(A) *fx.Array, shape ...int) {
	t.Helper()
	y := apply(args)
	shapeIs(t, "output", y, shape...)
	sameBits(t, "Jit", fx.Jit(apply)(args), y)
	weights := sample(50, fx.Float64, shape...)
	loss := func(a A) *fx.Array { return apply(a).Mul(weights).Sum() }
	checkGradient(t, "gradient", loss, args)
	sameBits(t, "compiled gradient", fx.Jit(fx.Grad(loss))(args), fx.Grad(loss)(args))
}

func TestGPT(t *testing.T) {
	for _, untied := range []bool{false, true} {
		g := nn.NewGPT(random.New(0), nn.GPTOptions{Vocabulary: 7, Context: 6, Features: 8, Heads: 2, Blocks: 2, Hidden: 10, Untied: untied, DType: fx.Float64})
		want := 7*8 + 6*8 + 2*8 + 2*(4*(8*8+8)+8*10+10+10*8+8+4*8)
		if untied {
			want += 7 * 8
		}
		if got := nn.ParameterCount(g); got != want {
			t.Errorf("untied %v: %d parameters, want %d", untied, got, want)
		}
		g = shaken(g)
		tokens := fx.New([]int32{1, 4, 2, 0, 6, 3, 3, 5, 1, 1}, 2, 5)
		checkModel(t, g, func(g nn.GPT) *fx.Array { return g.Apply(tokens) }, 2, 5, 7)
		y := g.Apply(tokens)
		near(t, "one sequence", g.Apply(tokens.Index(1)).Float64s(), y.Index(1).Float64s(), 1e-13)
		// A token changes nothing before it, and something at its place.
		other := g.Apply(fx.New([]int32{1, 4, 2, 5, 6, 3, 3, 5, 0, 1}, 2, 5))
		d := y.Sub(other).Abs().Max(-1).Float64s()
		for i, v := range d {
			if (i%5 < 3) != (v == 0) {
				t.Errorf("place %d changes by %v", i, v)
			}
		}
	}
}

// TestGPTLearnsToCopy trains on sequences of random tokens followed by the same
// tokens: the second half can be known.
func TestGPTLearnsToCopy(t *testing.T) {
	const half, words, batch = 4, 8, 32
	g := nn.NewGPT(random.New(0), nn.GPTOptions{Vocabulary: words, Context: 2 * half, Features: 32, Heads: 2, Blocks: 2, Hidden: 64})
	sequences := func(key *fx.Array) *fx.Array {
		x := random.Randint(key, fx.Int32, 0, words, batch, half)
		return fx.Concatenate(1, x, x)
	}
	loss := func(g nn.GPT, step *fx.Array) (*fx.Array, nn.GPT) {
		s := sequences(random.FoldIn(random.New(1), step))
		logits := g.Apply(s.SliceAxis(1, 0, 2*half-1)).SliceAxis(1, half-1, 2*half-1)
		return nn.SoftmaxCrossEntropy(logits, s.SliceAxis(1, half, 2*half)).Mean(), g
	}
	losses, _ := descend(g, 0.05, 300, loss)
	last := 0.0
	for _, l := range losses[len(losses)-10:] {
		last += l / 10
	}
	if math.Abs(losses[0]-math.Log(words)) > 0.1 || last > 0.5*math.Log(words) {
		t.Errorf("the loss went from %.3f (log %d is %.3f) to %.3f; want half of that", losses[0], words, math.Log(words), last)
	}
}

type imageCall[M any] struct {
	Model M
	X, T  *fx.Array
}

func TestDiT(t *testing.T) {
	for _, classes := range []int{0, 3} {
		o := nn.DiTOptions{Height: 4, Width: 6, Channels: 2, Patch: 2, Features: 8, Heads: 2, Blocks: 2, Hidden: 6, Classes: classes, TimeFactor: 10, DType: fx.Float64}
		d := nn.NewDiT(random.New(0), o)
		x, at := sample(1, fx.Float64, 2, 4, 6, 2), fx.New([]float64{0.2, 0.7})
		var labels *fx.Array
		one := labels
		if classes > 0 {
			labels = fx.New([]int32{2, 3})
			one = labels.Index(1)
		}
		if m := d.Apply(x, at, labels).Abs().Max().Item(); m != 0 {
			t.Errorf("the result starts at %v, not 0", m)
		}
		d = shaken(d)
		checkModel(t, imageCall[nn.DiT]{d, x, at}, func(c imageCall[nn.DiT]) *fx.Array { return c.Model.Apply(c.X, c.T, labels) }, 2, 4, 6, 2)
		near(t, "one image", d.Apply(x.Index(1), at.Index(1), one).Float64s(), d.Apply(x, at, labels).Index(1).Float64s(), 1e-12)
	}
}

// TestDiTPatches makes the model a product of each patch with a matrix: without
// blocks' and conditions' effect the output is linear in the normalised
// patches, so that a change of one patch changes that patch alone.
func TestDiTPatches(t *testing.T) {
	o := nn.DiTOptions{Height: 4, Width: 6, Channels: 1, Patch: 2, Features: 8, Heads: 2, Blocks: 1, DType: fx.Float64}
	d := nn.NewDiT(random.New(0), o)
	d.Output.W = sample(1, fx.Float64, 8, 4)
	x := sample(2, fx.Float64, 4, 6, 1)
	at := fx.Scalar(3.0)
	y := d.Apply(x, at, nil)
	// Places (2, 2) to (3, 3) are one patch.
	bump := fx.Zeros(fx.Float64, 4, 6, 1).ScatterAdd(fx.New([]int32{3, 2, 0}, 1, 3), fx.Ones(fx.Float64, 1))
	diff := d.Apply(x.Add(bump), at, nil).Sub(y).Float64s()
	for i, v := range diff {
		row, col := i/6, i%6
		inside := row >= 2 && col >= 2 && col < 4
		if inside != (v != 0) {
			t.Errorf("place (%d, %d) changes by %v", row, col, v)
		}
	}
}

func TestUNet(t *testing.T) {
	for _, classes := range []int{0, 3} {
		o := nn.UNetOptions{Channels: 2, Features: 4, Multipliers: []int{1, 2}, Blocks: 1, Groups: 2, Attend: []bool{false, true}, Heads: 2, Classes: classes, DType: fx.Float64}
		u := nn.NewUNet(random.New(0), o)
		x, at := sample(1, fx.Float64, 2, 4, 6, 2), fx.New([]float64{2, 7})
		var labels, one *fx.Array
		if classes > 0 {
			labels = fx.New([]int32{2, 3})
			one = labels.Index(1)
		}
		if m := u.Apply(x, at, labels).Abs().Max().Item(); m != 0 {
			t.Errorf("the result starts at %v, not 0", m)
		}
		u = shaken(u)
		apply := func(c imageCall[nn.UNet]) *fx.Array { return c.Model.Apply(c.X, c.T, labels) }
		shapeIs(t, "result", apply(imageCall[nn.UNet]{u, x, at}), 2, 4, 6, 2)
		checkModel(t, imageCall[nn.UNet]{u, x, at}, apply, 2, 4, 6, 2)
		near(t, "one image", u.Apply(x.Index(1), at.Index(1), one).Float64s(), u.Apply(x, at, labels).Index(1).Float64s(), 1e-10)
	}
	big := nn.NewUNet(random.New(0), nn.UNetOptions{Channels: 3})
	shapeIs(t, "default", big.Apply(fx.Ones(fx.Float32, 1, 8, 8, 3), fx.Ones(fx.Float32, 1), nil), 1, 8, 8, 3)
}

func TestConditionMatters(t *testing.T) {
	u := shaken(nn.NewUNet(random.New(0), nn.UNetOptions{Channels: 1, Features: 4, Multipliers: []int{1}, Blocks: 1, Groups: 2, Heads: 2, Classes: 2, DType: fx.Float64}))
	x := sample(1, fx.Float64, 4, 4, 1)
	y := u.Apply(x, fx.Scalar(1.0), fx.Scalar(int32(0)))
	for name, z := range map[string]*fx.Array{
		"time":  u.Apply(x, fx.Scalar(2.0), fx.Scalar(int32(0))),
		"label": u.Apply(x, fx.Scalar(1.0), fx.Scalar(int32(1))),
	} {
		if z.Sub(y).Abs().Max().Item() < 1e-3 {
			t.Errorf("the %s changes nothing", name)
		}
	}
}

func TestResNet(t *testing.T) {
	net := nn.NewResNet(random.New(0), 3, 10)
	// Trainable parameters of ResNet-20: 0.27 million in the paper's table 6.
	trainable := 0
	for i, p := range fx.Paths(net) {
		if !strings.Contains(p, "Running") {
			trainable += fx.Leaves(net)[i].Size()
		}
	}
	if trainable != 269722 {
		t.Errorf("%d parameters, want 269722", trainable)
	}
	if len(net.Blocks) != 9 {
		t.Errorf("%d blocks", len(net.Blocks))
	}
	small := nn.NewResNet(random.New(1), 2, 3, nn.ResNetOptions{Depth: 8, Channels: 2, DType: fx.Float64})
	// Biases that are not 0, because relu has no derivative there.
	paths, i := fx.Paths(small), -1
	small = fx.Map2(func(a, b *fx.Array) *fx.Array {
		if i++; strings.HasSuffix(paths[i], "Var") {
			return b.Abs().AddScalar(0.5)
		}
		return b
	}, small, shaken(small))
	start := small.Blocks[2].Norm2.Running.Mean
	x := sample(3, fx.Float64, 3, 8, 6, 2)
	type args struct {
		Net nn.ResNet
		X   *fx.Array
	}
	checkModel(t, args{small, x}, func(a args) *fx.Array { return a.Net.Apply(a.X) }, 3, 3)
	near(t, "one image", small.Apply(x.Index(2)).Float64s(), small.Apply(x).Index(2).Float64s(), 1e-13)
	checkModel(t, args{small, x}, func(a args) *fx.Array {
		y, _ := a.Net.Train(a.X)
		return y
	}, 3, 3)
	_, next := small.Train(x)
	if next.Blocks[2].Norm2.Running.Mean.Sub(start).Abs().Max().Item() == 0 {
		t.Error("the running statistics have not moved")
	}
	sameBits(t, "the network that was trained", small.Blocks[2].Norm2.Running.Mean, start)
}

// TestResNetOverfits learns 32 glyphs by heart.
func TestResNetOverfits(t *testing.T) {
	x, labels := glyphs(t, 32)
	net := nn.NewResNet(random.New(0), 1, 10, nn.ResNetOptions{Depth: 8, Channels: 4})
	losses, net := descend(net, 0.05, 60, func(m nn.ResNet, _ *fx.Array) (*fx.Array, nn.ResNet) {
		y, next := m.Train(x)
		return nn.SoftmaxCrossEntropy(y, labels).Mean(), next
	})
	if first, last := losses[0], losses[len(losses)-1]; first < 1.5 || last > 0.1 {
		t.Errorf("the loss went from %.3f to %.4f; want below 0.1", first, last)
	}
	if a := nn.Accuracy(net.Apply(x), labels).Item(); a < 0.9 {
		t.Errorf("accuracy %.3f at inference", a)
	}
}

func TestVGG(t *testing.T) {
	if got := nn.VGGPlan(16, 64); len(got) != 18 || got[17] != nn.Pool || got[16] != 512 {
		t.Errorf("plan %v", got)
	}
	v := nn.NewVGG(random.New(0), 3, 10, nn.VGGPlan(11, 2), fx.Float32)
	shapeIs(t, "logits", v.Apply(fx.Ones(fx.Float32, 1, 32, 32, 3)), 1, 10)
	small := nn.NewVGG(random.New(1), 2, 3, []int{2, nn.Pool, 3, nn.Pool}, fx.Float64)
	x := sample(3, fx.Float64, 3, 5, 4, 2)
	type args struct {
		Net nn.VGG
		X   *fx.Array
	}
	checkModel(t, args{small, x}, func(a args) *fx.Array { return a.Net.Apply(a.X) }, 3, 3)
	checkModel(t, args{small, x}, func(a args) *fx.Array {
		y, _ := a.Net.Train(a.X)
		return y
	}, 3, 3)
	// By its layers, at inference.
	h := x
	for i := range 2 {
		h = fx.MaxPool2D(small.Norm[i].Apply(small.Conv[i].Apply(h)).Relu(), [2]int{2, 2})
	}
	sameBits(t, "by layers", small.Apply(x), small.Dense.Apply(nn.GlobalAvgPool(h)))
}

// glyphs is n images of the built-in data set.
func glyphs(t *testing.T, n int) (x, labels *fx.Array) {
	t.Helper()
	set, err := data.Glyphs(n, 14, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	return set.Arrays()
}
