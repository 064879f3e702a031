package layerrotation

import (
	"math"
	"strings"

	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/study"
)

// plan is how much of the experiment a run does.
type plan struct{ studies []trainings }

// trainings are the trainings of one network.
type trainings struct {
	name              string
	network           network
	train, test, side int // images: 0 is all that the files hold, at their size
	batch, epochs     int
	arms              []arm
	features          bool // record what the first layer looks for
}

// epochsOf is an arm's number of epochs: weight decay gets longer, because it
// begins to turn a layer only once the layer has shrunk.
func (s trainings) epochsOf(a arm) int {
	if a.method == nameDecay {
		return s.epochs * 5 / 3
	}
	return s.epochs
}

// The names of the networks.
const (
	namePerceptron = "perceptron"
	nameSmall      = "small CNN"
	nameDeep       = "25-layer CNN"
	nameVGG        = "VGG-16"
	nameResNet     = "ResNet-32"
	nameWide       = "WRN-28-10"
	nameToy        = "toy"
)

const warmEpochs = 5

var (
	perceptron = network{hidden: []int{128, 128, 128, 128}}
	smallCNN   = network{convolutions: []int{8, 8, nn.Pool, 16, 16, nn.Pool, 32}}
	// deepCNN is the paper's C10-CNN1.
	deepCNN = network{normLast: true, convolutions: []int{32, 32, 32, 32, 32, 32, nn.Pool, 64, 64, 64, 64, 64, 64, nn.Pool,
		128, 128, 128, 128, 128, 128, nn.Pool, 256, 256, 256, 256, 256, 256}}
	// vgg is its C10-CNN2, trained with dropout and augmentation.
	vgg = network{normLast: true, convolutions: nn.VGGPlan(16, 64), hidden: []int{512}, dropout: true, augmented: true}
	// resNet32 is its C100-resnet.
	resNet32 = network{resNet: 32}
	// wideResNet is its C100-WRN, trained with dropout and augmentation.
	wideResNet = network{wide: wide{28, 10}, augmented: true}
)

// rotating is Layca on gradient descent at 3^-k.
func rotating(k int, alpha float64) arm { return arm{nameLayca, third(k), alpha, 0} }

// turningAdam is Layca on Adam at 3^-k.
func turningAdam(k int) arm { return arm{nameAdam + withLayca, third(k), 0, 0} }

// sweep is Layca at 3^-from to 3^-to, all layers alike.
func sweep(from, to int) []arm {
	var all []arm
	for k := from; k <= to; k++ {
		all = append(all, rotating(k, 0))
	}
	return all
}

func descending(from, to int) []arm {
	var all []arm
	for k := from; k <= to; k++ {
		all = append(all, arm{nameSGD, third(k), 0, 0})
	}
	return all
}

// toy is the network with one hidden layer of as many units as an image has
// pixels, whose first layer can be looked at.
func toy(pixels, train, test, side, batch, epochs int) trainings {
	half := rate{"3^-2.5", 1 / (9 * math.Sqrt(3))}
	return trainings{name: nameToy, network: network{hidden: []int{pixels}}, train: train, test: test, side: side, batch: batch, epochs: epochs, features: true,
		arms: []arm{rotating(2, 0), {nameLayca, half, 0, 0}, rotating(3, 0), rotating(4, 0)}}
}

func plans(dataName string) study.PerScale[plan] {
	side, channels := 14, 1
	if strings.HasPrefix(dataName, "cifar") {
		side, channels = 16, 3
	}
	standard := trainings{name: namePerceptron, network: perceptron, train: 1000, test: 2000, side: side, batch: 128, epochs: 60}
	standard.arms = append(sweep(1, 5), rotating(3, -0.6), rotating(3, 0.6))
	standard.arms = append(standard.arms, descending(0, 3)...)
	standard.arms = append(standard.arms, arm{nameDecay, third(1), 0, 0.02}, arm{nameDecay, plain(0.1), 0, 0.1},
		arm{nameAdam, plain(1e-3), 0, 0}, arm{nameAdam, plain(1e-2), 0, 0},
		turningAdam(2), turningAdam(3), turningAdam(4), turningAdam(5),
		arm{nameWarm, plain(3), 0, 0})
	convolutional := trainings{name: nameSmall, network: smallCNN, train: 1000, test: 2000, side: side, batch: 128, epochs: 30, arms: sweep(1, 5)}

	quick := standard
	quick.epochs = 15
	quick.arms = []arm{rotating(2, 0), rotating(4, 0), rotating(3, 0.6), {nameSGD, third(1), 0, 0}}

	return study.PerScale[plan]{
		Quick:   plan{[]trainings{quick}},
		Default: plan{[]trainings{standard, convolutional, toy(side*side*channels, 1000, 2000, side, 250, 60)}},
		Full:    plan{publishedTrainings(dataName)},
	}
}

// publishedTrainings are the paper's, of each network on the data that it has there.
// The built-in images stand in for all of them.
func publishedTrainings(dataName string) []trainings {
	photographs := func(name string, n network) trainings {
		s := trainings{name: name, network: n, side: 32, batch: 128, epochs: 100, arms: publishedArms()}
		if dataName == "glyphs" {
			s.train, s.test = 50_000, 10_000
		}
		return s
	}
	deep, dropping := photographs(nameDeep, deepCNN), photographs(nameVGG, vgg)
	residual, widened := photographs(nameResNet, resNet32), photographs(nameWide, wideResNet)
	digits := toy(28*28, 10_000, 0, 28, 2048, 100)
	switch dataName {
	case "mnist":
		return []trainings{digits}
	case "cifar10":
		return []trainings{deep, dropping}
	case "cifar100":
		return []trainings{residual, widened}
	}
	digits.test = 10_000
	return []trainings{deep, dropping, residual, widened, digits}
}

// publishedArms are the paper's methods at the rates it gives.
func publishedArms() []arm {
	arms := sweep(0, 7)
	for _, alpha := range []float64{-0.6, -0.3, 0.3, 0.6} {
		arms = append(arms, rotating(3, alpha))
	}
	arms = append(arms, descending(0, 4)...)
	arms = append(arms, arm{nameDecay, third(1), 0, 5e-4}, arm{nameWarm, plain(3), 0, 0}, arm{nameMomentum, third(1), 0, 0},
		arm{nameNormalised, third(3), 0, 0}, arm{nameAdam, plain(1e-3), 0, 0}, arm{nameRMSProp, plain(1e-3), 0, 0}, arm{nameAdagrad, plain(1e-2), 0, 0})
	for _, base := range []string{nameMomentum, nameAdam, nameRMSProp, nameAdagrad} {
		arms = append(arms, arm{base + withLayca, third(5), 0, 0})
	}
	return append(arms, arm{nameNormalised + withLayca, third(3), 0, 0})
}

// plan is that of the scale, with what the options change.
func (e experiment) plan(env *study.Env) plan {
	p := e.plans(env.Data.Name).At(env.Scale)
	if n := env.Options.Int("epochs"); n > 0 {
		studies := make([]trainings, len(p.studies))
		for i, s := range p.studies {
			s.epochs = n
			studies[i] = s
		}
		p.studies = studies
	}
	return p
}
