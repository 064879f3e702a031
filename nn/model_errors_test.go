package nn_test

import (
	"math"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

func TestWrongModels(t *testing.T) {
	key := random.New(0)
	f := fx.Float32
	ones := func(shape ...int) *fx.Array { return fx.Ones(f, shape...) }
	ids := func(v ...int32) *fx.Array { return fx.New(v) }
	attention := nn.NewMultiHeadAttention(key, 4, 2)
	causal := attention
	causal.Causal = true
	gpt := nn.NewGPT(key, nn.GPTOptions{Vocabulary: 5, Context: 4, Features: 4, Heads: 2, Blocks: 1})
	dit := nn.NewDiT(key, nn.DiTOptions{Height: 4, Width: 4, Channels: 1, Features: 4, Heads: 2, Blocks: 1})
	unet := nn.NewUNet(key, nn.UNetOptions{Channels: 1, Features: 4, Multipliers: []int{1, 1}, Blocks: 1, Groups: 2, Heads: 2, Classes: 3})
	pass := nn.NewMessagePassing(key, nn.MessagePassingOptions{Nodes: 2})
	vgg := nn.NewVGG(key, 1, 3, []int{2, nn.Pool, 2, nn.Pool}, f)
	for _, c := range []struct {
		want string
		call func()
	}{
		{"NewConvTranspose2D: 3 and 4 channels do not divide into 2 groups", func() { nn.NewConvTranspose2D(key, [2]int{1, 1}, 3, 4, fx.ConvTransposeOptions{Groups: 2}) }},
		{"ConvTranspose2D.Apply: the layer has no kernel; NewConvTranspose2D makes one", func() { nn.ConvTranspose2D{}.Apply(ones(3, 3, 1)) }},
		{"NewGroupNorm: 4 channels do not divide into 3 groups", func() { nn.NewGroupNorm(f, 3, 4) }},
		{"GroupNorm.Apply: the input has shape [3 4]; images are [N, H, W, C] or [H, W, C]", func() { nn.NewGroupNorm(f, 2, 4).Apply(ones(3, 4)) }},
		{"GroupNorm.Apply: an input of shape [3 3 4], whose channels do not divide into 0 groups", func() { nn.GroupNorm{}.Apply(ones(3, 3, 4)) }},
		{"RMSNorm.Apply: the input has shape [3]; its last axis must be 4", func() { nn.NewRMSNorm(f, 4).Apply(ones(3)) }},
		{"RMSNorm.Apply: Eps NaN; it must not be negative", func() { nn.RMSNorm{Eps: math.NaN()}.Apply(ones(3)) }},
		{"Attention: queries float32[2 3], keys float32[2 4], values float32[2 3] do not fit", func() { nn.Attention(ones(2, 3), ones(2, 4), ones(2, 3), nil) }},
		{"Attention: an array is nil", func() { nn.Attention(ones(2, 3), nil, ones(2, 3), nil) }},
		{"Attention: the mask is float32[3 2]; it must broadcast to the scores, float32[2 2]", func() { nn.Attention(ones(2, 3), ones(2, 3), ones(2, 3), ones(3, 2)) }},
		{"NewMultiHeadAttention: 5 features do not divide among 2 heads", func() { nn.NewMultiHeadAttention(key, 5, 2) }},
		{"MultiHeadAttention.Apply: the input has shape [4]; it must be sequences [..., n, features], n > 0", func() { attention.Apply(ones(4)) }},
		{"MultiHeadAttention.Attend: the attention is causal, and sequences of 3 attend to 2", func() { causal.Attend(ones(3, 4), ones(2, 4), nil) }},
		{"MultiHeadAttention.Apply: the attention has no projections or no heads; NewMultiHeadAttention makes one", func() { nn.MultiHeadAttention{}.Apply(ones(2, 4)) }},
		{"NewGPT: vocabulary, context, features, heads, blocks and hidden features [0 128 128 4 4 512]: all must be at least 1", func() { nn.NewGPT(key, nn.GPTOptions{}) }},
		{"NewGPT: 6 features do not divide among 4 heads", func() { nn.NewGPT(key, nn.GPTOptions{Vocabulary: 3, Features: 6}) }},
		{"GPT.Apply: tokens of shape [5]; their last axis must hold 1 to 4 places", func() { gpt.Apply(ids(0, 0, 0, 0, 0)) }},
		{"GPT.Apply: the tokens are float32[2]; they must be of an integer type", func() { gpt.Apply(ones(2)) }},
		{"GPT.Apply: the model has no embeddings; NewGPT makes one", func() { nn.GPT{}.Apply(ids(0)) }},
		{"Sinusoids: size 3; it must be even and positive", func() { nn.Sinusoids(ones(2), 3, 100) }},
		{"Sinusoids: period 1; it must be above 1 and finite", func() { nn.Sinusoids(ones(2), 2, 1) }},
		{"TimeEmbedding.Apply: the embedding has no layers; NewTimeEmbedding makes one", func() { nn.TimeEmbedding{}.Apply(ones(2)) }},
		{"NewDiT: images of 5 by 4 do not divide into patches of 2", func() { nn.NewDiT(key, nn.DiTOptions{Height: 5, Width: 4, Channels: 1}) }},
		{"NewDiT: 6 features; they must be a multiple of 4 and divide among 2 heads", func() { nn.NewDiT(key, nn.DiTOptions{Height: 4, Width: 4, Channels: 1, Features: 6, Heads: 2}) }},
		{"NewDiT: scale -1; it must be positive and finite", func() { nn.NewDiT(key, nn.DiTOptions{Height: 4, Width: 4, Channels: 1, TimeFactor: -1}) }},
		{"DiT.Apply: the input has shape [6 4 1]; the model is for images [4 4 1]", func() { dit.Apply(ones(6, 4, 1), ones(), nil) }},
		{"DiT.Apply: times of shape [3] for images of shape [2 4 4 1]; there must be one for each image", func() { dit.Apply(ones(2, 4, 4, 1), ones(3), nil) }},
		{"DiT.Apply: there are labels, and the model knows no classes", func() { dit.Apply(ones(2, 4, 4, 1), ones(2), ids(0, 1)) }},
		{"DiT.Apply: the model has no layers; NewDiT makes one", func() { nn.DiT{}.Apply(ones(4, 4, 1), ones(), nil) }},
		{"NewUNet: 2 levels, and Attend for 1", func() { nn.NewUNet(key, nn.UNetOptions{Channels: 1, Multipliers: []int{1, 1}, Attend: []bool{true}}) }},
		{"NewUNet: 6 features; they must be even and divide into 8 groups and 4 heads", func() { nn.NewUNet(key, nn.UNetOptions{Channels: 1, Features: 6}) }},
		{"UNet.Apply: images of shape [3 4 1]; height and width must be multiples of 2", func() { unet.Apply(ones(3, 4, 1), ones(), ids(0).Index(0)) }},
		{"UNet.Apply: the labels are nil", func() { unet.Apply(ones(4, 4, 1), ones(), nil) }},
		{"UNet.Apply: labels of shape [1] for images of shape [4 4 1]; there must be one for each image", func() { unet.Apply(ones(4, 4, 1), ones(), ids(0)) }},
		{"UNet.Apply: the network has no layers; NewUNet makes one", func() { nn.UNet{}.Apply(ones(4, 4, 1), ones(), nil) }},
		{"NewSIREN: the options set Kernel or Bias; the network has its own", func() { nn.NewSIREN(key, []int{1, 1}, nn.LayerOptions{Kernel: nn.Zeros}) }},
		{"NewSIREN: sizes [1]; there must be those of the input and of the output at least", func() { nn.NewSIREN(key, []int{1}) }},
		{"SIREN.Apply: the network has no layers; NewSIREN makes one", func() { nn.SIREN{}.Apply(ones(2)) }},
		{"NewResNet: depth 9; it must be 6n+2: 8, 14, 20, ...", func() { nn.NewResNet(key, 1, 2, nn.ResNetOptions{Depth: 9}) }},
		{"NewResNet18: 2 sets of options; it takes one", func() { nn.NewResNet18(key, 1, 2, nn.ResNet18Options{}, nn.ResNet18Options{}) }},
		{"ResNet.Apply: the network has no layers; NewResNet makes one", func() { nn.ResNet{}.Apply(ones(4, 4, 1)) }},
		{"VGGPlan: depth 12; it must be 11, 13, 16 or 19", func() { nn.VGGPlan(12, 64) }},
		{"NewVGG: plan [0] has no convolution", func() { nn.NewVGG(key, 1, 2, []int{nn.Pool}, f) }},
		{"VGG.Apply: images of shape [3 3 1] are too small for the plan [2 0 2 0]: each pooling halves them", func() { vgg.Apply(ones(3, 3, 1)) }},
		{"NewMessagePassing: -1 features of edges", func() { nn.NewMessagePassing(key, nn.MessagePassingOptions{Nodes: 2, Edges: -1}) }},
		{"MessagePassing.Apply: the receivers are nil", func() { pass.Apply(ones(3, 2), nn.Edges{Senders: ids(0)}) }},
		{"MessagePassing.Apply: senders of shape [2] and receivers of shape [1]; both must be [edges]", func() { pass.Apply(ones(3, 2), nn.Edges{Senders: ids(0, 1), Receivers: ids(0)}) }},
		{"MessagePassing.Apply: features of shape [3 1] for 2 edges; it must be [edges, features]", func() {
			pass.Apply(ones(3, 2), nn.Edges{Senders: ids(0, 1), Receivers: ids(0, 2), Features: ones(3, 1)})
		}},
		{"Orthogonal: scale 0; it must be positive and finite", func() { nn.Orthogonal(0) }},
		{"Orthogonal: shape [3]; a kernel has at least an input and an output axis", func() { nn.Orthogonal(1)(key, f, nn.Fan{In: 1, Out: 1}, 3) }},
	} {
		wrong(t, c.want, c.call)
	}
}
