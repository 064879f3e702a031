package orthogonaltrustregion

import (
	"context"
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// textName is the data set on which part C trains a language model in the place
// of perceptrons.
const textName = "tinyshakespeare"

// writing is a language model of characters, and how long it is trained.
type writing struct {
	blocks, width, context, batch, steps int
}

// The methods of the text: Muon for the matrices inside the blocks beside Adam for
// all else, as Muon is used, or Adam for all.
const nameTwo = "Muon and Adam"

// textGrid are the rates of both methods; beside Muon Adam has the rate 3e-3.
var textGrid = map[string][]float64{nameTwo: {0.01, 0.03, 0.1}, nameAdam: {1e-3, 3e-3, 1e-2}}

const besideRate = 3e-3

// inside tells which parameters are matrices of the blocks.
func inside(path string, leaf *fx.Array) bool {
	return strings.HasPrefix(path, "Blocks") && leaf.NDim() >= 2
}

// textRule is the rule for a model; rate is a float64 scalar.
func (l lineup) textRule(method string, rate *fx.Array, steps int) optim.Rule {
	lr := falling(rate, steps)
	if method == nameAdam {
		return optim.NewAdam(lr)
	}
	muon := l.region(lr, 0.05, 0, optim.MuonGeometry(l.steps))
	return optim.ByMask(inside, muon, optim.NewAdam(falling(fx.Scalar(besideRate), steps)))
}

// reading is a part of a text's training: so many steps from where it stands.
type reading struct {
	Net         nn.GPT
	State       optim.State
	Tokens, Key *fx.Array
	Rate        *fx.Array
	Numbers     *fx.Array // of the steps
	Loss        *fx.Array // of each
}

const (
	textPart   = 50   // steps of a compiled program
	validation = 0.1  // of the text
	examined   = 4096 // characters of the validation text, in windows of the context
)

func cross(net nn.GPT, inputs, targets *fx.Array) *fx.Array {
	return nn.SoftmaxCrossEntropy(net.Apply(inputs), targets).Mean()
}

func corpusOf(env *study.Env) (*data.Corpus, error) {
	return study.Once(env, "text", func() (*data.Corpus, error) { return data.OpenText(env.Data.Name, env.Data.Dir) })
}

// write trains the language models of one seed.
func (e experiment) write(ctx context.Context, env *study.Env, w writing) error {
	corpus, err := corpusOf(env)
	if err != nil {
		return err
	}
	train, held, err := corpus.Split(1 - validation)
	if err != nil {
		return err
	}
	start := nn.NewGPT(random.FoldIn(random.New(env.Seed), partNetwork), nn.GPTOptions{
		Vocabulary: len(corpus.Vocabulary), Context: w.context, Features: w.width, Blocks: w.blocks})
	tokens := fx.New(train.Tokens)
	rows := min(examined, len(held.Tokens)-1) / w.context
	exam := fx.New(held.Tokens[:rows*w.context+1])
	for _, method := range []string{nameTwo, nameAdam} {
		for _, rate := range textGrid[method] {
			run, err := study.Once(env, "text, "+method, func() (func(reading) reading, error) {
				return fx.Jit(func(in reading) reading { return e.methods.read(in, method, w) }), nil
			})
			if err != nil {
				return err
			}
			now := reading{Net: start, Tokens: tokens, Key: random.FoldIn(random.New(env.Seed), partText), Rate: fx.Scalar(rate)}
			now.State = optim.FromRule[nn.GPT](e.methods.textRule(method, now.Rate, w.steps)).Init(start)
			var at, losses []float64
			part := min(textPart, w.steps)
			for k := range env.Steps(fmt.Sprintf("text, %s, rate %v", method, rate), w.steps/part) {
				now.Numbers = fx.Arange(fx.Int32, part).AddScalar(float64(k * part))
				now.Loss = nil
				now = run(now)
				at, losses = append(at, float64((k+1)*part)), append(losses, now.Loss.AsType(fx.Float64).Mean().Item())
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r := env.Record.With("method", method, "rate", rate)
			r.Series("text_loss", at, losses)
			inputs := exam.SliceAxis(0, 0, rows*w.context).Reshape(rows, w.context)
			targets := exam.SliceAxis(0, 1, rows*w.context+1).Reshape(rows, w.context)
			r.Scalar("held_loss", fx.Jit(func(net nn.GPT) *fx.Array { return cross(net, inputs, targets) })(now.Net).Item())
		}
	}
	return nil
}

// read makes the steps of a part.
func (l lineup) read(in reading, method string, w writing) reading {
	type place struct {
		Net   nn.GPT
		State optim.State
	}
	end, losses := fx.Scan(func(at place, number *fx.Array) (place, *fx.Array) {
		inputs, targets := data.Windows(random.FoldIn(in.Key, number), in.Tokens, w.batch, w.context)
		opt := optim.FromRule[nn.GPT](l.textRule(method, in.Rate, w.steps))
		net, s, info := opt.Step(func(net nn.GPT) *fx.Array { return cross(net, inputs, targets) }, at.Net, at.State)
		return place{net, s}, info.Loss
	}, place{in.Net, in.State}, in.Numbers)
	in.Net, in.State, in.Loss = end.Net, end.State, losses
	return in
}
