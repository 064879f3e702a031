// Package nn holds layers, initialisers, losses and models.
//
// A model is a plain struct whose leaves are arrays and whose other fields are
// static: a tree, as package fx wants it. NewX(key, ...) makes one, Apply uses
// it, and the gradient of a model is a model:
//
//	net := nn.NewMLP(random.New(0), []int{784, 128, 10}, nn.Relu)
//	loss := func(net nn.MLP) *fx.Array {
//		return nn.SoftmaxCrossEntropy(net.Apply(x), labels).Mean()
//	}
//	value, gradient := fx.ValueAndGrad(loss)(net)
//
// Layers whose fields are exported are changed by assignment: norm.Eps = 1e-6,
// or linear.B = nil for a layer without bias.
//
// # Training and inference
//
// Apply is what a layer does at inference. The layers that do something else
// in training have a method Train: Dropout takes a key, and BatchNorm gives
// back the layer with new running statistics. See [BatchNorm] for how these
// and an optimizer's step come together.
//
// # Initial values
//
// Kernels are drawn from LeCun's truncated normal distribution and biases are
// zero, as in flax: then a linear layer keeps the variance of its input at any
// width. PyTorch draws both from U(-1/sqrt(fan in), 1/sqrt(fan in)), whose
// variance is a third of that, so that signals fade with depth. Runs that are compared with PyTorch's take
// [TorchUniform] for both; deep ReLU networks take [HeNormal].
//
// # Models
//
// Networks that the field knows by name are here in their small forms, each in
// a file that is its picture: [MLP], [ConvNet], [ResNet], [VGG], [UNet], [GPT],
// [DiT], [SIREN], [Recurrent] (RNN, GRU, LSTM) for sequences, and [MessagePassing]
// for graphs. Those whose result starts at 0, UNet and DiT, are for diffusion and
// flow models and take times and labels.
//
// # Losses
//
// CrossEntropy and Error functions give a value for each example (or element),
// which Mean makes a loss; those with Mean in their name have done so.
//
// # Shapes
//
// Images are [N, H, W, C] or [H, W, C], signals [N, L, C] and volumes
// [N, D, H, W, C]; convolution kernels are [KH, KW, in, out] and the like, kernels
// of linear layers [in, out]. "..." stands for any leading axes. A shape
// or dtype that does not fit panics with an *fx.Error at the caller's line.
package nn
