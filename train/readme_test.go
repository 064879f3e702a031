package train_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Example trains a small network on the built-in digits.
func Example_readme() {
	digits, test, _ := data.Open("glyphs", "", data.Options{Train: 2000, Test: 1000, Size: 14, Seed: 1})
	net := nn.NewMLP(random.New(0), []int{14 * 14, 64, 10}, nn.Relu)
	laprop := optim.FromRule[nn.MLP](optim.NewLaProp(optim.Constant(1e-3)))

	type state struct {
		Net  nn.MLP
		Opt  optim.State
		X, Y *fx.Array // a batch of images and labels
		Loss *fx.Array
	}
	step := fx.Jit(func(s state) state { // traced once, then compiled code
		loss := func(net nn.MLP) *fx.Array {
			return nn.SoftmaxCrossEntropy(net.Apply(s.X.Reshape(64, -1)), s.Y).Mean()
		}
		net, opt, info := laprop.Step(loss, s.Net, s.Opt)
		return state{Net: net, Opt: opt, Loss: info.Loss}
	}, fx.Donate("Net"), fx.Donate("Opt"))

	s := state{Net: net, Opt: laprop.Init(net)}
	batches, _ := data.NewBatches(digits.N(), 64, 1, data.BatchOptions{DropLast: true})
	for range 10 * batches.PerEpoch() {
		s.X, s.Y = digits.Batch(batches.Next())
		s = step(s)
	}
	x, y := test.Arrays()
	fmt.Printf("accuracy %.2f\n", nn.Accuracy(s.Net.Apply(x.Reshape(1000, -1)), y).Item())
	// Output: accuracy 0.93
}

// TestReadmeShowsTheExample holds the README's program to the one above, which
// is compiled and run.
func TestReadmeShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "func Example_readme() {\n")
	body, _, ok := strings.Cut(body, "\t// Output:")
	if !ok {
		t.Fatal("the example is not where the test looks for it")
	}
	if !strings.Contains(string(readme), "```go\n"+strings.ReplaceAll("\n"+body, "\n\t", "\n")[1:]+"```") {
		t.Error("README.md does not show the body of Example; copy it there")
	}
}
