package nn_test

import (
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

// TestResNet18: the usual number of parameters, and where the shortcuts have kernels.
func TestResNet18(t *testing.T) {
	net := nn.NewResNet18(random.New(0), 3, 10)
	trainable := 0
	for i, p := range fx.Paths(net) {
		if !strings.Contains(p, "Running") {
			trainable += fx.Leaves(net)[i].Size()
		}
	}
	if trainable != 11_173_962 { // as of the network that is usual for CIFAR-10 in PyTorch
		t.Errorf("%d parameters, want 11173962", trainable)
	}
	for i, b := range net.Blocks {
		if projects := b.Project.W != nil; projects != (i == 2 || i == 4 || i == 6) {
			t.Errorf("block %d projects: %v", i, projects)
		}
	}
	shapeIs(t, "logits", nn.NewResNet18(random.New(0), 1, 4, nn.ResNet18Options{Channels: 2}).Apply(fx.Ones(fx.Float32, 2, 9, 12, 1)), 2, 4)
}

// TestResNet18Derivatives checks both passes, and that training moves the running
// statistics of a shortcut.
func TestResNet18Derivatives(t *testing.T) {
	small := nn.NewResNet18(random.New(1), 1, 3, nn.ResNet18Options{Channels: 1, DType: fx.Float64})
	paths, i := fx.Paths(small), -1
	small = fx.Map2(func(a, b *fx.Array) *fx.Array { // no relu at 0
		if i++; strings.HasSuffix(paths[i], "Var") {
			return b.Abs().AddScalar(0.5)
		}
		return b
	}, small, shaken(small))
	x := sample(3, fx.Float64, 3, 9, 8, 1)
	type args struct {
		Net nn.ResNet
		X   *fx.Array
	}
	checkModel(t, args{small, x}, func(a args) *fx.Array { return a.Net.Apply(a.X) }, 3, 3)
	checkModel(t, args{small, x}, func(a args) *fx.Array {
		y, _ := a.Net.Train(a.X)
		return y
	}, 3, 3)
	before := small.Blocks[4].NormProject.Running.Mean
	if _, next := small.Train(x); next.Blocks[4].NormProject.Running.Mean.Sub(before).Abs().Max().Item() == 0 {
		t.Error("the running statistics of a shortcut have not moved")
	}
}
