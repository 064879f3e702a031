package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/train"
)

// A line is fitted to points, in mini-batches, with a checkpoint at the end.
func Example() {
	type line struct{ Slope, Offset *fx.Array }
	type state struct {
		Line line
		Opt  optim.State
	}
	type batch struct{ X, Y *fx.Array }

	opt := optim.FromRule[line](optim.NewMomentum(optim.Cosine(0.1, 0, 200), 0.9))
	step := train.Compile(func(s state, b batch) (state, train.Metrics) {
		l, o, info := opt.Step(func(l line) *fx.Array {
			return b.X.Mul(l.Slope).Add(l.Offset).Sub(b.Y).Square().Mean()
		}, s.Line, s.Opt)
		return state{l, o}, train.Metrics{"loss": info.Loss}
	})

	order, err := data.NewBatches(100, 20, 1, data.BatchOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	source := train.Batches(order, func(indices []int) (batch, error) {
		var x, y []float32
		for _, i := range indices {
			x, y = append(x, float32(i)/50), append(y, 3*float32(i)/50-1)
		}
		return batch{fx.New(x), fx.New(y)}, nil
	})

	dir, err := os.MkdirTemp("", "fluxion")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	start := line{fx.Scalar(float32(0)), fx.Scalar(float32(0))}
	result, err := train.Loop[state, batch]{
		Step: step, Source: source, Epochs: 40,
		Checkpoints: train.Checkpoints{Dir: filepath.Join(dir, "run"), Keep: 1},
	}.Run(context.Background(), state{start, opt.Init(start)})
	fmt.Println(result.Ending, "after", result.Step, "steps:", err)
	fmt.Printf("slope %.3f, offset %.3f\n", result.State.Line.Slope.Item(), result.State.Line.Offset.Item())
	// Output:
	// completed after 200 steps: <nil>
	// slope 3.000, offset -1.000
}
