package cpu

import (
	"testing"

	"pgregory.net/rapid"
)

// Units of work are whole tiles of even height, within the memory that they may
// take, and as many for every thread where there are enough.
func TestImagesOfUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 600).Draw(t, "images")
		tileRows := rapid.IntRange(1, 12).Draw(t, "rows of a tile")
		fit := rapid.IntRange(0, 100).Draw(t, "fit")
		threads := rapid.IntRange(1, 9).Draw(t, "threads")
		images := imagesOfUnit(n, tileRows, fit, threads)
		if images < 1 || images > max(fit, tileRows) {
			t.Fatalf("%d images in a unit", images)
		}
		// With all tiles full nobody has more than a tile above a fair share.
		units := (n + images - 1) / images
		turns := (units + threads - 1) / threads
		if share := (n + threads - 1) / threads; fit >= n && turns*images > share+2*tileRows {
			t.Fatalf("%d units of %d images: a thread does %d of a share of %d", units, images, turns*images, share)
		}
	})
}
