package data

import (
	"slices"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"pgregory.net/rapid"
)

func TestBatchHoldsWhatGatherDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawImages(t)
		indices := rapid.SliceOf(rapid.IntRange(0, s.N()-1)).Draw(t, "indices")
		images, labels := s.Batch(indices)
		pixels, classes := s.Gather(indices)
		same(t, images, labels, pixels, classes, len(indices), s)
		images, labels = s.Arrays()
		same(t, images, labels, s.Pixels, s.Labels, s.N(), s)
	})
}

func same(t *rapid.T, images, labels *fx.Array, pixels []float32, classes []int32, n int, s *Images) {
	if want := []int{n, s.Height, s.Width, s.Channels}; !slices.Equal(images.Shape(), want) || images.DType() != fx.Float32 {
		t.Fatalf("images %v of %v, want float32 of %v", images.DType(), images.Shape(), want)
	}
	if !slices.Equal(labels.Shape(), []int{n}) || labels.DType() != fx.Int32 {
		t.Fatalf("labels %v of %v, want int32 of %d", labels.DType(), labels.Shape(), n)
	}
	if !slices.Equal(images.Float32s(), pixels) || !slices.Equal(labels.Int32s(), classes) {
		t.Fatal("the arrays hold other values")
	}
}
