package fetch

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fluxion-go/fluxion/data"
)

// maxUnpacked bounds what an archive may hold: the largest of the sets has 184
// MB.
const maxUnpacked = 4 << 30

// unpack takes the files that a set needs out of an archive. They get their
// names when all are there. Whatever else the archive holds is passed over, and
// no name in it leads out of the directory.
func unpack(ctx context.Context, archive, dir string, d data.Download) (map[string]string, error) {
	wrong := func(err error) error {
		return fmt.Errorf("data: cannot unpack %s: %w", d.Name, explain(err, dir))
	}
	f, err := os.Open(archive)
	if err != nil {
		return nil, wrong(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		return nil, wrong(err)
	}
	temporary, err := os.MkdirTemp(dir, ".unpack-")
	if err != nil {
		return nil, wrong(err)
	}
	defer os.RemoveAll(temporary)
	root, err := os.OpenRoot(temporary)
	if err != nil {
		return nil, wrong(err)
	}
	defer root.Close()
	sums, err := extract(ctx, tar.NewReader(packed), root, d.Holds)
	if err != nil {
		return nil, wrong(err)
	}
	for _, name := range d.Holds {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return nil, wrong(err)
		}
		if err := os.Rename(filepath.Join(temporary, filepath.FromSlash(name)), to); err != nil {
			return nil, wrong(err)
		}
	}
	return sums, nil
}

// extract writes the wanted files below root and returns their SHA-256.
func extract(ctx context.Context, archive *tar.Reader, root *os.Root, wanted []string) (map[string]string, error) {
	sums := map[string]string{}
	left := int64(maxUnpacked)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		name := path.Clean(strings.TrimPrefix(header.Name, "./"))
		if !slices.Contains(wanted, name) {
			continue
		}
		if header.Typeflag != tar.TypeReg {
			return nil, fmt.Errorf("%s in it is not a file", name)
		}
		if _, twice := sums[name]; twice {
			return nil, fmt.Errorf("%s is in it twice", name)
		}
		if header.Size > left {
			return nil, errors.New("it holds more than 4 GiB")
		}
		left -= header.Size
		if sums[name], err = writeFile(ctx, root, name, archive); err != nil {
			return nil, err
		}
	}
	for _, name := range wanted {
		if sums[name] == "" {
			return nil, fmt.Errorf("it holds no %s", name)
		}
	}
	return sums, nil
}

func writeFile(ctx context.Context, root *os.Root, name string, content io.Reader) (sum string, err error) {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return "", err
	}
	f, err := root.Create(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), &stoppable{ctx, content})
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return hex.EncodeToString(h.Sum(nil)), err
}

// stoppable ends with the context.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.r.Read(p)
}
