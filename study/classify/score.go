package classify

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
)

// examSize is how many images are evaluated at a time.
const examSize = 1000

// exam is a network and images that it is tried on; marks are the sums of the
// losses and of right answers, float64 scalars.
type exam[N Network] struct {
	Net    N
	Images Images
}

type marks struct{ Loss, Right *fx.Array }

func evaluate[N Network](e exam[N]) marks {
	logits := e.Net.Apply(e.Images.Pixels)
	right := logits.ArgMax(-1).AsType(e.Images.Labels.DType()).Equal(e.Images.Labels)
	return marks{nn.SoftmaxCrossEntropy(logits, e.Images.Labels).AsType(fx.Float64).Sum(), right.AsType(fx.Float64).Sum()}
}

// Score is the mean cross-entropy over the labels of a set, in nats, and the share of
// right answers, by the network's Apply.
func (t *Trainer[N]) Score(net N, s Images) (loss, accuracy float64) {
	n := s.N()
	for from := 0; from < n; from += examSize {
		m := t.exam(exam[N]{net, s.Slice(from, min(from+examSize, n))})
		loss, accuracy = loss+m.Loss.Item(), accuracy+m.Right.Item()
	}
	labels := float64(s.Labels.Size())
	return loss / labels, accuracy / labels
}
