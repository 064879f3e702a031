package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
)

// maxText bounds what is read of a text file, after decompression: 4 GiB.
const maxText = 1 << 32

// unpack returns a reader of the content of a file, through gzip if its first
// bytes say so.
func unpack(r io.Reader, name string) (content io.Reader, unpacked bool, err error) {
	packed := bufio.NewReader(r)
	// A shorter file is not an error here: whoever reads the content finds it.
	if start, _ := packed.Peek(2); !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return packed, false, nil
	}
	content, err = gzip.NewReader(packed)
	if err != nil {
		return nil, false, &FormatError{File: name, Problem: "damaged gzip header: " + describe(err), Err: err}
	}
	return content, true, nil
}

// withText opens a text file, compressed with gzip or not, and gives it to
// read.
func withText(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	content, _, err := unpack(f, path)
	if err != nil {
		return err
	}
	return read(content)
}

// limited ends with an error, not with io.EOF as io.LimitReader does, when
// more than left bytes are read.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("the content exceeds %d bytes", int64(maxText))
	}
	return n, err
}

// describe words an error of package gzip or flate.
func describe(err error) string {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return "it ends too early"
	}
	return err.Error()
}
