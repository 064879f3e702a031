package data

import (
	"image"
	"image/color"
	"math"
)

// resize cuts a picture at the middle to the ratio of height and width and
// averages it over the areas of the new pixels. Go's colours are premultiplied
// by their opacity, that is, lie on black.
func resize(picture image.Image, height, width, channels int) []float32 {
	b := picture.Bounds()
	tall, wide := float64(b.Dy()), float64(b.Dx())
	if want := tall * float64(width) / float64(height); want < wide {
		wide = want
	} else {
		tall = wide * float64(height) / float64(width)
	}
	rows := weigh((float64(b.Dy())-tall)/2, tall, height, b.Dy())
	columns := weigh((float64(b.Dx())-wide)/2, wide, width, b.Dx())

	// Rows first: one line of column sums for each new row.
	pixels := make([]float32, 0, height*width*channels)
	line := make([]float64, b.Dx()*channels)
	var value [3]float64
	for _, row := range rows {
		clear(line)
		for k, weight := range row.weights {
			for x := range b.Dx() {
				levels(picture.At(b.Min.X+x, b.Min.Y+row.first+k), &value, channels)
				for c := range channels {
					line[x*channels+c] += mul(weight, value[c])
				}
			}
		}
		for _, column := range columns {
			for c := range channels {
				sum := 0.0
				for k, weight := range column.weights {
					sum += mul(weight, line[(column.first+k)*channels+c])
				}
				pixels = append(pixels, float32(math.Max(0, math.Min(1, sum))))
			}
		}
	}
	return pixels
}

// levels is a colour as numbers from 0 to 1.
func levels(c color.Color, value *[3]float64, channels int) {
	if channels == 1 {
		value[0] = float64(color.Gray16Model.Convert(c).(color.Gray16).Y) / math.MaxUint16
		return
	}
	r, g, b, _ := c.RGBA()
	value[0], value[1], value[2] = float64(r)/math.MaxUint16, float64(g)/math.MaxUint16, float64(b)/math.MaxUint16
}

// cover is what a new pixel takes of a line of old ones: weights, of sum 1,
// from pixel first on.
type cover struct {
	first   int
	weights []float64
}

// weigh divides the length of a line of size old pixels, from start on, among
// n new ones.
func weigh(start, length float64, n, size int) []cover {
	covers := make([]cover, n)
	step := length / float64(n)
	for i := range covers {
		low := math.Max(0, start+mul(float64(i), step))
		high := math.Min(float64(size), start+mul(float64(i+1), step))
		first := min(int(low), size-1)
		last := max(first, min(int(math.Ceil(high)), size)-1)
		weights := make([]float64, last-first+1)
		total := 0.0
		for k := range weights {
			left, right := float64(first+k), float64(first+k+1)
			weights[k] = math.Max(0, math.Min(high, right)-math.Max(low, left))
			total += weights[k]
		}
		for k := range weights {
			weights[k] /= total
		}
		covers[i] = cover{first, weights}
	}
	return covers
}
