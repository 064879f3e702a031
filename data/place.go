package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// DirVariable is the environment variable that names the directory of all data
// sets.
const DirVariable = "FLUXION_DATA"

// DefaultDir is where a data set lies unless told otherwise: the folder of its
// name in the directory that the environment variable FLUXION_DATA names, or
// else in fluxion/data under the user's cache directory. It is an error if
// there is neither.
func DefaultDir(name string) (string, error) {
	base := os.Getenv(DirVariable)
	if base == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("data: no directory for data sets: set %s (%w)", DirVariable, err)
		}
		base = filepath.Join(cache, "fluxion", "data")
	}
	return filepath.Join(base, name), nil
}

// place resolves the directory of a set.
func (s Source) place(dir string) (string, error) {
	switch {
	case !s.Files && dir != "":
		return "", fmt.Errorf("data: %s is built in and reads no files, but the data directory %s is given: name the data set that is there, or leave out --data-dir", s.Name, dir)
	case !s.Files || dir != "":
		return dir, nil
	}
	dir, err := DefaultDir(s.Name)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("data: %s is read from files, which are not in %s: %s", s.Name, dir, s.Advice)
	}
	return dir, nil
}

// OpenText returns the text called name, such as "tinyshakespeare", read from
// directory dir as [Open] reads images.
func OpenText(name, dir string) (*Corpus, error) {
	source, err := findSource(name)
	switch {
	case err != nil:
		return nil, err
	case source.Holds != HoldsText:
		return nil, fmt.Errorf("data: %s is a set of %s, not a text", name, source.Holds)
	}
	if dir, err = source.place(dir); err != nil {
		return nil, err
	}
	return loadCorpus(name, dir)
}

// loadCorpus reads input.txt or NAME.txt.
func loadCorpus(name, dir string) (*Corpus, error) {
	for _, file := range []string{"input.txt", name + ".txt"} {
		corpus, err := LoadText(filepath.Join(dir, file))
		if err == nil {
			corpus.Name = name
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return corpus, err
		}
	}
	return nil, fmt.Errorf("data: %s: %s has no file input.txt or %s.txt; get it with: fluxion data get %s", name, dir, name, name)
}

// OpenSparse returns the rows of the LIBSVM set called name, such as "a9a", read
// from directory dir as [Open] reads images. test is nil where the set has no
// test file.
func OpenSparse(name, dir string) (train, test *Sparse, err error) {
	source, err := findSource(name)
	switch {
	case err != nil:
		return nil, nil, err
	case source.Holds != HoldsRows:
		return nil, nil, fmt.Errorf("data: %s is a set of %s, not of rows", name, source.Holds)
	}
	if dir, err = source.place(dir); err != nil {
		return nil, nil, err
	}
	for _, s := range libsvmSets {
		if s.name == name {
			return s.load(dir)
		}
	}
	return nil, nil, fmt.Errorf("data: %s: nothing reads it", name)
}

func (s libsvmSet) load(dir string) (train, test *Sparse, err error) {
	if train, err = LoadLIBSVM(filepath.Join(dir, s.name), s.cols); err != nil {
		return nil, nil, s.missing(dir, err)
	}
	if s.test > 0 {
		if test, err = LoadLIBSVM(filepath.Join(dir, s.name+".t"), s.cols); err != nil {
			return nil, nil, s.missing(dir, err)
		}
	}
	return train, test, nil
}

func (s libsvmSet) missing(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; get it with: fluxion data get %s", err, s.name)
	}
	return err
}

// check compares the number of rows with the published one.
func (s libsvmSet) check(dir string) (string, error) {
	train, test, err := s.load(dir)
	if err != nil {
		return "", err
	}
	found := fmt.Sprintf("%d rows", train.Rows)
	if train.Rows != s.rows {
		return "", fmt.Errorf("data: %s: %d rows, the set has %d", train.Name, train.Rows, s.rows)
	}
	if test != nil {
		found += fmt.Sprintf(" and %d to test", test.Rows)
		if test.Rows != s.test {
			return "", fmt.Errorf("data: %s: %d rows, the set has %d", test.Name, test.Rows, s.test)
		}
	}
	return found + fmt.Sprintf(" of %d features", s.cols), nil
}
