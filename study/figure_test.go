package study

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// TestSampleFigures renders every sample twice and compares. With
// FLUXION_FIGURES set to a folder, it leaves the pictures there to be looked at.
func TestSampleFigures(t *testing.T) {
	for _, f := range sampleFigures() {
		t.Run(f.Name, func(t *testing.T) {
			svg, raster, err := f.Render()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(bytes.NewReader(raster)); err != nil {
				t.Errorf("the PNG does not decode: %v", err)
			}
			svg2, raster2, _ := f.Render()
			if !bytes.Equal(svg, svg2) || !bytes.Equal(raster, raster2) {
				t.Error("two renderings differ")
			}
			if dir := os.Getenv("FLUXION_FIGURES"); dir != "" {
				os.WriteFile(filepath.Join(dir, f.Name+".png"), raster, 0o644)
				os.WriteFile(filepath.Join(dir, f.Name+".svg"), svg, 0o644)
			}
		})
	}
}
