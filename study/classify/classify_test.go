package classify_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

func env(t *testing.T) *study.Env {
	t.Helper()
	paper := study.Paper{Slug: "toy", DataSets: []string{"glyphs"}}
	e, err := study.NewEnv(context.Background(), &paper, study.Quick, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sets(t *testing.T, e *study.Env) *classify.Sets {
	t.Helper()
	s, err := classify.Open(e, data.Options{Size: 8, Train: 100, Test: 1500}, 16)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func adam(c classify.Choice) optim.Optimizer[nn.Sequential] {
	return optim.FromRule[nn.Sequential](optim.NewAdam(c.Schedule()))
}

// network has what a training must not forget: running statistics, and dropout.
func network() nn.Sequential {
	key := random.New(5)
	return nn.Sequential{nn.Func(nn.Flatten), nn.NewLinear(random.FoldIn(key, 0), 64, 12), nn.NewBatchNorm(fx.Float32, 12),
		nn.Func(nn.Relu), nn.Dropout{Rate: 0.3}, nn.NewLinear(random.FoldIn(key, 1), 12, 10)}
}

// TestTrainIsItsSteps: epochs of the compiled program are steps by hand, in the
// bits of parameters, running statistics, losses and watched values.
func TestTrainIsItsSteps(t *testing.T) {
	e := env(t)
	s := sets(t, e)
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: adam, Watch: []string{"grad_norm"}})
	net, rate := network(), 0.01
	epochs := 0
	got, trace, err := trainer.Train(e, "adam", classify.Run[nn.Sequential]{Start: trainer.Start(net, rate), Sets: s, Batch: 16, Epochs: 2,
		Seed: 7, Rate: rate, After: func(now classify.Training[nn.Sequential], epoch classify.Trace) {
			epochs++
			if len(epoch.Loss) != 6 || len(epoch.Values["grad_norm"]) != 6 {
				t.Errorf("an epoch of 100 images in batches of 16 tells of %d steps", len(epoch.Loss))
			}
		}})
	if err != nil || epochs != 2 {
		t.Fatalf("%d epochs, %v", epochs, err)
	}
	opt := optim.FromRule[nn.Sequential](optim.NewAdam(optim.Constant(rate)))
	want, state := net, opt.Init(net)
	batches, _ := data.NewBatches(100, 16, 7, data.BatchOptions{DropLast: true})
	for epoch := range 2 {
		step := 0
		for numbers := range batches.Rest() {
			order := make([]int32, len(numbers))
			for i, n := range numbers {
				order[i] = int32(n)
			}
			b := s.Train.Take(fx.New(order))
			key := random.FoldIn(random.FoldIn(random.New(7), epoch), step)
			loss, aux := optim.WithAux(func(n nn.Sequential) (*fx.Array, nn.Sequential) {
				logits, next := n.Train(b.Pixels, key)
				return nn.SoftmaxCrossEntropy(logits, b.Labels).Mean(), next
			})
			next, s, info := opt.Step(loss, want, state)
			want, state = nn.WithRunning(next, aux()), s
			fx.Eval(want, state)
			at := epoch*6 + step
			if trace.Loss[at] != info.Loss.Item() || trace.Values["grad_norm"][at] != info.Values["grad_norm"].Item() {
				t.Fatalf("step %d: loss %v and norm %v, want %v and %v", at, trace.Loss[at], trace.Values["grad_norm"][at], info.Loss, info.Values["grad_norm"])
			}
			step++
		}
	}
	for i, leaf := range fx.Leaves(want) {
		if !slices.Equal(fx.Leaves(got.Net)[i].Float64s(), leaf.Float64s()) {
			t.Errorf("%s differs from steps by hand", fx.Paths(want)[i])
		}
	}
}

// TestScore: over parts of any size, the mean over all images.
func TestScore(t *testing.T) {
	s := sets(t, env(t))
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: adam})
	net := network()
	loss, accuracy := trainer.Score(net, s.Test)
	logits := net.Apply(s.Test.Pixels)
	if want := nn.SoftmaxCrossEntropy(logits, s.Test.Labels).AsType(fx.Float64).Mean().Item(); math.Abs(loss-want) > 1e-12 {
		t.Errorf("loss %v, want %v", loss, want)
	}
	if want := nn.Accuracy(logits, s.Test.Labels).Item(); math.Abs(accuracy-want) > 1e-6 {
		t.Errorf("accuracy %v, want %v", accuracy, want)
	}
}

// TestDivergenceEnds: a training that is lost is not gone on with, and says so.
func TestDivergenceEnds(t *testing.T) {
	e := env(t)
	s := sets(t, e)
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: adam,
		Loss: func(net nn.Sequential, b classify.Images) *fx.Array {
			return net.Apply(b.Pixels).Mean().MulScalar(math.NaN())
		}})
	epochs := 0
	_, trace, err := trainer.Train(e, "NaN", classify.Run[nn.Sequential]{Start: trainer.Start(network(), 0.1), Sets: s, Batch: 50, Epochs: 5, Rate: 0.1,
		After: func(classify.Training[nn.Sequential], classify.Trace) { epochs++ }})
	if err != nil || epochs != 1 || len(trace.Loss) != 2 || !math.IsNaN(trace.Loss[1]) {
		t.Errorf("%d epochs, losses %v, error %v; want one epoch of NaN", epochs, trace.Loss, err)
	}
}

func TestOpen(t *testing.T) {
	e := env(t)
	s := sets(t, e)
	if again := sets(t, e); again != s {
		t.Error("the images are read twice")
	}
	if m := s.Train.Pixels.Mean().Item(); math.Abs(m) > 1e-4 {
		t.Errorf("the mean is %v, want 0", m)
	}
	if f := s.Flat(); f.Train.Pixels.NDim() != 2 || f.Train.Features() != 64 || s.Train.Features() != 64 || f.Test.N() != 1500 {
		t.Errorf("flat images of shape %v", f.Train.Pixels.Shape())
	}
	plain, err := classify.OpenPlain(e, data.Options{Size: 8, Train: 100, Test: 1500}, 16)
	if err != nil || plain.Train.Pixels.Min().Item() < 0 || plain.Train.Pixels.Max().Item() > 1 {
		t.Errorf("plain pixels are not between 0 and 1 (%v)", err)
	}
	few, err := classify.OpenPrepared(e, "turned round", data.Options{Size: 8, Train: 100, Test: 1500}, 16,
		func(train, test *data.Images) (*data.Images, *data.Images, error) { return test, train, nil })
	if err != nil || few.Train.N() != 1500 || few.Test.N() != 100 {
		t.Errorf("prepared sets: %v", err)
	}
	_, err = classify.Open(e, data.Options{Size: 8, Train: 100, Test: 10}, 128)
	if err == nil || !strings.Contains(err.Error(), "100 training images; a batch alone has 128") {
		t.Errorf("fewer images than a batch: %v", err)
	}
}

// TestSeveralLabels: a language model is trained on texts whose labels are those that
// follow, [n, length], and its score is the mean over all of them.
func TestSeveralLabels(t *testing.T) {
	const n, length, kinds = 40, 5, 6
	e := env(t)
	start := random.Randint(random.New(1), fx.Int32, 0, kinds, n, 1)
	texts := start.Add(fx.Arange(fx.Int32, length+1)).Rem(fx.Scalar(int32(kinds))) // the next is one more
	set := classify.Images{Pixels: texts.SliceAxis(1, 0, length), Labels: texts.SliceAxis(1, 1, length+1)}
	net := nn.Sequential{nn.NewEmbedding(random.New(2), kinds, 8), nn.NewLinear(random.New(3), 8, kinds)}
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: adam})
	loss, accuracy := trainer.Score(net, set)
	all := nn.SoftmaxCrossEntropy(net.Apply(set.Pixels), set.Labels)
	if set.N() != n || math.Abs(loss-all.Mean().Item()) > 1e-6 || !(accuracy >= 0 && accuracy <= 1) {
		t.Errorf("%d texts with loss %v and accuracy %v, want %d and %v", set.N(), loss, accuracy, n, all.Mean().Item())
	}
	end, trace, err := trainer.Train(e, "texts", classify.Run[nn.Sequential]{Start: trainer.Start(net, 0.1), Sets: &classify.Sets{Train: set, Test: set, Classes: kinds},
		Batch: 10, Epochs: 15, Seed: 4, Rate: 0.1})
	if err != nil || len(trace.Loss) != 60 {
		t.Fatalf("%d steps, error %v", len(trace.Loss), err)
	}
	if loss, accuracy = trainer.Score(end.Net, set); loss > 0.1 || accuracy != 1 {
		t.Errorf("after training the loss is %v and the accuracy %v", loss, accuracy)
	}
}

func TestUnknownWatch(t *testing.T) {
	defer func() {
		if got := recover(); got != "classify: the optimizer does not report speed" {
			t.Errorf("panic %v", got)
		}
	}()
	s := sets(t, env(t))
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: adam, Watch: []string{"speed"}})
	trainer.Steps(trainer.Start(network(), 0.1), s.Train, fx.Arange(fx.Int32, 16).Reshape(1, 16), 0.1, random.New(0))
}

// walking takes three minibatches a step.
func walking(c classify.Choice) optim.StreamOptimizer[nn.Sequential] {
	o := optim.NewEntropySGD[nn.Sequential](c.Schedule(), random.New(4))
	o.L, o.Noise = 3, 0.01
	return o
}

// TestStreams: trainings by steps of several minibatches are the same steps by hand,
// go on over the ends of epochs, and take the running statistics of a step's first
// minibatch.
func TestStreams(t *testing.T) {
	e := env(t)
	s := sets(t, e)
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Stream: walking, Watch: []string{"displacement"}})
	net, rate := network(), 0.5
	var ended []int
	// 100 images make 5 minibatches of 20 an epoch: steps end in epochs 1 (1), 2 (2), 3 (2).
	got, trace, err := trainer.Train(e, "walk", classify.Run[nn.Sequential]{Start: trainer.Start(net, rate), Sets: s, Batch: 20, Epochs: 3, Seed: 7, Rate: rate,
		After: func(_ classify.Training[nn.Sequential], epoch classify.Trace) { ended = append(ended, len(epoch.Loss)) }})
	if err != nil || !slices.Equal(ended, []int{1, 2, 2}) || trainer.Batches() != 3 {
		t.Fatalf("steps %v, %v", ended, err)
	}
	opt := walking(classify.Choice{Rate: fx.Scalar(rate)})
	want, state := net, opt.Init(net)
	batches, _ := data.NewBatches(100, 20, 7, data.BatchOptions{DropLast: true})
	at := 0
	for epoch, steps := range ended {
		for step := range steps {
			order := batches.Order(3)
			var running nn.Sequential
			called := false
			next, s, info := opt.StepStream(func(i *fx.Array) optim.Loss[nn.Sequential] {
				b := s.Train.Take(order.Take(i, 0))
				key := random.FoldIn(random.FoldIn(random.New(7), epoch), i.Add(fx.Scalar(int32(3*step))))
				return func(n nn.Sequential) *fx.Array {
					logits, next := n.Train(b.Pixels, key)
					if !called {
						running, called = next, true
					}
					return nn.SoftmaxCrossEntropy(logits, b.Labels).Mean()
				}
			}, want, state)
			want, state = nn.WithRunning(next, running), s
			fx.Eval(want, state)
			if trace.Loss[at] != info.Loss.Item() || trace.Values["displacement"][at] != info.Values["displacement"].Item() {
				t.Fatalf("step %d: loss %v, want %v", at, trace.Loss[at], info.Loss)
			}
			at++
		}
	}
	for i, leaf := range fx.Leaves(want) {
		if !slices.Equal(fx.Leaves(got.Net)[i].Float64s(), leaf.Float64s()) {
			t.Errorf("%s differs from steps by hand", fx.Paths(want)[i])
		}
	}
}

func TestStreamMistakes(t *testing.T) {
	mustPanic := func(want string, f func()) {
		t.Helper()
		defer func() {
			t.Helper()
			if got := recover(); got != want {
				t.Errorf("panic %v, want %s", got, want)
			}
		}()
		f()
	}
	mustPanic("classify: the settings need either Optimizer or Stream", func() { classify.NewTrainer(classify.Settings[nn.Sequential]{}) })
	mustPanic("classify: the settings need either Optimizer or Stream", func() {
		classify.NewTrainer(classify.Settings[nn.Sequential]{Optimizer: adam, Stream: walking})
	})
	s := sets(t, env(t))
	trainer := classify.NewTrainer(classify.Settings[nn.Sequential]{Stream: walking})
	mustPanic("classify: an order of 4 minibatches ends inside a step, which takes 3", func() {
		trainer.Steps(trainer.Start(network(), 0.1), s.Train, fx.Arange(fx.Int32, 64).Reshape(4, 16), 0.1, random.New(0))
	})
}
