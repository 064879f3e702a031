package data

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ManifestName is the file beside a data set that fluxion data get writes: the
// SHA-256 of every file as it came, in the format of sha256sum.
const ManifestName = "SHA256SUMS"

// Inspection is what [Inspect] found of a data set.
type Inspection struct {
	Name string `json:"name"`
	Dir  string `json:"dir"`
	// Present tells that all files are there; Valid, that they also have the
	// right checksums and can be read.
	Present bool `json:"present"`
	Valid   bool `json:"valid"`
	// Found says in words what was read.
	Found string      `json:"found,omitempty"`
	Files []FileState `json:"files,omitempty"`
	// Problem is what is wrong with the whole.
	Problem string `json:"problem,omitempty"`
}

// FileState is what was found of one file.
type FileState struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes; -1 if it is missing
	// By is what the content was compared with: "SHA-256" or "MD5" of the
	// published file, "SHA-256 when downloaded", or "format only" where
	// there is nothing to compare with.
	By      string `json:"by,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// Inspect looks at the files of a data set in dir, or in its default directory
// if dir is "". With deep it computes checksums and reads everything, else it
// only sees whether the files are there. Errors are those of an unknown set
// and of a directory that cannot be looked at; what is wrong with files is part
// of the state.
func Inspect(name, dir string, deep bool) (Inspection, error) {
	source, err := findSource(name)
	if err != nil {
		return Inspection{}, err
	}
	if !source.Files {
		return Inspection{Name: name, Present: true, Valid: true, Found: "built in"}, nil
	}
	if dir == "" {
		if dir, err = DefaultDir(name); err != nil {
			return Inspection{}, err
		}
	}
	s := Inspection{Name: name, Dir: dir, Present: true}
	known, err := readManifest(dir)
	if err != nil {
		s.Problem = err.Error()
	}
	for _, d := range source.Downloads {
		if d.Archive {
			for _, inside := range d.Holds {
				s.look(inside, "", "", known, deep)
			}
			continue
		}
		kind, sum := d.Sum()
		s.look(d.Name, kind, sum, known, deep)
	}
	if !s.Present || !deep {
		return s, nil
	}
	if s.Found, err = source.check(dir); err != nil {
		s.Problem = strings.TrimPrefix(err.Error(), "data: ")
	}
	s.Valid = s.Problem == "" && !slices.ContainsFunc(s.Files, func(f FileState) bool { return f.Problem != "" })
	return s, nil
}

// look adds the state of a file.
func (s *Inspection) look(name, kind, sum string, known map[string]string, deep bool) {
	f := FileState{Name: name, Size: -1}
	path := s.find(name)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Problem, s.Present = "missing", false
	case err != nil:
		f.Problem, s.Present = err.Error(), false
	case !info.Mode().IsRegular():
		f.Problem, s.Present = "not a file", false
	default:
		f.Size = info.Size()
		if deep {
			if path == strings.TrimSuffix(filepath.Join(s.Dir, name), ".gz") && strings.HasSuffix(name, ".gz") {
				kind = "" // it was unpacked, and has another checksum
			} else if kind == "" && known[name] != "" {
				kind, sum = "SHA-256 when downloaded", known[name]
			}
			f.By, f.Problem = compare(path, kind, sum)
		}
	}
	s.Files = append(s.Files, f)
}

// find is the path of a file under one of the names that its reader takes: as
// it is published, unpacked, without the archive's folder, or by the set's
// name.
func (s *Inspection) find(name string) string {
	path := filepath.Join(s.Dir, filepath.FromSlash(name))
	others := []string{path, strings.TrimSuffix(path, ".gz"), filepath.Join(s.Dir, filepath.Base(path))}
	if filepath.Ext(path) == ".txt" {
		others = append(others, filepath.Join(s.Dir, s.Name+".txt"))
	}
	for _, other := range others {
		if _, err := os.Stat(other); err == nil {
			return other
		}
	}
	return path
}

// compare computes a file's checksum.
func compare(path, kind, sum string) (by, problem string) {
	if kind == "" {
		return "format only", ""
	}
	got, err := FileSum(path, kind)
	switch {
	case err != nil:
		return kind, err.Error()
	case got != sum:
		return kind, fmt.Sprintf("damaged: its %s is %s, expected %s", strings.TrimSuffix(kind, " when downloaded"), got, sum)
	}
	return kind, ""
}

// FileSum is the checksum of a file, in hexadecimal digits: MD5 if kind says
// so, else SHA-256.
func FileSum(path, kind string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	var h hash.Hash = sha256.New()
	if kind == "MD5" {
		h = md5.New() // where a set publishes nothing better; it finds damage
	}
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("data: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readManifest reads the checksums that were noted at the download; none if
// there is no such file.
func readManifest(dir string) (map[string]string, error) {
	f, err := os.Open(filepath.Join(dir, ManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	known := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(sum) != 2*sha256.Size {
			return nil, &FormatError{File: f.Name(), Line: n, Problem: "expected a SHA-256 and a name, two spaces between"}
		}
		known[name] = sum
	}
	return known, lines.Err()
}
