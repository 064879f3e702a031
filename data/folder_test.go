package data

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func encodePNG(t interface{ Fatal(...any) }, picture image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// colours is a picture of height x width pixels of the given colours.
func colours(width int, pixels ...color.NRGBA) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, width, len(pixels)/width))
	for i, c := range pixels {
		picture.SetNRGBA(i%width, i/width, c)
	}
	return picture
}

// writeTree writes files, whose names may have folders in them.
func writeTree(t *testing.T, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var (
	red   = color.NRGBA{255, 0, 0, 255}
	green = color.NRGBA{0, 255, 0, 255}
	white = color.NRGBA{255, 255, 255, 255}
	glass = color.NRGBA{255, 255, 255, 0}
	half  = color.NRGBA{255, 255, 255, 51} // a fifth
)

func TestLoadFolder(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, colours(2, white, white, white, white), nil); err != nil {
		t.Fatal(err)
	}
	dir := writeTree(t, map[string][]byte{
		"dog/b.png":     encodePNG(t, colours(2, red, green, glass, half)),
		"cat/2.jpeg":    photo.Bytes(),
		"cat/1.png":     encodePNG(t, colours(4, red, red, green, green, red, red, green, green, glass, glass, white, white, glass, glass, white, white)),
		"cat/.hidden":   {1},
		"cat/Thumbs.db": {1},
		".DS_Store":     {1},
	})
	set, err := LoadFolder(dir, FolderOptions{Height: 2, Width: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(set.Classes, []string{"cat", "dog"}) || !slices.Equal(set.Labels, []int32{0, 0, 1}) {
		t.Fatalf("classes %v, labels %v", set.Classes, set.Labels)
	}
	for i, want := range [][]float32{
		{1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1},
		{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		{1, 0, 0, 0, 1, 0, 0, 0, 0, .2, .2, .2},
	} {
		if !slices.Equal(set.Image(i), want) {
			t.Errorf("image %d: %v, want %v", i, set.Image(i), want)
		}
	}
	if set, err = LoadFolder(dir, FolderOptions{Grey: true, Height: 1, Width: 1}); err != nil {
		t.Fatal(err)
	}
	if got, want := set.Image(0)[0], float32((0.299+0.587+1)/4); math.Abs(float64(got-want)) > 1e-4 || set.Channels != 1 {
		t.Errorf("grey mean %v, want %v", got, want)
	}
	if set, err = LoadFolder(dir, FolderOptions{}); err != nil {
		t.Fatal(err)
	}
	if set.Height != 4 || set.Width != 4 { // the first picture's
		t.Errorf("size %dx%d", set.Height, set.Width)
	}
}

func TestLoadFolderErrors(t *testing.T) {
	good := encodePNG(t, colours(1, red))
	huge := slices.Clone(good) // width and height are at bytes 16 to 23
	binary.BigEndian.PutUint32(huge[16:], 1<<16)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"no class", map[string][]byte{".x": nil}, "DIR: no folders: expected one for each class of pictures"},
		{"a file", map[string][]byte{"a.png": good}, "DIR/a.png: expected a folder for each class of pictures, found a file"},
		{"no pictures", map[string][]byte{"a/.x": nil, "b/1.png": good}, "DIR/a: a class without pictures"},
		{"text", map[string][]byte{"a/notes.txt": []byte("hello")}, "DIR/a/notes.txt: expected a PNG or JPEG file"},
		{"cut off", map[string][]byte{"a/1.png": good[:40]}, "DIR/a/1.png: unexpected EOF"},
		{"huge", map[string][]byte{"a/1.png": huge}, "DIR/a/1.png: 1x65536 pixels, expected at most 16384 a side and 67108864 in all"},
	} {
		dir := writeTree(t, c.files)
		_, err := LoadFolder(dir, FolderOptions{})
		if want := "data: " + strings.ReplaceAll(filepath.FromSlash(c.want), "DIR", dir); err == nil || err.Error() != want {
			t.Errorf("%s:\nerror %v\nwant  %s", c.name, err, want)
		}
	}
	if _, err := LoadFolder(t.TempDir(), FolderOptions{Height: -1}); err == nil {
		t.Error("a negative height is taken")
	}
	if _, err := LoadFolder("no/such/dir", FolderOptions{}); err == nil {
		t.Error("a missing directory is taken")
	}
}

// TestResizeKeepsTheMean: whole factors are plain means, and whatever the
// sizes, a picture of the same ratio keeps its mean and a flat one its value.
func TestResizeKeepsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 9)
		height, width, k := side.Draw(t, "height"), side.Draw(t, "width"), side.Draw(t, "factor")
		up := rapid.IntRange(1, 3).Draw(t, "up")
		picture := image.NewGray(image.Rect(3, 5, 3+width*k, 5+height*k)) // bounds need not begin at 0
		mean := 0.0
		for i := range picture.Pix {
			picture.Pix[i] = rapid.Byte().Draw(t, "value")
			mean += float64(picture.Pix[i]) / 255 / float64(len(picture.Pix))
		}
		small := resize(picture, height*up, width*up, 1)
		got := 0.0
		for _, v := range small {
			got += float64(v) / float64(len(small))
		}
		if math.Abs(got-mean) > 1e-6 {
			t.Fatalf("mean %v becomes %v", mean, got)
		}
		if up == 1 {
			var block float64
			for y := range k {
				for x := range k {
					block += float64(picture.Pix[y*picture.Stride+x]) / 255 / float64(k*k)
				}
			}
			if math.Abs(block-float64(small[0])) > 1e-6 {
				t.Fatalf("first pixel %v, want %v", small[0], block)
			}
		}
		for i := range picture.Pix {
			picture.Pix[i] = 51
		}
		for _, v := range resize(picture, side.Draw(t, "h"), side.Draw(t, "w"), 3) {
			if math.Abs(float64(v)-0.2) > 1e-7 {
				t.Fatalf("a flat picture gets the value %v", v)
			}
		}
	})
}

// FuzzOpenPicture: a damaged picture is an error, never a panic.
func FuzzOpenPicture(f *testing.F) {
	good := encodePNG(f, colours(2, red, green, glass, half))
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, colours(2, red, green, white, half), nil); err != nil {
		f.Fatal(err)
	}
	for _, file := range [][]byte{nil, good, good[:50], photo.Bytes(), photo.Bytes()[:99], []byte("<html>")} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(t.TempDir(), "picture")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		picture, err := openPicture(path)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Fatalf("error %v", err)
			}
			return
		}
		for _, v := range resize(picture, 3, 3, 3) {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("value %v", v)
			}
		}
	})
}
