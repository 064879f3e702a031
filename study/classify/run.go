package classify

import (
	"math"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/random"
	"github.com/fluxion-go/fluxion/study"
)

// Run is one training over whole epochs.
type Run[N Network] struct {
	Start Training[N] // as Trainer.Start makes it
	Sets  *Sets
	Batch int // images in a minibatch
	// Epochs are the passes over the training images. The last images of an
	// epoch that do not fill a batch are left out. Steps of several minibatches go
	// on from one epoch into the next; what does not fill a step at the end is left
	// out.
	Epochs int
	// Seed chooses the order of the images and the keys of the layers that draw.
	Seed uint64
	// Rate is what the optimizer gets as Choice.Rate.
	Rate float64
	// After, if not nil, is called after every epoch with the trace of the steps that
	// ended in it: none, where a step takes more than an epoch.
	After func(now Training[N], epoch Trace)
}

// Train makes a run and returns where it led, with the trace of all its steps. A
// training whose loss has become NaN is ended after that epoch: no method brings
// its parameters back. The run's progress is shown under the name.
func (t *Trainer[N]) Train(env *study.Env, name string, r Run[N]) (Training[N], Trace, error) {
	batches, err := data.NewBatches(r.Sets.Train.N(), r.Batch, r.Seed, data.BatchOptions{DropLast: true})
	if err != nil {
		return r.Start, Trace{}, err
	}
	now, all := r.Start, Trace{}
	key := random.New(r.Seed)
	for epoch := range env.Steps(name, r.Epochs) {
		var trace Trace
		// The steps that end in this epoch, of those that end in all until now.
		steps := (epoch+1)*batches.PerEpoch()/t.batches - epoch*batches.PerEpoch()/t.batches
		if steps > 0 {
			now, trace = t.Steps(now, r.Sets.Train, batches.Order(steps*t.batches), r.Rate, random.FoldIn(key, epoch))
		}
		all.add(trace)
		if r.After != nil {
			r.After(now, trace)
		}
		if steps > 0 && math.IsNaN(trace.Loss[len(trace.Loss)-1]) {
			break
		}
	}
	return now, all, nil
}

func (t *Trace) add(more Trace) {
	t.Loss = append(t.Loss, more.Loss...)
	for name, values := range more.Values {
		if t.Values == nil {
			t.Values = map[string][]float64{}
		}
		t.Values[name] = append(t.Values[name], values...)
	}
}
