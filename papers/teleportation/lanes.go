package teleportation

import (
	"fmt"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The networks are so small that a step is mostly overhead. So trainings go side by
// side in lanes: trees whose arrays have a leading axis, one entry for each training.

// lane is a training, or many.
type lane struct {
	Net   nn.MLP
	State optim.State
	Rate  *fx.Array // learning rate
}

// family is an optimizer with the settings of the paper's code.
type family struct {
	name string
	rule func(optim.Schedule) optim.Rule
	rate float64 // learning rate
	jump float64 // rate of its teleports
	at   int     // epoch in whose first steps it teleports
}

func (f family) base(rate *fx.Array) optim.Optimizer[nn.MLP] {
	return optim.FromRule[nn.MLP](f.rule(func(*fx.Array) *fx.Array { return rate }))
}

// Names of the optimizers.
const (
	nameSGD      = "SGD"
	nameMomentum = "momentum"
	nameRMSProp  = "RMSProp"
	nameAdam     = "Adam"
	nameAdagrad  = "AdaGrad"
)

// families are the optimizers with their rates; a steep rate of the teleports makes
// AdaGrad's training explode.
func families() []family {
	return []family{
		{nameSGD, func(s optim.Schedule) optim.Rule { return optim.NewSGD(s) }, 1e-2, 5e-2, 0},
		{nameMomentum, func(s optim.Schedule) optim.Rule { return optim.NewMomentum(s, 0.9) }, 1e-3, 5e-2, 0},
		{nameRMSProp, func(s optim.Schedule) optim.Rule { return optim.NewRMSProp(s) }, 1e-4, 5e-2, 0},
		{nameAdam, func(s optim.Schedule) optim.Rule { return optim.NewAdam(s) }, 1e-4, 5e-2, 0},
		{nameAdagrad, func(s optim.Schedule) optim.Rule { return optim.NewAdagrad(s) }, 1e-2, 1e-4, 0},
	}
}

// start is a training before its first step.
func (f family) start(net nn.MLP, rate float64) lane {
	r := fx.Scalar(rate)
	return lane{net, f.base(r).Init(net), r}
}

// side puts trainings side by side, and apart takes them apart again.
func side(list []lane) lane {
	leaves := make([][]*fx.Array, len(list))
	for i, l := range list {
		leaves[i] = fx.Leaves(l)
	}
	k := -1
	return fx.Map(func(*fx.Array) *fx.Array {
		k++
		column := make([]*fx.Array, len(list))
		for i := range list {
			column[i] = leaves[i][k]
		}
		return fx.Stack(0, column...)
	}, list[0])
}

func apart(l lane) []lane {
	list := make([]lane, l.Rate.Dim(0))
	for i := range list {
		list[i] = fx.Map(func(a *fx.Array) *fx.Array { return a.Index(i) }, l)
	}
	return list
}

// lossOn is the mean cross-entropy on images.
func lossOn(s classify.Images) optim.Loss[nn.MLP] {
	return func(p nn.MLP) *fx.Array { return nn.SoftmaxCrossEntropy(p.Apply(s.Pixels), s.Labels).Mean() }
}

// course is what a compiled training takes: lanes, and for each step and lane the
// numbers of the images, [steps, lanes, batch].
type course struct {
	Lanes  lane
	Images classify.Images
	Order  *fx.Array
}

// train makes the steps of a course.
func (f family) train(env *study.Env, c course) (lane, error) {
	program, err := study.Once(env, "train "+f.name, func() (func(course) lane, error) {
		return fx.Jit(func(c course) lane {
			type turn struct {
				Lane  lane
				Order *fx.Array
			}
			end, _ := fx.Scan(func(lanes lane, order *fx.Array) (lane, struct{}) {
				return fx.Vmap(func(t turn) lane {
					p, s, _ := f.base(t.Lane.Rate).Step(lossOn(c.Images.Take(t.Order)), t.Lane.Net, t.Lane.State)
					return lane{p, s, t.Lane.Rate}
				})(turn{lanes, order}), struct{}{}
			}, c.Lanes, c.Order)
			return end
		}), nil
	})
	if err != nil {
		return lane{}, err
	}
	end := program(c)
	fx.Eval(end)
	return end, nil
}

// shared is an order [steps, batch] for so many lanes.
func shared(order *fx.Array, lanes int) *fx.Array {
	return order.ExpandDims(1).BroadcastTo(order.Dim(0), lanes, order.Dim(1))
}

// marks are mean cross-entropies and shares of right answers, one for each lane.
type marks struct{ Loss, Accuracy *fx.Array }

// score examines trainings on images.
func score(env *study.Env, nets nn.MLP, s classify.Images) (loss, accuracy []float64, err error) {
	type exam struct {
		Nets   nn.MLP
		Images classify.Images
	}
	program, err := study.Once(env, fmt.Sprint("score ", len(nets.Layers)), func() (func(exam) marks, error) {
		return fx.Jit(func(e exam) marks {
			return fx.Vmap(func(p nn.MLP) marks {
				y := p.Apply(e.Images.Pixels)
				return marks{nn.SoftmaxCrossEntropy(y, e.Images.Labels).Mean(), nn.Accuracy(y, e.Images.Labels)}
			})(e.Nets)
		}), nil
	})
	if err != nil {
		return nil, nil, err
	}
	m := program(exam{nets, s})
	return m.Loss.Float64s(), m.Accuracy.Float64s(), nil
}
