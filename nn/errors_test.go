package nn_test

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

func TestWrongPrograms(t *testing.T) {
	key := random.New(0)
	ones := func(shape ...int) *fx.Array { return fx.Ones(fx.Float32, shape...) }
	linear := nn.NewLinear(key, 4, 3)
	conv := nn.NewConv2D(key, [2]int{3, 3}, 4, 6, fx.ConvOptions{Groups: 2})
	norm := nn.NewBatchNorm(fx.Float32, 3)
	hasty := norm
	hasty.Momentum = 1.5
	negative := norm
	negative.Eps = math.NaN()
	bare := nn.NewLayerNorm(fx.Float32, 2, 3)
	bare.Scale, bare.Bias = nil, nil
	labels := fx.New([]int32{0, 1})
	nilKernel := nn.LayerOptions{Kernel: func(*fx.Array, fx.DType, nn.Fan, ...int) *fx.Array { return nil }}
	for _, c := range []struct {
		want string
		call func()
	}{
		{"NewLinear: features [0 3]: all must be at least 1", func() { nn.NewLinear(key, 0, 3) }},
		{"NewLinear: the key is nil; it must be one key of package random, uint32[2]", func() { nn.NewLinear(nil, 4, 3) }},
		{"NewLinear: the key is float32[2]; it must be one key of package random, uint32[2]", func() { nn.NewLinear(ones(2), 4, 3) }},
		{"NewLinear: 2 sets of options; it takes one", func() { nn.NewLinear(key, 4, 3, nn.LayerOptions{}, nn.LayerOptions{}) }},
		{"NewLinear: the options set Bias and NoBias", func() { nn.NewLinear(key, 4, 3, nn.LayerOptions{Bias: nn.Ones, NoBias: true}) }},
		{"NewLinear: dtype int32; it must be float32 or float64", func() { nn.NewLinear(key, 4, 3, nn.LayerOptions{DType: fx.Int32}) }},
		{"NewLinear: the initialiser gives nil where float32[4 3] is needed", func() { nn.NewLinear(key, 4, 3, nilKernel) }},
		{"NewEmbedding: the initialiser gives nil where float32[4 3] is needed", func() { nn.NewEmbedding(key, 4, 3, nilKernel) }},
		{"Linear.Apply: the layer has no kernel; NewLinear makes one", func() { nn.Linear{}.Apply(ones(2)) }},
		{"Linear.Apply: the input is nil", func() { linear.Apply(nil) }},
		{"Linear.Apply: the input has shape [2 3]; its last axis must be 4", func() { linear.Apply(ones(2, 3)) }},
		{"Linear.Apply: the input has shape []; its last axis must be 4", func() { linear.Apply(ones()) }},
		{"Linear.Apply: the input is float64[4] and the layer's arrays are float32; convert one with AsType", func() { linear.Apply(fx.Ones(fx.Float64, 4)) }},
		{"NewMLP: sizes [4]; there must be those of the input and of the output at least", func() { nn.NewMLP(key, []int{4}, nn.Relu) }},
		{"NewMLP: sizes [4 -1 2]: all must be at least 1", func() { nn.NewMLP(key, []int{4, -1, 2}, nn.Relu) }},
		{"NewMLP: the activation is nil (Identity is none)", func() { nn.NewMLP(key, []int{4, 2}, nil) }},
		{"MLP.Apply: the perceptron has no layers or no activation; NewMLP makes one", func() { nn.MLP{}.Apply(ones(2)) }},
		{"Embedding.Apply: the indices are float32[2]; they must be of an integer type", func() { nn.NewEmbedding(key, 4, 3).Apply(ones(2)) }},
		{"Embedding.Apply: the embedding has no table; NewEmbedding makes one", func() { nn.Embedding{}.Apply(labels) }},
		{"NewConv2D: window [0 3]: all must be at least 1", func() { nn.NewConv2D(key, [2]int{0, 3}, 1, 1, fx.ConvOptions{}) }},
		{"NewConv2D: 3 and 4 channels do not divide into 2 groups", func() { nn.NewConv2D(key, [2]int{1, 1}, 3, 4, fx.ConvOptions{Groups: 2}) }},
		{"Conv2D.Apply: the input has shape [5 5 2]; its images must have 4 channels", func() { conv.Apply(ones(5, 5, 2)) }},
		{"Conv2D.Apply: the input has shape [5 4]; images are [N, H, W, C] or [H, W, C]", func() { conv.Apply(ones(5, 4)) }},
		{"NewConv1D: window [0]: all must be at least 1", func() { nn.NewConv1D(key, 0, 1, 1, fx.ConvNDOptions{}) }},
		{"Conv1D.Apply: the input has shape [5]; signals are [N, L, C] or [L, C]", func() { nn.NewConv1D(key, 3, 1, 1, fx.ConvNDOptions{}).Apply(ones(5)) }},
		{"Conv3D.Apply: the input has shape [5 5 5 2]; its volumes must have 1 channels", func() { nn.NewConv3D(key, [3]int{3, 3, 3}, 1, 1, fx.ConvNDOptions{}).Apply(ones(5, 5, 5, 2)) }},
		{"NewConvTranspose3D: 3 and 4 channels do not divide into 2 groups", func() { nn.NewConvTranspose3D(key, [3]int{1, 1, 1}, 3, 4, fx.ConvTransposeNDOptions{Groups: 2}) }},
		{"ConvTranspose1D.Apply: the layer has no kernel; NewConvTranspose1D makes one", func() { nn.ConvTranspose1D{}.Apply(ones(5, 2)) }},
		{"Conv2D.Apply: the layer has no kernel; NewConv2D makes one", func() { nn.Conv2D{}.Apply(ones(5, 5, 2)) }},
		{"MaxPool2D.Apply: window [0 0]: all must be at least 1", func() { nn.MaxPool2D{}.Apply(ones(5, 5, 2)) }},
		{"AvgPool2D.Apply: the input has shape [5]; images are [N, H, W, C] or [H, W, C]", func() { nn.AvgPool2D{Window: [2]int{1, 1}}.Apply(ones(5)) }},
		{"GlobalAvgPool: the input has shape [5 2]; images are [N, H, W, C] or [H, W, C]", func() { nn.GlobalAvgPool(ones(5, 2)) }},
		{"Flatten: an array is int32[2]; it must be float32 or float64", func() { nn.Flatten(labels) }},
		{"NewConvNet: images of 3 by 9; they must be 4 by 4 or larger", func() { nn.NewConvNet(key, 3, 9, 1, 10) }},
		{"NewConvNet: channels and classes [1 0]: all must be at least 1", func() { nn.NewConvNet(key, 9, 9, 1, 0) }},
		{"NewConvNet: -2 hidden features; -1 is none", func() { nn.NewConvNet(key, 9, 9, 1, 2, nn.ConvNetOptions{Hidden: -2}) }},
		{"NewConvNet: filters and window [-3 32 3]: all must be at least 1", func() { nn.NewConvNet(key, 9, 9, 1, 2, nn.ConvNetOptions{Filters: [2]int{-3, 0}}) }},
		{"ConvNet.Apply: the input has shape [2 14 14 1]; the network is for images [28 28 1]", func() { nn.NewConvNet(key, 28, 28, 1, 10).Apply(ones(2, 14, 14, 1)) }},
		{"ConvNet.Apply: the network has no dense layer or no activation; NewConvNet makes one", func() { nn.ConvNet{}.Apply(ones(2, 14, 14, 1)) }},
		{"NewLayerNorm: no axis to normalise", func() { nn.NewLayerNorm(fx.Float32) }},
		{"NewLayerNorm: dtype bool; it must be float32 or float64", func() { nn.NewLayerNorm(fx.Bool, 3) }},
		{"LayerNorm.Apply: the input has shape [2 4]; its last axes must be [2 3]", func() { nn.NewLayerNorm(fx.Float32, 2, 3).Apply(ones(2, 4)) }},
		{"LayerNorm.Apply: the input has shape [3]; the layer normalises its last 2 axes", func() { bare.Apply(ones(3)) }},
		{"LayerNorm.Apply: the layer normalises no axes; NewLayerNorm makes one", func() { nn.LayerNorm{}.Apply(ones(3)) }},
		{"NewBatchNorm: channels [0]: all must be at least 1", func() { nn.NewBatchNorm(fx.Float32, 0) }},
		{"BatchNorm.Apply: the input has shape [5 2]; its last axis must be 3", func() { norm.Apply(ones(5, 2)) }},
		{"BatchNorm.Apply: the layer has no running statistics; NewBatchNorm makes one", func() { nn.BatchNorm{}.Apply(ones(5, 2)) }},
		{"BatchNorm.Apply: Eps NaN; it must not be negative", func() { negative.Apply(ones(5, 3)) }},
		{"BatchNorm.Train: an input of shape [1 3] has too few values for each channel: 1, and a variance takes 2", func() { norm.Train(ones(1, 3)) }},
		{"BatchNorm.Train: Momentum 1.5; it must be from 0 to 1", func() { hasty.Train(ones(2, 3)) }},
		{"WithRunning: the models differ in structure", func() { nn.WithRunning(nn.Sequential{norm}, nn.Sequential{linear}) }},
		{"WithRunning: Running.Mean is float32[3] in one model and float32[4] in the other", func() { nn.WithRunning(norm, nn.NewBatchNorm(fx.Float32, 4)) }},
		{"Dropout.Train: Rate 1; it must be at least 0 and below 1", func() { nn.Dropout{Rate: 1}.Train(ones(3), key) }},
		{"Dropout.Apply: Rate NaN; it must be at least 0 and below 1", func() { nn.Dropout{Rate: math.NaN()}.Apply(ones(3)) }},
		{"Dropout.Train: the key is nil; it must be one key of package random, uint32[2]", func() { nn.Dropout{Rate: 0.5}.Train(ones(3), nil) }},
		{"Sequential.Apply: layer 1 is nil", func() { nn.Sequential{linear, nil}.Apply(ones(4)) }},
		{"Func.Apply: the function is nil", func() { nn.Func(nil).Apply(ones(4)) }},
		{"FanOf: shape [3]; a kernel has at least an input and an output axis", func() { nn.FanOf(3) }},
		{"HeNormal: fan {In:0 Out:2}; In and Out must be at least 1", func() { nn.HeNormal(key, fx.Float32, nn.Fan{Out: 2}, 3) }},
		{"Normal: scale -1; it must be positive and finite", func() { nn.Normal(-1) }},
		{"SoftmaxCrossEntropy: labels of shape [2] for logits of shape [3 2]; the labels' shape is the logits' without their last axis", func() { nn.SoftmaxCrossEntropy(ones(3, 2), labels) }},
		{"SoftmaxCrossEntropy: the labels are float32[2]; they must be of an integer type", func() { nn.SoftmaxCrossEntropy(ones(2, 2), ones(2)) }},
		{"SoftmaxCrossEntropy: shape [2 0]; the last axis must hold the classes", func() { nn.SoftmaxCrossEntropy(ones(2, 0), labels) }},
		{"SoftmaxCrossEntropyProbabilities: logits float32[2 3] and probabilities float32[2]: dtype and shape must be the same", func() { nn.SoftmaxCrossEntropyProbabilities(ones(2, 3), ones(2)) }},
		{"SmoothLabels: alpha -0.1; it must be from 0 to 1", func() { nn.SmoothLabels(ones(2, 3), -0.1) }},
		{"SmoothLabels: an array is int32[2]; it must be float32 or float64", func() { nn.SmoothLabels(labels, 0.1) }},
		{"MeanSquaredError: prediction float32[2 1] and target float32[2]: dtype and shape must be the same", func() { nn.MeanSquaredError(ones(2, 1), ones(2)) }},
		{"MeanAbsoluteError: the mean of no elements: shape [0 2]", func() { nn.MeanAbsoluteError(ones(0, 2), ones(0, 2)) }},
		{"HuberError: delta 0; it must be positive and finite", func() { nn.HuberError(ones(2), ones(2), 0) }},
		{"SigmoidCrossEntropy: an array is nil", func() { nn.SigmoidCrossEntropy(ones(2), nil) }},
		{"Accuracy: no labels: shape [0]", func() { nn.Accuracy(ones(0, 2), fx.Zeros(fx.Int32, 0)) }},
	} {
		wrong(t, c.want, c.call)
	}
}

// wrong insists that a call fails with a message, at its own line.
func wrong(t *testing.T, want string, call func()) {
	t.Helper()
	defer func() {
		t.Helper()
		e, ok := recover().(*fx.Error)
		if !ok {
			t.Errorf("no *fx.Error, want %q", want)
			return
		}
		got := strings.TrimPrefix(e.Error(), "fx: nn.")
		at := regexp.MustCompile(` \(\w*errors_test\.go:\d+\)$`)
		if !at.MatchString(got) || at.ReplaceAllString(got, "") != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}()
	call()
}
