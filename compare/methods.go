package compare

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/internal/nearest"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/optim/liegroup"
	"github.com/fluxion-go/fluxion/random"
)

// methods are the methods known by name, each with the learning rate of its
// paper, or the usual one where the paper has none. A new one is a line here.
var methods = []Method{
	FromRule("sgd", "gradient descent (Robbins and Monro 1951)", 0.1, optim.NewSGD),
	FromRule("momentum", "with heavy-ball momentum 0.9 (Polyak 1964), PyTorch's form", 0.03,
		func(lr optim.Schedule) optim.Momentum { return optim.NewMomentum(lr, 0.9) }),
	FromRule("nesterov", "with Nesterov's momentum 0.9 (Sutskever et al. 2013)", 0.03,
		func(lr optim.Schedule) optim.Momentum { return optim.NewNesterov(lr, 0.9) }),
	FromRule("adam", "Kingma and Ba 2015", 1e-3, optim.NewAdam),
	FromRule("adamw", "Adam with decoupled weight decay 0.01 (Loshchilov and Hutter 2019)", 1e-3, optim.NewAdamW),
	FromRule("amsgrad", "Adam with the largest second moment (Reddi et al. 2018)", 1e-3, optim.NewAMSGrad),
	FromRule("nadam", "Adam with Nesterov's momentum (Dozat 2016)", 2e-3, optim.NewNAdam),
	FromRule("radam", "Adam with its warm-up worked out (Liu et al. 2020)", 1e-3, optim.NewRAdam),
	FromRule("adamax", "Adam by the largest gradient (Kingma and Ba 2015)", 2e-3, optim.NewAdamax),
	FromRule("adan", "Adan (Xie et al. 2022)", 1e-3, optim.NewAdan),
	FromRule("lion", "the sign of two mixtures (Chen et al. 2023)", 1e-4, optim.NewLion),
	FromRule("laprop", "momentum of scaled gradients (Ziyin et al. 2020)", 4e-4, optim.NewLaProp),
	FromRule("adagrad", "the sum of all squares (Duchi et al. 2011)", 1e-2, optim.NewAdagrad),
	FromRule("adadelta", "Adagrad with units, 1 being its rate (Zeiler 2012)", 1, optim.NewAdadelta),
	FromRule("rmsprop", "a moving average of squares (Tieleman and Hinton 2012)", 1e-3, optim.NewRMSProp),
	FromRule("signsgd", "signs of gradients (Bernstein et al. 2018)", 1e-3, optim.NewSignSGD),
	FromRule("signum", "signs of averaged gradients, beta 0.9 (Bernstein et al. 2018)", 1e-3,
		func(lr optim.Schedule) optim.Rule { return optim.NewSignum(lr, 0.9) }),
	FromRule("lars", "layer-wise rates with momentum 0.9 (You et al. 2017)", 10,
		func(lr optim.Schedule) optim.Rule { return optim.NewLARS(lr, 0.9, 1e-3, 5e-4, optim.Matrices) }),
	FromRule("lamb", "layer-wise rates for Adam, weight decay 0.01 (You et al. 2020)", 1e-2,
		func(lr optim.Schedule) optim.Rule { return optim.NewLAMB(lr, 0.01, optim.Matrices) }),
	FromRule("muon", "orthogonal steps for matrices, signs for the rest, alpha 0.05 (Jordan et al. 2024)", 1e-2, optim.NewMuon),
	FromRule("orthogonal-sgdm", "Muon's steps of every gradient, averaged, alpha 0.1 (Tuddenham et al. 2022)", 1e-2,
		func(lr optim.Schedule) optim.Rule { return optim.NewOrthogonalMomentum(lr, 0.1, optim.MuonGeometry(5)) }),
	FromRule("nsgdm", "normalised gradient descent with momentum, alpha 0.1 (Cutkosky and Mehta 2020)", 0.1,
		func(lr optim.Schedule) optim.Rule { return optim.NewNormalizedMomentum(lr, 0.1) }),
	FromRule("induced", "in the metric that the loss surface induces, xi 0.1 (Harvey 2025)", 0.1, optim.NewInducedMetric),
	FromRule("induced-log", "the same for the logarithm of a positive loss (Harvey 2025)", 0.1, optim.NewLogInducedMetric),
	FromRule("induced-rms", "the same over RMSProp's metric (Harvey 2025)", 1e-3, optim.NewRMSInducedMetric),
	newMethod("rprop", "signs, a step size for each element (Riedmiller and Braun 1993)", 1e-2,
		func(rate float64, _ optim.Schedule) optim.Rprop { return optim.NewRprop(rate) },
		func(r optim.Rprop) optim.StreamOptimizer[Params] { return optim.AsStream(optim.FromRule[Params](r)) }),
	FromRule("aegd", "an energy that only falls for each element, C = 1 (Liu and Tian 2020)", 0.1, optim.NewAEGD),
	FromOptimizer("aepg", "one energy that only falls, C = 1 (Liu et al. 2023, without a preconditioner)", 0.1,
		func(_ float64, lr optim.Schedule) optim.AEPG[Params] { return optim.NewAEPG[Params](lr, 1) }),
	FromOptimizer("lbfgs", "limited-memory BFGS; the rate is the first length tried (Liu and Nocedal 1989)", 1,
		func(rate float64, _ optim.Schedule) optim.LBFGS[Params] {
			o := optim.NewLBFGS[Params]()
			o.First = rate
			return o
		}),
	FromOptimizer("gns", "Newton damped by gradient-normalised smoothness, by conjugate gradients; the rate is the first gamma (Semenov et al. 2025)", 1,
		func(rate float64, _ optim.Schedule) optim.GradNormSmooth[Params] {
			o := optim.NewGradNormSmooth[Params]()
			o.System, o.Gamma = optim.CGSystem[Params]{Tol: 1e-2, MaxIter: 50}, rate
			return o
		}),
	FromOptimizer("saddle-free-newton", "Newton's method with the sizes of curvatures, in a Krylov space of 20; the rate is the largest damping (Dauphin et al. 2014)", 1,
		func(rate float64, _ optim.Schedule) optim.SaddleFreeNewton[Params] {
			o := optim.NewSaddleFreeNewton[Params]()
			for i := range o.Dampings {
				o.Dampings[i] *= rate
			}
			o.Space = optim.NewKrylovSpace(20)
			return o
		}),
	FromCurvature("ngd", "the Gauss-Newton matrix's damped system, by up to 20 conjugate gradients, damping 0.2 (Amari 1998)", 0.3,
		func(_ float64, lr optim.Schedule, c optim.Curvature[Params]) optim.NGD[Params] {
			o := optim.NewNGD(lr, c)
			o.System = optim.CGSystem[Params]{Tol: 1e-2, MaxIter: 20}
			return o
		}),
	FromCurvature("tngd", "the same system, relaxed for a time of 0.5 from where it was (Donatella et al. 2024)", 0.3,
		func(_ float64, lr optim.Schedule, c optim.Curvature[Params]) optim.TNGD[Params] {
			return optim.NewTNGD(lr, c)
		}),
	FromOptimizer("gradient-method", "gradient descent, its length doubled and halved; the rate is the first length (Nesterov 2013)", 1,
		func(rate float64, _ optim.Schedule) optim.GradientMethod[Params] {
			o := optim.NewGradientMethod[Params]()
			o.First = rate
			return o
		}),
	FromOptimizer("fast-gradient", "accelerated gradients, L doubled and halved; the rate is the first 1/L (Nesterov 2015)", 1,
		func(rate float64, _ optim.Schedule) optim.FastGradientMethod[Params] {
			o := optim.NewFastGradientMethod[Params]()
			o.L = 1 / rate
			return o
		}),
	FromOptimizer("gradreg", "momentum 0.9 with the gradient's norm penalised, gamma and eps 0.05 (Karakida et al. 2023)", 0.03,
		func(_ float64, lr optim.Schedule) optim.GradientRegularization[Params] {
			return optim.WithGradientRegularization[Params](optim.NewMomentum(lr, 0.9), 0.05, 0.05)
		}),
	FromOptimizer("sam", "momentum 0.9 with gradients a step of 0.05 up (Foret et al. 2021)", 0.03,
		func(_ float64, lr optim.Schedule) optim.SAM[Params] {
			return optim.WithSAM[Params](optim.NewMomentum(lr, 0.9), 0.05)
		}),
	FromOptimizer("adgd", "adaptive steps; the rate is the first one's (Malitsky and Mishchenko 2020)", 1e-3,
		func(rate float64, _ optim.Schedule) optim.AdGD[Params] {
			o := optim.NewAdGD[Params]()
			o.Eta0 = rate
			return o
		}),
	FromOptimizer("adahessian", "Adam with the Hessian's diagonal (Yao et al. 2021)", 0.15,
		func(_ float64, lr optim.Schedule) optim.AdaHessian[Params] {
			return optim.NewAdaHessian[Params](lr, random.New(0))
		}),
	FromOptimizer("oasis", "the Hessian's diagonal and adaptive steps; the rate is the first one's (Jahani et al. 2022)", 1e-3,
		func(rate float64, _ optim.Schedule) optim.OASIS[Params] {
			o := optim.NewOASIS[Params](random.New(0))
			o.Eta0 = rate
			return o
		}),
	FromOptimizer("psgd", "a preconditioner learned from Hessian products, diagonal and anti-diagonal (Pooladzandi and Li 2024)", 0.02,
		func(_ float64, lr optim.Schedule) optim.PSGD[Params] {
			return optim.NewPSGD[Params](liegroup.XMat{}, lr, random.New(0))
		}),
	FromOptimizer("psgd-whitening", "the same from gradients alone (Li 2019)", 0.02,
		func(_ float64, lr optim.Schedule) optim.PSGD[Params] {
			o := optim.NewPSGD[Params](liegroup.XMat{}, lr, random.New(0))
			o.Kind = optim.PSGDWhitening
			return o
		}),
	FromStream("entropy-sgd", "to the mean of a Langevin walk of 20 steps; the rate is the walk's (Chaudhari et al. 2017)", 0.1,
		func(_ float64, lr optim.Schedule) optim.EntropySGD[Params] {
			o := optim.NewEntropySGD[Params](optim.Constant(1), random.New(0))
			o.InnerRate = lr
			return o
		}),
}

// Methods lists the methods known by name.
func Methods() []Method { return append([]Method(nil), methods...) }

// FindMethod finds a method by its name, with settings that differ from its own
// after a colon: "adam" or "adam:beta2=0.99,epsilon=1e-6".
func FindMethod(text string) (Method, error) {
	name, rest, some := strings.Cut(text, ":")
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = m.Name
		if m.Name != name {
			continue
		}
		if !some {
			return m, nil
		}
		set := map[string]string{}
		for _, pair := range strings.Split(rest, ",") {
			key, value, ok := strings.Cut(pair, "=")
			if !ok || key == "" {
				return Method{}, fmt.Errorf("method %s: write settings as %s:name=value,name=value", text, name)
			}
			if _, twice := set[key]; twice {
				return Method{}, fmt.Errorf("method %s: %s is set twice", text, key)
			}
			set[key] = value
		}
		return m.With(set)
	}
	return Method{}, fmt.Errorf("unknown method %q%s; the methods are %s", name, nearest.DidYouMean(name, names), strings.Join(names, ", "))
}

// MustMethod is [FindMethod] for a name in a program; it panics where that
// fails.
func MustMethod(text string) Method {
	m, err := FindMethod(text)
	if err != nil {
		panic("compare: " + err.Error())
	}
	return m
}
