package data

import (
	"bufio"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that LoadFolder reads
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// FolderOptions say what [LoadFolder] makes of pictures of any size.
type FolderOptions struct {
	// Height and Width are those of the set, in pixels. Zero: those of the
	// first picture.
	Height, Width int
	// Grey makes one channel of luma (Rec. 601 weights 0.299, 0.587 and
	// 0.114). Zero value: red, green and blue.
	Grey bool
}

func (o FolderOptions) check(name string) error {
	if o.Height < 0 || o.Width < 0 || o.Height > maxIDXSide || o.Width > maxIDXSide {
		return fmt.Errorf("data: %s: pictures of %dx%d pixels: must be from 1 to %d", name, o.Height, o.Width, maxIDXSide)
	}
	return nil
}

func (o FolderOptions) channels() int {
	if o.Grey {
		return 1
	}
	return 3
}

const (
	maxPictureSide = 1 << 14
	maxPicture     = 1 << 26 // pixels
)

// LoadFolder reads a set from PNG and JPEG files, one sub-folder of dir for
// each class: the classes are the sub-folders' names and the pictures come in
// the order of their paths, both sorted bytewise.
//
// A picture is cut at the middle to the set's ratio of height and width and
// resized by area averaging: a pixel is the mean of what it covers of the
// picture, parts of pixels counted by their area. Transparency shows black.
// Values 0 to 255 (or 65535) become 0 to 1, without any correction of gamma.
//
// Hidden files (.name) and Thumbs.db are passed over. Any other file that is
// no picture is an error, and so are a class without pictures, fewer than one
// class, and a picture of over 2^14 pixels a side or 2^26 in all.
func LoadFolder(dir string, opts FolderOptions) (*Images, error) {
	if err := opts.check(dir); err != nil {
		return nil, err
	}
	set := &Images{Name: dir, Height: opts.Height, Width: opts.Width, Channels: opts.channels()}
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	for _, entry := range entries {
		switch path := filepath.Join(dir, entry.Name()); {
		case hidden(entry.Name()):
		case !isDir(path):
			return nil, fmt.Errorf("data: %s: expected a folder for each class of pictures, found a file", path)
		default:
			set.Classes = append(set.Classes, entry.Name())
			if err := set.appendClass(path); err != nil {
				return nil, err
			}
		}
	}
	if len(set.Classes) == 0 {
		return nil, fmt.Errorf("data: %s: no folders: expected one for each class of pictures", dir)
	}
	return set, nil
}

// hidden reports whether a file is the desktop's own.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || name == "Thumbs.db" }

// appendClass adds the pictures of a folder with the last class as label.
func (s *Images) appendClass(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	before := s.N()
	for _, entry := range entries {
		if hidden(entry.Name()) {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		picture, err := openPicture(path)
		if err != nil {
			return err
		}
		if err := s.appendPicture(picture, path); err != nil {
			return err
		}
		s.Labels = append(s.Labels, int32(len(s.Classes)-1))
	}
	if s.N() == before {
		return fmt.Errorf("data: %s: a class without pictures", dir)
	}
	return nil
}

// appendPicture adds the pixels of a picture; the first one decides a size that
// is not given.
func (s *Images) appendPicture(picture image.Image, name string) error {
	bounds := picture.Bounds()
	if s.Height == 0 {
		s.Height = min(bounds.Dy(), maxIDXSide)
	}
	if s.Width == 0 {
		s.Width = min(bounds.Dx(), maxIDXSide)
	}
	if len(s.Pixels) > maxPixels-s.ImageLen() {
		return fmt.Errorf("data: %s: more than the %d pictures of %dx%d that fit into memory", name, maxPixels/s.ImageLen(), s.Height, s.Width)
	}
	s.Pixels = append(s.Pixels, resize(picture, s.Height, s.Width, s.Channels)...)
	return nil
}

// openPicture decodes a file, but not one whose header announces too much.
func openPicture(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	return decodePicture(f, path)
}

func decodePicture(f io.ReadSeeker, path string) (image.Image, error) {
	config, _, err := image.DecodeConfig(bufio.NewReader(f))
	switch {
	case err == image.ErrFormat:
		return nil, fmt.Errorf("data: %s: expected a PNG or JPEG file", path)
	case err != nil:
		return nil, fmt.Errorf("data: %s: %w", path, err)
	case config.Width < 1 || config.Height < 1:
		return nil, fmt.Errorf("data: %s: the picture is empty", path)
	case config.Width > maxPictureSide || config.Height > maxPictureSide || config.Width*config.Height > maxPicture:
		return nil, fmt.Errorf("data: %s: %dx%d pixels, expected at most %d a side and %d in all", path, config.Height, config.Width, maxPictureSide, maxPicture)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	picture, _, err := image.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return picture, nil
}
