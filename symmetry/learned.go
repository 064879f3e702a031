package symmetry

import (
	"errors"
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/linalg"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/optim"
	"github.com/fluxion-go/fluxion/random"
)

// Reader is LSTM cells on each other and a linear layer that reads the last.
type Reader struct {
	Cells []nn.LSTMCell
	Out   nn.Linear
}

// NewReader makes a reader of so many cells, with the default values of both parts.
func NewReader(key *fx.Array, d fx.DType, in, hidden, cells, out int) Reader {
	if cells < 1 {
		fail("NewReader", "%d cells; there must be one at least", cells)
	}
	keys := random.Split(key, cells+1)
	r := Reader{Out: nn.NewLinear(keys[cells], hidden, out, nn.LayerOptions{DType: d})}
	for i := range cells {
		r.Cells = append(r.Cells, nn.NewLSTMCell(keys[i], in, hidden, nn.CellOptions{LayerOptions: nn.LayerOptions{DType: d}}))
		in = hidden
	}
	return r
}

// start is the state 0.
func (r Reader) start() []nn.LSTMState {
	var s []nn.LSTMState
	for _, c := range r.Cells {
		s = append(s, c.Start())
	}
	return s
}

// read takes the next input [in] and gives [out].
func (r Reader) read(x *fx.Array, s []nn.LSTMState) (*fx.Array, []nn.LSTMState) {
	next := make([]nn.LSTMState, len(s))
	for i, c := range r.Cells {
		next[i] = c.Step(c.Drive(x), s[i])
		x = c.Output(next[i])
	}
	return r.Out.Apply(x), next
}

// LSTMTeleporter learns where to teleport: for each pair of adjacent layers a
// recurrent network reads the gradients of both and gives the element, a matrix t of
// fixed norm (Zhao et al. 2024, Section 6). The gradients are given to it as a
// direction and the logarithm of their norm, so that their size, which varies over
// decades along a training, does not saturate the gates.
type LSTMTeleporter struct {
	Pairs []Reader
	Size  float64 // Frobenius norm of each t
	// Low and High, if High is positive, let it give the learning rate too, from
	// Low to High, by the readers' last outputs: Low (High/Low)^sigmoid(mean).
	Low, High float64
}

// LSTMUpdater learns the step: for each layer a recurrent network reads the gradient
// and gives the change of the kernel, times Size.
type LSTMUpdater struct {
	Layers []Reader
	Size   float64
}

// LearnedOptions are the sizes of learned optimizers.
type LearnedOptions struct {
	Hidden int // units of a cell
	Cells  int // on each other
	// Rates lets a teleporter give a learning rate between these; 0, 0: it does not.
	Rates [2]float64
}

// NewLearnedOptions makes the paper's settings: two cells of 300 units, no rates. Its
// teleporter with rates has 20 units and rates from 1e-7 to 5e-3.
func NewLearnedOptions() LearnedOptions { return LearnedOptions{Hidden: 300, Cells: 2} }

// NewLSTMTeleporter makes a teleporter with elements of norm 0.01, for perceptrons
// like p, which may have no biases.
func NewLSTMTeleporter(key *fx.Array, p nn.MLP, o LearnedOptions) LSTMTeleporter {
	const op = "NewLSTMTeleporter"
	widths := pairs(op, p)
	noBiases(op, p)
	if low, high := o.Rates[0], o.Rates[1]; high != 0 && !(low > 0 && high > low && !math.IsInf(high, 0)) {
		fail(op, "the rates are from %v to %v; both must be positive, and increase", low, high)
	}
	l := LSTMTeleporter{Size: 0.01, Low: o.Rates[0], High: o.Rates[1]}
	for i, k := range random.Split(key, len(widths)) {
		in, out := p.Layers[i].W.Size()+p.Layers[i+1].W.Size()+1, widths[i]*widths[i]
		if l.High > 0 {
			out++
		}
		l.Pairs = append(l.Pairs, NewReader(k, p.Layers[0].W.DType(), in, o.Hidden, o.Cells, out))
	}
	return l
}

// NewLSTMUpdater makes an updater with steps of size 0.1 (Andrychowicz et al. 2016)
// for perceptrons like p, which may have no biases.
func NewLSTMUpdater(key *fx.Array, p nn.MLP, o LearnedOptions) LSTMUpdater {
	pairs("NewLSTMUpdater", p)
	noBiases("NewLSTMUpdater", p)
	u := LSTMUpdater{Size: 0.1}
	for i, k := range random.Split(key, len(p.Layers)) {
		n := p.Layers[i].W.Size()
		u.Layers = append(u.Layers, NewReader(k, p.Layers[0].W.DType(), n+1, o.Hidden, o.Cells, n))
	}
	return u
}

func noBiases(op string, p nn.MLP) {
	for i, l := range p.Layers {
		if l.B != nil {
			fail(op, "layer %d has a bias; learned optimizers know kernels only", i)
		}
	}
}

// features are a direction and the logarithm of the norm, a tenth of it.
func features(g ...*fx.Array) *fx.Array {
	for i := range g {
		g[i] = g[i].Flatten()
	}
	v := fx.Concatenate(0, g...)
	tiny := fx.Full(v.DType(), 1e-30)
	norm := v.Norm().Maximum(tiny)
	// Elements of size one, whatever their number.
	unit := v.Div(norm).MulScalar(math.Sqrt(float64(v.Dim(0))))
	return fx.Concatenate(0, unit, norm.Log().MulScalar(0.1).ExpandDims(0))
}

// element is the group element that the gradient g leads to, and the learning rate,
// nil if it gives none.
func (l LSTMTeleporter) element(g nn.MLP, states [][]nn.LSTMState) (t []*fx.Array, rate *fx.Array, next [][]nn.LSTMState) {
	for i, r := range l.Pairs {
		y, s := r.read(features(g.Layers[i].W, g.Layers[i+1].W), states[i])
		k := g.Layers[i].W.Dim(1)
		m := y.SliceAxis(0, 0, k*k)
		t, next = append(t, m.Div(m.Norm()).MulScalar(l.Size).Reshape(k, k)), append(next, s)
		if l.High > 0 {
			y := y.Index(-1).DivScalar(float64(len(l.Pairs)))
			if rate != nil {
				y = y.Add(rate)
			}
			rate = y
		}
	}
	if rate != nil {
		rate = rate.Sigmoid().MulScalar(math.Log(l.High / l.Low)).Exp().MulScalar(l.Low)
	}
	return t, rate, next
}

// LearnedWeights are what a learned optimizer learns, a tree.
type LearnedWeights struct {
	Teleporter LSTMTeleporter // without Pairs: it does not teleport
	Updater    LSTMUpdater    // without Layers: it makes steps of gradient descent
}

// Learned is an optimizer of perceptrons without biases that was learned. Each step
//
//	g = grad L(w);  w <- t(g).w;  w <- w + update(grad L(w))
//
// with t by the teleporter and the update by the updater, or -rate grad L(w) with
// the teleporter's rate, or Rate.
type Learned struct {
	Weights LearnedWeights
	Action  Action[nn.MLP] // BatchGL on the step's batch, with Form FirstOrder in the paper
	Rate    float64
}

// LearnedState is the state of Learned.
type LearnedState struct{ Teleporter, Updater [][]nn.LSTMState }

// Validate checks the settings.
func (l Learned) Validate() error {
	var err error
	if len(l.Weights.Teleporter.Pairs) > 0 && l.Action == nil {
		err = errors.Join(err, errors.New("there is a teleporter and no action"))
	}
	if len(l.Weights.Updater.Layers) == 0 && l.Weights.Teleporter.High == 0 && !(l.Rate > 0 && !math.IsInf(l.Rate, 0)) {
		err = errors.Join(err, fmt.Errorf("without an updater or learned rates the rate must be positive; it is %v", l.Rate))
	}
	return err
}

// Init starts the recurrent networks at 0.
func (l Learned) Init(p nn.MLP) optim.State {
	const op = "Learned"
	if err := l.Validate(); err != nil {
		fail(op, "%v", err)
	}
	w := l.Weights
	if n := len(pairs(op, p)); len(w.Teleporter.Pairs) != 0 && len(w.Teleporter.Pairs) != n {
		fail(op, "the teleporter is for %d pairs of layers; the perceptron has %d", len(w.Teleporter.Pairs), n)
	}
	if n := len(p.Layers); len(w.Updater.Layers) != 0 && len(w.Updater.Layers) != n {
		fail(op, "the updater is for %d layers; the perceptron has %d", len(w.Updater.Layers), n)
	}
	noBiases(op, p)
	var s LearnedState
	for _, r := range w.Teleporter.Pairs {
		s.Teleporter = append(s.Teleporter, r.start())
	}
	for _, r := range w.Updater.Layers {
		s.Updater = append(s.Updater, r.start())
	}
	return s
}

// Step makes one step.
func (l Learned) Step(loss optim.Loss[nn.MLP], p nn.MLP, s optim.State) (nn.MLP, optim.State, optim.Info) {
	own, ok := s.(LearnedState)
	if !ok {
		fail("Learned", "the state is a %T and must be a %T: was it made by this optimizer's Init?", s, own)
	}
	value, g := fx.ValueAndGrad(loss)(p)
	info := optim.Info{Loss: value, Values: map[string]*fx.Array{"grad_norm": linalg.Norm(g)}}
	var rate *fx.Array = fx.Const(l.Rate)
	if tele := l.Weights.Teleporter; len(tele.Pairs) > 0 {
		var t []*fx.Array
		var learned *fx.Array
		t, learned, own.Teleporter = tele.element(g, own.Teleporter)
		if learned != nil {
			rate = learned
		}
		p = l.Action.Apply(t, p)
		g = fx.Grad(loss)(p)
	}
	p = copied(p)
	if len(l.Weights.Updater.Layers) == 0 {
		for i := range p.Layers {
			p.Layers[i].W = p.Layers[i].W.Sub(g.Layers[i].W.Mul(rate))
		}
		return p, own, info
	}
	next := make([][]nn.LSTMState, len(own.Updater))
	for i, r := range l.Weights.Updater.Layers {
		w := p.Layers[i].W
		y, s := r.read(features(g.Layers[i].W), own.Updater[i])
		p.Layers[i].W, next[i] = w.Add(y.MulScalar(l.Weights.Updater.Size).Reshape(w.Shape()...)), s
	}
	own.Updater = next
	return p, own, info
}

// Unrolled is where n steps of a learned optimizer lead.
type Unrolled struct {
	P     nn.MLP
	State optim.State
	// Losses are those after each step, [n].
	Losses *fx.Array
}

// Unroll makes n steps. The sum of its losses is what learned optimizers are trained
// on, by its gradient in [LearnedWeights]; the paper makes 10 steps at a time, from
// where the last ones led, and a step of Adam after each.
func (l Learned) Unroll(loss optim.Loss[nn.MLP], p nn.MLP, s optim.State, n int) Unrolled {
	q, s, info := optim.Descend(l, loss, p, s, n)
	return Unrolled{q, s, fx.Concatenate(0, info.Loss.SliceAxis(0, 1, n), loss(q).ExpandDims(0))}
}
