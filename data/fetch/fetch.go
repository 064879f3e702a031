// Package fetch downloads the data sets that package data knows by name.
//
//	err := fetch.Get(ctx, "mnist", "", fetch.Options{})
//
// A download goes into a file that ends in .part, is compared with the
// published checksum, and only then gets its name: what is there is whole.
// What was interrupted goes on where it stopped.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/data"
)

// Options are how to download. The zero value is for everybody.
type Options struct {
	// Client makes the requests. nil: one that follows redirects but never
	// from https to http, with the proxies of the environment.
	Client *http.Client
	// Attempts is how often an address is tried that answers with a passing
	// fault. Zero: 4.
	Attempts int
	// Wait is how long to wait after the first such fault, twice as long
	// after each more, unless the server says how long. Zero: 1 s.
	Wait time.Duration
	// Stall is how long nothing may arrive before that counts as a passing
	// fault. Zero: 30 s.
	Stall time.Duration
	// Force downloads files again that are there and right.
	Force bool
	// Progress is told how far a file is, often, from one goroutine.
	Progress func(Progress)
}

// Progress is how far a download is.
type Progress struct {
	File string
	// Done and Total are in bytes; Total is 0 while it is not known.
	Done, Total int64
	// Note tells of something beside that: an attempt that failed, a file
	// that is there.
	Note string
}

// Get downloads a data set into dir, or into its default directory if dir is
// "", and returns that directory. Files that are there and right are kept. On
// an error everything that arrived stays for the next call, wrong content
// apart. The error is one sentence.
func Get(ctx context.Context, name, dir string, opts Options) (string, error) {
	source, err := data.FindSource(name)
	switch {
	case err != nil:
		return "", err
	case !source.Files:
		return "", fmt.Errorf("data: %s is built in: there is nothing to get", name)
	}
	if dir == "" {
		if dir, err = data.DefaultDir(name); err != nil {
			return "", err
		}
	}
	return dir, get(ctx, source.Downloads, dir, opts)
}

// get downloads files into a directory.
func get(ctx context.Context, downloads []data.Download, dir string, opts Options) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("data: cannot make the directory: %w", explain(err, dir))
	}
	f := newFetcher(dir, opts)
	sums := map[string]string{}
	for _, d := range downloads {
		noted, err := f.file(ctx, d)
		if err != nil {
			return err
		}
		maps.Copy(sums, noted)
	}
	return writeManifest(dir, sums)
}

// file makes sure that a file, or what an archive holds, is there. It returns
// the SHA-256 of everything that is.
func (f *fetcher) file(ctx context.Context, d data.Download) (map[string]string, error) {
	f.progress(Progress{File: d.Name, Total: d.Size})
	if !f.Force {
		sums, ok := f.present(d)
		if ok {
			f.progress(Progress{File: d.Name, Note: "there already"})
			return sums, nil
		}
	}
	part := filepath.Join(f.dir, d.Name+".part")
	if err := f.download(ctx, d, part); err != nil {
		return nil, err
	}
	if d.Archive {
		sums, err := unpack(ctx, part, f.dir, d)
		if err != nil {
			return nil, err
		}
		return sums, remove(part)
	}
	final := filepath.Join(f.dir, d.Name)
	sum, err := data.FileSum(part, "SHA-256")
	if err != nil {
		return nil, err
	}
	if err := os.Rename(part, final); err != nil {
		return nil, fmt.Errorf("data: %w", explain(err, final))
	}
	return map[string]string{d.Name: sum}, remove(part + fromSuffix)
}

// remove takes a file away that may not be there.
func remove(path string) error {
	for _, p := range []string{path, path + fromSuffix} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("data: %w", err)
		}
	}
	return nil
}

// present reports whether a file is there and right, as far as there is a
// published checksum or one noted at the download.
func (f *fetcher) present(d data.Download) (map[string]string, bool) {
	names, sums := []string{d.Name}, map[string]string{}
	if d.Archive {
		names = d.Holds
	}
	noted := readManifest(f.dir)
	for _, name := range names {
		path := filepath.Join(f.dir, filepath.FromSlash(name))
		sum, err := data.FileSum(path, "SHA-256")
		if err != nil {
			return nil, false
		}
		sums[name] = sum
		if !d.Archive && d.SHA256 != "" && sum != d.SHA256 || noted[name] != "" && sum != noted[name] {
			return nil, false
		}
		if !d.Archive && d.SHA256 == "" && d.MD5 != "" {
			if sum, err := data.FileSum(path, "MD5"); err != nil || sum != d.MD5 {
				return nil, false
			}
		}
		if kind, _ := d.Sum(); (kind == "" || d.Archive) && noted[name] == "" {
			return nil, false // nothing to know it by
		}
	}
	return sums, true
}

func readManifest(dir string) map[string]string {
	known := map[string]string{}
	content, _ := os.ReadFile(filepath.Join(dir, data.ManifestName)) // an unreadable one is written anew
	for _, line := range strings.Split(string(content), "\n") {
		if sum, name, ok := strings.Cut(line, "  "); ok {
			known[name] = sum
		}
	}
	return known
}

// writeManifest notes the checksums of what is there.
func writeManifest(dir string, sums map[string]string) error {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&text, "%s  %s\n", sums[name], name)
	}
	path := filepath.Join(dir, data.ManifestName)
	if err := os.WriteFile(path+".part", []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("data: %w", explain(err, path))
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("data: %w", explain(err, path))
	}
	return nil
}
