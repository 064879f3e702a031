package data

import "github.com/fluxion-go/fluxion/fx"

// Batch returns the images and labels at the given indices, in that order, as
// arrays: float32 of shape [len(indices), Height, Width, Channels] and int32
// of shape [len(indices)]. It panics if an index is out of range.
func (s *Images) Batch(indices []int) (images, labels *fx.Array) {
	pixels, classes := s.Gather(indices)
	return fx.New(pixels, len(indices), s.Height, s.Width, s.Channels), fx.New(classes, len(indices))
}

// Arrays returns the whole set as [Images.Batch] does.
func (s *Images) Arrays() (images, labels *fx.Array) {
	return fx.New(s.Pixels, s.Shape()...), fx.New(s.Labels, s.N())
}
