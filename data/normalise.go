package data

import (
	"fmt"
	"math"
)

// Moments are the statistics that images are normalised by: for each channel,
// the mean and the standard deviation over all pixels of all images.
type Moments struct {
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`
}

// Moments returns the mean and the standard deviation (divisor N*Height*Width)
// of each channel, summed in float64 in storage order. An empty set has none,
// which is an error.
func (s *Images) Moments() (Moments, error) {
	if s.N() == 0 {
		return Moments{}, fmt.Errorf("data: %s: no images to take a mean of", s.Name)
	}
	c := s.Channels
	m := Moments{Mean: make([]float64, c), Std: make([]float64, c)}
	count := float64(len(s.Pixels) / c)
	for i, v := range s.Pixels {
		m.Mean[i%c] += float64(v)
	}
	for k := range c {
		m.Mean[k] /= count
	}
	// A second pass: subtracting the square of the mean would cancel digits.
	for i, v := range s.Pixels {
		d := float64(v) - m.Mean[i%c]
		m.Std[i%c] += float64(d * d)
	}
	for k := range c {
		m.Std[k] = math.Sqrt(m.Std[k] / count)
	}
	return m, nil
}

// Normalise returns the set with every value v replaced by (v - mean) / std of
// its channel. It is an error if m is for another number of channels or has a
// deviation that is not positive and finite, as a set of constant images has.
func (s *Images) Normalise(m Moments) (*Images, error) {
	c := s.Channels
	if len(m.Mean) != c || len(m.Std) != c {
		return nil, fmt.Errorf("data: %s: moments of %d and %d channels for images of %d", s.Name, len(m.Mean), len(m.Std), c)
	}
	for k, std := range m.Std {
		if !(std > 0) || math.IsInf(std, 0) {
			return nil, fmt.Errorf("data: %s: cannot normalise by a standard deviation of %v (channel %d)", s.Name, std, k)
		}
	}
	t := *s
	t.Pixels = make([]float32, len(s.Pixels))
	for i, v := range s.Pixels {
		t.Pixels[i] = float32((float64(v) - m.Mean[i%c]) / m.Std[i%c])
	}
	return &t, nil
}

// Normalise returns both sets normalised by the moments of train, so that
// nothing about the test set enters the training.
func Normalise(train, test *Images) (normalTrain, normalTest *Images, err error) {
	m, err := train.Moments()
	if err != nil {
		return nil, nil, err
	}
	if normalTrain, err = train.Normalise(m); err != nil {
		return nil, nil, err
	}
	if normalTest, err = test.Normalise(m); err != nil {
		return nil, nil, err
	}
	return normalTrain, normalTest, nil
}
