package data

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Chorales are made-up pieces in four voices whose rules, and so whose entropy, are
// known. A piece is in one of 12 major keys, all equally likely, and in bar form:
// a phrase of Phrase chords, the same phrase again, and another one of that length
// that goes on from it. Inside a phrase a Markov chain leads from chord to chord:
// the degree goes by harmonicMoves; the three upper voices hold a triad in one of
// three positions, which is kept with probability 1/2; the bass has the root. A
// piece begins with the tonic in any position.
type Chorales struct{ Phrase int }

// harmonicMoves are the chances, in sixteenths, of what follows the degrees I to
// vii: usual harmony, in which the fifth falls and the dominant is resolved.
var harmonicMoves = [7][7]int{
	{2, 2, 1, 4, 4, 2, 1},
	{1, 1, 0, 1, 10, 1, 2},
	{1, 1, 1, 4, 1, 7, 1},
	{4, 2, 0, 2, 6, 1, 1},
	{9, 0, 1, 1, 2, 3, 0},
	{1, 5, 1, 4, 4, 1, 0},
	{11, 0, 2, 0, 2, 1, 0},
}

const (
	chordKeys      = 12
	chordPositions = 3
	chordStates    = 7 * chordPositions
	moveParts      = 16
)

// chord is a state of the chain.
type chord struct{ degree, position int }

func (c chord) index() int { return c.degree*chordPositions + c.position }

func chordOf(index int) chord { return chord{index / chordPositions, index % chordPositions} }

// notes are the MIDI numbers of a chord in a key, ascending.
func (c chord) notes(key int) []int {
	scale := [7]int{0, 2, 4, 5, 7, 9, 11}
	tone := func(third int) int { return (key + scale[(c.degree+2*third)%7]) % 12 }
	notes := []int{36 + tone(0)}
	last := 60 + tone(c.position)
	notes = append(notes, last)
	for k := 1; k < chordPositions; k++ {
		next := 60 + tone((c.position+k)%3)
		for next <= last {
			next += 12
		}
		notes, last = append(notes, next), next
	}
	return notes
}

// moveChance is the probability of one chord after another.
func moveChance(from, to chord) float64 {
	position := 0.25
	if from.position == to.position {
		position = 0.5
	}
	return float64(harmonicMoves[from.degree][to.degree]) / moveParts * position
}

// Draw makes n pieces of 3 Phrase steps.
func (c Chorales) Draw(key *fx.Array, n int) []Piece {
	const op = "Chorales.Draw"
	checkKey(op, key)
	checkSizes(op, "the phrase and the number of pieces", c.Phrase, n)
	keys := random.Split(key, 4)
	tonics := random.Randint(keys[0], fx.Int32, 0, chordKeys, n).Int32s()
	starts := random.Randint(keys[1], fx.Int32, 0, chordPositions, n).Int32s()
	moves := random.Randint(keys[2], fx.Int32, 0, moveParts, n, 2*c.Phrase).Int32s()
	turns := random.Randint(keys[3], fx.Int32, 0, 4, n, 2*c.Phrase).Int32s()
	pieces := make([]Piece, n)
	for i := range pieces {
		now := chord{0, int(starts[i])}
		chords := []chord{now}
		for t := 1; t < 2*c.Phrase; t++ {
			now = now.move(int(moves[i*2*c.Phrase+t]), int(turns[i*2*c.Phrase+t]))
			chords = append(chords, now)
		}
		for _, phrase := range [][]chord{chords[:c.Phrase], chords[:c.Phrase], chords[c.Phrase:]} {
			for _, each := range phrase {
				pieces[i] = append(pieces[i], each.notes(int(tonics[i])))
			}
		}
	}
	return pieces
}

// move is the chord that follows for a number below 16 and one below 4.
func (c chord) move(part, turn int) chord {
	degree := 0
	for part >= harmonicMoves[c.degree][degree] {
		part -= harmonicMoves[c.degree][degree]
		degree++
	}
	if turn >= 2 { // 2 and 3 lead to the other two positions
		return chord{degree, (c.position + turn - 1) % chordPositions}
	}
	return chord{degree, c.position}
}

// ChoraleEntropy is what predicting chorales costs at least, in nats for a step,
// on average over the steps of a piece and over pieces.
type ChoraleEntropy struct {
	// Joint is the entropy: no model has less.
	Joint float64
	// Independent is the least of models that give every key its own probability,
	// as a sigmoid output does, and know all that went before.
	Independent float64
	// Forgetful is the same without knowledge of the repetition: as if a piece were
	// one run of the chain.
	Forgetful float64
}

// Entropy is what pieces of this form cost.
func (c Chorales) Entropy() ChoraleEntropy {
	checkSizes("Chorales.Entropy", "the phrase", c.Phrase)
	// What a move costs from each chord, and how likely chords are after t moves.
	var joint, independent [chordStates]float64
	chance := make([]float64, 0, chordStates*chordStates)
	keyChance := make([]float64, 0, chordStates*chordKeys*PianoKeys)
	for from := range chordStates {
		sounds := make([]float64, chordKeys*PianoKeys)
		for to := range chordStates {
			p := moveChance(chordOf(from), chordOf(to))
			chance = append(chance, p)
			for key := range chordKeys {
				for _, n := range chordOf(to).notes(key) {
					sounds[key*PianoKeys+n-LowestKey] += p
				}
			}
		}
		keyChance = append(keyChance, sounds...)
	}
	jointly := surprise(fx.New(chance)).Reshape(chordStates, chordStates).Sum(1).Float64s()
	apart := bernoulliEntropy(fx.New(keyChance)).Reshape(chordStates, chordKeys*PianoKeys).Sum(1).Float64s()
	for s := range chordStates {
		joint[s], independent[s] = jointly[s], apart[s]/chordKeys
	}
	// The first chord: one of 36.
	first := make([]float64, PianoKeys)
	for key := range chordKeys {
		for position := range chordPositions {
			for _, n := range (chord{0, position}).notes(key) {
				first[n-LowestKey] += 1.0 / (chordKeys * chordPositions)
			}
		}
	}
	firstJoint := fx.Scalar(float64(chordKeys * chordPositions)).Log().Item()
	firstApart := bernoulliEntropy(fx.New(first)).Sum().Item()
	now := make([]float64, chordStates)
	for position := range chordPositions {
		now[chord{0, position}.index()] = 1.0 / chordPositions
	}
	sum := ChoraleEntropy{firstJoint, firstApart, firstApart}
	for t := 1; t < 3*c.Phrase; t++ {
		next := make([]float64, chordStates)
		for from, p := range now {
			if t < 2*c.Phrase { // the chords that are not repeated
				sum.Joint += float64(p * joint[from])
				sum.Independent += float64(p * independent[from])
			}
			sum.Forgetful += float64(p * independent[from])
			for to := range next {
				next[to] += float64(p * chance[from*chordStates+to])
			}
		}
		now = next
	}
	steps := float64(3 * c.Phrase)
	return ChoraleEntropy{sum.Joint / steps, sum.Independent / steps, sum.Forgetful / steps}
}

// surprise is -p log p, 0 where p is 0.
func surprise(p *fx.Array) *fx.Array {
	some := p.Greater(fx.Const(0))
	return fx.Where(some, p.Neg().Mul(fx.Where(some, p, fx.OnesLike(p)).Log()), fx.ZerosLike(p))
}

// bernoulliEntropy is that of events of probability p; rounding may leave p a
// little above 1.
func bernoulliEntropy(p *fx.Array) *fx.Array {
	p = p.Minimum(fx.Const(1))
	return surprise(p).Add(surprise(fx.Const(1).Sub(p)))
}
