package layerrotation

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
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallPlans is scale quick on fewer test images, with every kind of training at
// default, and at full every network, a narrow one, and every method.
func smallPlans(dataName string) study.PerScale[plan] {
	p := plans(dataName)
	quick := p.Quick.studies[0]
	quick.test = 500
	all := make([]trainings, 0, 3)
	for _, s := range p.Default.studies {
		s.train, s.test, s.epochs, s.batch = 200, 200, 2, 50
		switch s.name {
		case namePerceptron:
			s.network.hidden = []int{16, 16}
			s.arms = []arm{rotating(2, 0), rotating(3, 0.6), descents[1], decays[0], adam, turningAdam(4), {nameWarm, plain(3), 0, 0}}
		default:
			s.arms = s.arms[:1]
		}
		all = append(all, s)
	}
	full := make([]trainings, 0, 5)
	for _, s := range p.Full.studies {
		s.network = narrow(s.network)
		s.train, s.test, s.epochs, s.batch, s.side = 40, 20, 1, 20, 8
		switch s.name {
		case nameDeep: // one of each method
			seen := map[string]bool{}
			s.arms = slices.DeleteFunc(s.arms, func(a arm) bool {
				known := seen[a.method]
				seen[a.method] = true
				return known
			})
		case nameVGG:
			s.side = 32
			fallthrough
		default:
			s.arms = []arm{rotating(3, 0)}
		}
		full = append(full, s)
	}
	return study.PerScale[plan]{Quick: plan{[]trainings{quick}}, Default: plan{all}, Full: plan{full}}
}

// narrow is a network of the same kind with few channels and units, and, if it is a
// residual one, few layers.
func narrow(n network) network {
	thin := func(sizes []int) []int {
		var all []int
		for _, size := range sizes {
			all = append(all, min(size, 4))
		}
		return all
	}
	n.convolutions, n.hidden = thin(n.convolutions), thin(n.hidden)
	if len(n.convolutions) == len(deepCNN.convolutions) {
		n.convolutions = n.convolutions[5:9]
	}
	if n.resNet > 0 {
		n.resNet = 8
	}
	if n.wide.depth > 0 {
		n.wide = wide{10, 2}
	}
	return n
}

func small(t *testing.T, methods lineup, scale study.Scale, seeds []uint64, threads int, set map[string]string) *study.Outcome {
	t.Helper()
	p := experiment{methods, smallPlans}.paper()
	if scale == study.Quick || threads > 1 {
		p.Figures = nil // they take as long as the experiment
	}
	return studytest.Run(t, study.Request{Paper: p, Scale: scale, Seeds: seeds, Threads: threads, Set: set})
}

// wrong is Layca with a mistake: without the projection, or without the way back to
// the norm.
type wrong struct {
	optim.Layca
	along, longer bool
}

func (w wrong) Bind(paths []string) optim.Rule {
	w.Layca = w.Layca.Bind(paths).(optim.Layca)
	return w
}

func (w wrong) UpdateExtra(g []*fx.Array, s optim.State, p []*fx.Array, x optim.Extra) ([]*fx.Array, optim.State) {
	updates, next := w.Layca.UpdateExtra(g, s, p, x)
	rho := w.Rate(s.(optim.LaycaState).Step)
	for i, leaf := range p {
		if leaf.NDim() < 2 {
			continue
		}
		step := rho.AsType(leaf.DType())
		switch {
		case w.along:
			there := leaf.Sub(g[i].Mul(leaf.Norm()).Div(g[i].Norm()).Mul(step))
			updates[i] = there.Mul(leaf.Norm().Div(there.Norm())).Sub(leaf)
		case w.longer:
			updates[i] = leaf.Add(updates[i]).Mul(step.Square().AddScalar(1).Sqrt()).Sub(leaf)
		}
	}
	return updates, next
}

// TestBrokenMethodsFail puts wrong methods in the place of the right one. Every
// mistake must cost the claims that speak of it; the right one costs none.
func TestBrokenMethodsFail(t *testing.T) {
	with := func(change func(*lineup)) lineup {
		l := published
		change(&l)
		return l
	}
	layca := func(along, longer bool) lineup {
		return with(func(l *lineup) {
			l.layca = func(base optim.Rule, rate optim.Schedule, m []float64) optim.Rule {
				return wrong{optim.Layca{Base: base, Rate: rate, Multipliers: m}, along, longer}
			}
		})
	}
	for _, c := range []struct {
		name    string
		methods lineup
		fails   []string
	}{
		{"nothing", published, nil},
		{"not projected", layca(true, false), []string{"1"}},
		{"norm grows", layca(false, true), []string{"1"}},
		{"the base alone", with(func(l *lineup) {
			l.layca = func(base optim.Rule, rate optim.Schedule, _ []float64) optim.Rule {
				return optim.Chain(base, optim.ScaleBySchedule(rate))
			}
		}), []string{"1", "4"}},
		{"other layers held back", with(func(l *lineup) {
			l.multipliers = func(alpha float64, layers int) []float64 { return optim.RotationMultipliers(-alpha, layers) }
		}), []string{"1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := map[string]string{}
			if slices.Equal(c.fails, []string{"1"}) {
				set["epochs"] = "1" // more than enough
			}
			studytest.MustLose(t, small(t, c.methods, study.Quick, []uint64{0}, 2, set), c.fails...)
		})
	}
}

func TestDeclaration(t *testing.T) {
	if err := Paper().Validate(); err != nil {
		t.Error(err)
	}
}

// TestSameBits: threads and the seeds that run beside do not matter; tables and
// figures can be drawn, and one seed decides no claim about three.
func TestSameBits(t *testing.T) {
	one, two := small(t, published, study.Default, []uint64{0, 1}, 1, nil), small(t, published, study.Default, []uint64{0, 1}, 2, nil)
	studytest.MustHaveSameBits(t, one, two)
	if len(one.Figures) != 7 {
		t.Errorf("figures %v", one.Figures)
	}
	for _, v := range one.Verdicts {
		if v.Claim != "1" && v.Claim != "4" && v.Status != study.Inconclusive {
			t.Errorf("claim %s is %s with two seeds", v.Claim, v.Status)
		}
	}
}

// TestPlans: on every data set every training has a name of its own, and the arms
// that claims speak of are there.
func TestPlans(t *testing.T) {
	for _, dataName := range []string{"glyphs", "mnist", "cifar10"} {
		p := plans(dataName)
		for _, scale := range []study.Scale{study.Quick, study.Default, study.Full} {
			for _, s := range p.At(scale).studies {
				seen := map[string]bool{}
				for _, a := range s.arms {
					if seen[a.String()] {
						t.Errorf("%s, %s: %v occurs twice", dataName, scale, a)
					}
					seen[a.String()] = true
				}
			}
		}
		arms := p.Default.studies[0].arms
		for _, a := range slices.Concat(equalLayers, descents, decays, adamsLayca, []arm{adam, rotating(3, 0.6)}) {
			if !slices.Contains(arms, a) {
				t.Errorf("%s: a claim speaks of %v", dataName, a)
			}
		}
	}
}

// TestNetworks: no biases, no scales and no shifts, and as many kernels as said.
func TestNetworks(t *testing.T) {
	e, err := study.NewEnv(context.Background(), Paper(), study.Quick, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []network{perceptron, smallCNN, deepCNN, vgg, {resNet: 14}, {wide: wide{10, 2}}, {wide: wide{16, 1}}} {
		sets, err := classify.Open(e, data.Options{Size: 32, Train: 8, Test: 4}, 8)
		if err != nil {
			t.Fatal(err)
		}
		net := n.start(sets, 1)
		kernels := 0
		leaves, paths := optim.Floats(net)
		for i, a := range leaves {
			switch {
			case a.NDim() > 1:
				kernels++
			case !strings.Contains(paths[i], "Running"):
				t.Errorf("%s is trained and does not turn", paths[i])
			}
		}
		if kernels != n.layers() {
			t.Errorf("%d kernels, want %d", kernels, n.layers())
		}
		logits, _ := net.Train(sets.Train.Pixels, random.New(0))
		if nn.SoftmaxCrossEntropy(logits, sets.Train.Labels).Mean().Item() > 100 {
			t.Error("the loss explodes")
		}
	}
}

// TestResidual: the residual networks have the numbers of parameters that they are
// known for, without the last layer's bias, with running statistics in the place of
// scales and shifts.
func TestResidual(t *testing.T) {
	for _, c := range []struct {
		network    network
		classes    int
		parameters int
	}{{resNet32, 10, 464_154 - 10}, {wideResNet, 100, 36_536_884 - 100}} {
		sets := &classify.Sets{Train: classify.Images{Pixels: fx.Zeros(fx.Float32, 1, 32, 32, 3)}, Classes: c.classes}
		if n := nn.ParameterCount(c.network.start(sets, 0)); n != c.parameters {
			t.Errorf("%+v has %d parameters, want %d", c.network, n, c.parameters)
		}
	}
}

// TestAugment: in training every image is moved by some number of pixels, and mirrored
// or not; each of these happens; a network that is tried sees images as they are.
func TestAugment(t *testing.T) {
	const n, height, width, by = 200, 5, 6, 2
	x := random.Uniform(random.New(1), fx.Float32, 1, 2, n, height, width, 1)
	a := augment{Shift: by, Mirror: true}
	if a.Apply(x) != x {
		t.Error("images are changed outside training")
	}
	y, _ := a.TrainLayer(x, random.New(2))
	from, to := x.Float64s(), y.Float64s()
	at := func(image, row, column int) float64 {
		if row < 0 || row >= height || column < 0 || column >= width {
			return 0
		}
		return from[(image*height+row)*width+column]
	}
	is := func(image, down, right int, mirrored bool) bool {
		for row := range height {
			for column := range width {
				c := column
				if mirrored {
					c = width - 1 - column
				}
				if to[(image*height+row)*width+column] != at(image, row+down, c+right) {
					return false
				}
			}
		}
		return true
	}
	seen := map[[3]int]int{}
	for image := range n {
		found := false
		for down := -by; down <= by; down++ {
			for right := -by; right <= by; right++ {
				for mirror := range 2 {
					if is(image, down, right, mirror == 1) {
						found = true
						seen[[3]int{down, right, mirror}]++
					}
				}
			}
		}
		if !found {
			t.Fatalf("image %d is neither moved nor mirrored", image)
		}
	}
	if len(seen) < 45 {
		t.Errorf("%d of 50 changes occur among %d images", len(seen), n)
	}
}

// TestFull: all networks of scale full train by every method, turn by the tangent
// that Layca prescribes, and come into tables and figures.
func TestFull(t *testing.T) {
	o := small(t, published, study.Full, []uint64{0}, 1, nil)
	want := []string{nameDeep, nameVGG, nameResNet, nameWide, nameToy}
	if got := o.Results.Values("test_accuracy", "network"); !slices.Equal(got, want) {
		t.Errorf("networks %v, want %v", got, want)
	}
	for _, network := range want {
		for _, u := range runs(o.Results, network) {
			if loss := o.Results.Sample("test_loss", u.labels()...)[0]; !(loss < 100) {
				t.Errorf("%s, %s: test loss %v", network, u.title(), loss)
			}
		}
	}
	if n := len(runs(o.Results, nameDeep)); n != 14 {
		t.Errorf("%d methods, want 14", n)
	}
	if v := o.Verdicts[0]; v.Status != study.Reproduced {
		t.Errorf("claim 1: %+v", v)
	}
	if len(o.Figures) != 13 {
		t.Errorf("%d figures, want 13", len(o.Figures))
	}
}

// TestCourse: the course on the host is that of the compiled steps.
func TestCourse(t *testing.T) {
	c := course{steps: 105}
	s := c.schedule()
	for step := range 105 {
		if got := s(fx.Scalar(int32(step))).Item(); got != c.at(step) {
			t.Errorf("step %d: %v and %v", step, got, c.at(step))
		}
	}
	warm := course{100, 10}.schedule()
	if a, b := warm(fx.Scalar(int32(0))).Item(), warm(fx.Scalar(int32(10))).Item(); math.Abs(a-0.1) > 1e-12 || b != 1 {
		t.Errorf("the warm-up goes from %v to %v", a, b)
	}
}

func TestRates(t *testing.T) {
	for k, want := range map[int]rate{0: {"3^0", 1}, 2: {"3^-2", 1.0 / 9}, -1: {"3^1", 3}} {
		if got := third(k); got != want {
			t.Errorf("third(%d) is %v", k, got)
		}
	}
	if got := raised("3^-2.5"); got != "3^{−2.5}" || raised("0.1") != "0.1" {
		t.Errorf("written %s", got)
	}
}

func TestDataErrors(t *testing.T) {
	_, err := study.Run(context.Background(), study.Request{Paper: Paper(), Scale: study.Quick, Data: "mnist", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("MNIST without a folder: %v; want advice that names --data-dir", err)
	}
}
