package data_test

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

func Example() {
	train, test, err := data.Open("glyphs", "", data.Options{Train: 1000, Test: 200, Size: 14, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err = data.Normalise(train, test)
	if err != nil {
		fmt.Println(err)
		return
	}
	batches, err := data.NewBatches(train.N(), 64, 1, data.BatchOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		for indices := range batches.Rest() {
			pixels, labels := train.Gather(indices)
			_, _ = pixels, labels // a training step
		}
	}
	fmt.Println(train.Shape(), test.Shape(), batches.PerEpoch(), batches.Epoch())
	// Output: [1000 14 14 1] [200 14 14 1] 16 2
}

func ExampleBatches_Restore() {
	batches, err := data.NewBatches(10, 4, 42, data.BatchOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	batches.Next()
	saved := batches.State()
	fmt.Println(batches.Next())
	if err := batches.Restore(saved); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(batches.Next())
	// Output:
	// [2 1 6 0]
	// [2 1 6 0]
}

func ExampleGlyphDomains() {
	domains, err := data.GlyphDomains(500, 14, 1, 0,
		data.Unshifted(), data.Rotate(30), data.Rotate(60), data.Texture(4, 0.5))
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test := domains.HoldOut(2)
	fmt.Println(train.Names, train.N(), test.Name, test.N())
	// Output: [plain rotated by 30 texture 0.5] 1500 rotated by 60 500
}

func ExampleNewSampler() {
	moons, err := data.NewSampler("moons")
	if err != nil {
		fmt.Println(err)
		return
	}
	points := moons.Sample(random.New(0), fx.Float32, 256)
	fmt.Println(points.Shape())

	ring := data.GaussianRing(8, 2, 0.2) // has a density
	fmt.Println(ring.LogProb(ring.Sample(random.New(1), fx.Float32, 256)).Shape())
	// Output:
	// [256 2]
	// [256]
}
