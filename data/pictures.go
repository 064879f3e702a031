package data

import (
	"bytes"
	"fmt"
)

// Pictures makes a set of images of a table: of a column of PNG or JPEG files
// as bytes and a column of labels, as sets on the Hugging Face hub have them
// in Parquet files ("image.bytes" and "label"). Pictures are cut and resized
// as [LoadFolder] does it; the classes are those of [Table.Classes]. A picture
// that is missing or damaged, or too large, is an error with its row.
func (t *Table) Pictures(pictures, labels string, opts FolderOptions) (*Images, error) {
	c, err := t.Column(pictures)
	switch {
	case err != nil:
		return nil, err
	case c.Kind != Blob:
		return nil, fmt.Errorf("data: %s: column %q is of %v, not the bytes of pictures", t.Name, pictures, c.Kind)
	}
	if err := opts.check(t.Name); err != nil {
		return nil, err
	}
	set := &Images{Name: t.Name, Height: opts.Height, Width: opts.Width, Channels: opts.channels()}
	if set.Labels, set.Classes, err = t.Classes(labels); err != nil {
		return nil, err
	}
	for i, blob := range c.Blobs {
		name := fmt.Sprintf("%s, row %d of column %q", t.Name, i+1, pictures)
		picture, err := decodePicture(bytes.NewReader(blob), name)
		if err != nil {
			return nil, err
		}
		if err := set.appendPicture(picture, name); err != nil {
			return nil, err
		}
	}
	return set, nil
}
