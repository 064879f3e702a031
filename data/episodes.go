package data

import (
	"math"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Episodes is a batch of sequences that a program is learned from: something is
// shown, then asked for (Graves, Wayne and Danihelka, "Neural Turing
// Machines", arXiv:1410.5401, section 4). All are float32, time first, as
// fx.Scan wants them. While an answer is due the input is blank but for what
// the task says.
//
// The tasks draw from a key and may be used inside fx.Jit: sizes are part of
// the shapes, so a length drawn for each batch compiles once for each length.
type Episodes struct {
	Inputs  *fx.Array // [steps, batch, channels]
	Targets *fx.Array // [steps, batch, bits]; 0 where no answer is due
	// Answer is 1 in the steps in which an answer is due, else 0: [steps].
	Answer *fx.Array
}

// randomBits draws numbers 0 and 1.
func randomBits(key *fx.Array, shape ...int) *fx.Array {
	return random.Bernoulli(key, fx.Const(0.5), shape...).AsType(fx.Float32)
}

// quiet is an input of zeros.
func quiet(steps, batch, channels int) *fx.Array { return fx.Zeros(fx.Float32, steps, batch, channels) }

// marker is one step in which one channel is 1.
func marker(batch, channels, channel int) *fx.Array {
	return fx.OneHot(fx.Scalar(int32(channel)), channels, fx.Float32).BroadcastTo(1, batch, channels)
}

// shown is vectors in the first channels, the others zero.
func shown(vectors *fx.Array, channels int) *fx.Array {
	return vectors.Pad(0, fx.Padding{}, fx.Padding{}, fx.Padding{After: channels - vectors.Dim(2)})
}

// episodes puts the parts of an input together, of which the last steps, as
// many as the answer has, ask for it.
func episodes(answer *fx.Array, parts ...*fx.Array) Episodes {
	inputs := fx.Concatenate(0, parts...)
	before := inputs.Dim(0) - answer.Dim(0)
	due := make([]float32, inputs.Dim(0))
	for i := before; i < len(due); i++ {
		due[i] = 1
	}
	return Episodes{inputs, answer.Pad(0, fx.Padding{Before: before}, fx.Padding{}, fx.Padding{}), fx.New(due)}
}

func checkEpisodes(op string, key *fx.Array, sizes ...int) {
	checkKey(op, key)
	checkSizes(op, "batch and sizes", sizes...)
}

// Copy asks for a sequence of random bit vectors again. Inputs have bits + 2
// channels: a start marker in channel bits, the vectors, an end marker in
// channel bits+1, then length blank steps for the answer.
func Copy(key *fx.Array, batch, length, bits int) Episodes {
	checkEpisodes("Copy", key, batch, length, bits)
	vectors := randomBits(key, length, batch, bits)
	return echoed(vectors, vectors)
}

// Reverse is [Copy] with the answer in reverse order.
func Reverse(key *fx.Array, batch, length, bits int) Episodes {
	checkEpisodes("Reverse", key, batch, length, bits)
	vectors := randomBits(key, length, batch, bits)
	return echoed(vectors, vectors.Flip(0))
}

func echoed(vectors, answer *fx.Array) Episodes {
	length, batch, bits := vectors.Dim(0), vectors.Dim(1), vectors.Dim(2)
	return episodes(answer, marker(batch, bits+2, bits), shown(vectors, bits+2), marker(batch, bits+2, bits+1),
		quiet(length, batch, bits+2))
}

// RepeatCopy asks for a sequence several times over, and then for an end
// marker. Inputs have bits + 2 channels: a start marker in channel bits, the
// vectors, and one step in which channel bits+1 says how many copies are
// wanted, as (copies - mean) / std; then blank steps. The targets have bits + 1
// channels: the copies, with 0 in the last channel, and one step with 1 there
// alone. The paper draws copies from 1 to 10: mean 5.5, std sqrt(8.25).
func RepeatCopy(key *fx.Array, batch, length, bits, copies int, mean, std float64) Episodes {
	checkEpisodes("RepeatCopy", key, batch, length, bits, copies)
	positive("RepeatCopy", "standard deviation of the number of copies", std)
	vectors := randomBits(key, length, batch, bits)
	wanted := marker(batch, bits+2, bits+1).MulScalar((float64(copies) - mean) / std)
	answer := fx.Concatenate(0, shown(vectors, bits+1).Tile(copies, 1, 1), marker(batch, bits+1, bits))
	return episodes(answer, marker(batch, bits+2, bits), shown(vectors, bits+2), wanted,
		quiet(copies*length+1, batch, bits+2))
}

// AssociativeRecall shows a list of items, each a few bit vectors, then one of
// them (not the last) again, and asks for the item after it. Inputs have bits +
// 2 channels: channel bits marks the beginning of an item, channel bits+1 the
// beginning and the end of the question. The paper has 2 to 6 items of three
// 6-bit vectors.
func AssociativeRecall(key *fx.Array, batch, items, length, bits int) Episodes {
	checkEpisodes("AssociativeRecall", key, batch, items, length, bits)
	if items < 2 {
		fail("AssociativeRecall", "%d items: at least two, as one follows another", items)
	}
	keys := random.Split(key, 2)
	list := randomBits(keys[0], items, length, batch, bits)
	asked := random.Randint(keys[1], fx.Int32, 0, int64(items-1), batch)
	pick := func(which *fx.Array) *fx.Array { // [length, batch, bits]
		weights := fx.OneHot(which, items, fx.Float32).T().Reshape(items, 1, batch, 1)
		return list.Mul(weights).Sum(0)
	}
	channels := bits + 2
	var parts []*fx.Array
	for i := range items {
		parts = append(parts, marker(batch, channels, bits), shown(list.Index(i), channels))
	}
	question := marker(batch, channels, bits+1)
	parts = append(parts, question, shown(pick(asked), channels), question, quiet(length, batch, channels))
	return episodes(pick(asked.Add(fx.Scalar(int32(1)))), parts...)
}

// PrioritySort shows bit vectors with priorities, uniform in [-1, 1), and asks
// for those of the highest, in falling order. Inputs have bits + 2 channels:
// the priority stands in channel bits, and channel bits+1 marks the end. The
// paper shows 20 vectors and asks for 16.
func PrioritySort(key *fx.Array, batch, length, keep, bits int) Episodes {
	checkEpisodes("PrioritySort", key, batch, length, keep, bits)
	if keep > length {
		fail("PrioritySort", "the %d highest of %d", keep, length)
	}
	keys := random.Split(key, 2)
	vectors := randomBits(keys[0], length, batch, bits)
	priority := random.Uniform(keys[1], fx.Float32, -1, 1, length, batch)
	order := priority.Neg().ArgSort(0).SliceAxis(0, 0, keep).ExpandDims(2).BroadcastTo(keep, batch, bits)
	channels := bits + 2
	input := fx.Concatenate(2, vectors, priority.ExpandDims(2), quiet(length, batch, 1))
	return episodes(vectors.TakeAlongAxis(order, 0), input, marker(batch, channels, bits+1), quiet(keep, batch, channels))
}

// NGrams is a batch of bit sequences in which each bit depends on the ones
// before it.
type NGrams struct {
	Bits *fx.Array // int32 [length, batch]
	// Optimal is the probability that the best predictor gives to a 1 at each
	// step, knowing the bits before it but not the table: (N1 + 1/2) / (N0 + N1
	// + 1), for the numbers of ones and zeros seen after the same context
	// (Murphy, 2012; equation 10 of the paper). NaN in the first context
	// steps, which are fair coins. float32 [length, batch].
	Optimal *fx.Array
}

// DynamicNGrams draws sequences whose bits follow a random table: for each
// context, the bits of the last context steps, the probability of a 1 comes
// from Beta(1/2, 1/2), anew for each sequence. The paper has a length of 200
// and a context of 5.
func DynamicNGrams(key *fx.Array, batch, length, context int) NGrams {
	checkEpisodes("DynamicNGrams", key, batch, length, context)
	if context > 16 || length <= context {
		fail("DynamicNGrams", "%d bits with a context of %d: a context of at most 16, and more bits than it has", length, context)
	}
	keys := random.Split(key, 3)
	contexts := 1 << context
	half := fx.Const(0.5)
	table := random.Beta(keys[0], half, half, batch, contexts)
	first := random.Bernoulli(keys[1], half, context, batch).AsType(fx.Int32)
	draws := random.Uniform(keys[2], fx.Float32, 0, 1, length-context, batch)

	code := fx.Zeros(fx.Int32, batch) // the last bits as a number, the newest lowest
	for i := range context {
		code = shiftIn(code, first.Index(i), contexts)
	}
	type state struct{ Code, Ones, All *fx.Array }
	type step struct{ Bit, Optimal *fx.Array }
	zeros := fx.Zeros(fx.Float32, batch, contexts)
	_, rest := fx.Scan(func(s state, draw *fx.Array) (state, step) {
		here := fx.OneHot(s.Code, contexts, fx.Float32)
		at := func(a *fx.Array) *fx.Array { return a.Mul(here).Sum(1) }
		bit := draw.Less(at(table))
		optimal := at(s.Ones).AddScalar(0.5).Div(at(s.All).AddScalar(1))
		one := bit.AsType(fx.Float32).ExpandDims(1).Mul(here)
		return state{shiftIn(s.Code, bit.AsType(fx.Int32), contexts), s.Ones.Add(one), s.All.Add(here)},
			step{bit.AsType(fx.Int32), optimal}
	}, state{code, zeros, zeros}, draws)
	return NGrams{
		fx.Concatenate(0, first, rest.Bit),
		fx.Concatenate(0, fx.Full(fx.Float32, math.NaN(), context, batch), rest.Optimal),
	}
}

func shiftIn(code, bit *fx.Array, contexts int) *fx.Array {
	return code.Add(code).Add(bit).Rem(fx.Scalar(int32(contexts)))
}
