package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// formatVersion is the version of the files of a run directory. A reader
// refuses any other.
const formatVersion = 1

// directory is where a run keeps its files:
//
//	config.json    what was run
//	common.json    what Paper.Common recorded
//	seed-3.json    what seed 3 recorded
//	results.json   verdicts and statistics, when all seeds are done
//	metrics.csv    every scalar, timing and point
//	report.md      the same for a reader
//	figures/       SVG and PNG
//
// Every file appears complete or not at all.
type directory struct{ path string }

type configFile struct {
	Format  string `json:"format"`
	Version int    `json:"format_version"`
	Config  Config `json:"config"`
	Digest  string `json:"config_digest"`
}

type recordFile struct {
	Format  string  `json:"format"`
	Version int     `json:"format_version"`
	Part    string  `json:"part"`
	Config  string  `json:"config_digest"`
	Digest  string  `json:"record_digest"`
	MadeBy  string  `json:"made_by"`
	Seconds Float   `json:"seconds"`
	Record  *Record `json:"record"`
}

const (
	configFormat = "fluxion-run"
	recordFormat = "fluxion-record"
)

func recordName(seed uint64) string { return fmt.Sprintf("seed-%d.json", seed) }

const commonFile = "common.json"

// createDirectory makes an empty run directory. An existing one must be empty.
func createDirectory(path string) (directory, error) {
	entries, err := os.ReadDir(path)
	switch {
	case err == nil && len(entries) > 0:
		if _, err := os.Stat(filepath.Join(path, "config.json")); err == nil {
			return directory{}, fmt.Errorf("%s already holds a run: continue it with --resume %s, or choose another folder", path, path)
		}
		return directory{}, fmt.Errorf("%s is not empty: choose another folder", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return directory{}, fmt.Errorf("cannot use %s as run directory: %w", path, reason(err))
	}
	if err := os.MkdirAll(filepath.Join(path, "figures"), 0o755); err != nil {
		return directory{}, fmt.Errorf("cannot make the run directory %s: %w", path, reason(err))
	}
	return directory{path}, nil
}

// openDirectory reads the configuration of an existing run.
func openDirectory(path string) (directory, Config, error) {
	d := directory{path}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return d, Config{}, fmt.Errorf("%s: there is no such run directory", path)
	}
	var file configFile
	err := d.readJSON("config.json", &file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, Config{}, fmt.Errorf("%s is not a run directory: it has no config.json", path)
	case err != nil:
		return d, Config{}, err
	case file.Format != configFormat:
		return d, Config{}, fmt.Errorf("%s is not a run directory: its config.json is something else", path)
	case file.Version != formatVersion:
		return d, Config{}, fmt.Errorf("%s has format %d, this version of fluxion reads format %d", path, file.Version, formatVersion)
	case file.Config.Digest() != file.Digest:
		return d, Config{}, fmt.Errorf("%s: config.json was changed after the run was begun", path)
	}
	if _, err := ParseScale(string(file.Config.Scale)); err != nil {
		return d, Config{}, fmt.Errorf("%s: config.json: %w", path, err)
	}
	return d, file.Config, nil
}

func (d directory) join(name string) string { return filepath.Join(d.path, name) }

func (d directory) writeConfig(c Config) error {
	return d.writeJSON("config.json", configFile{configFormat, formatVersion, c, c.Digest()}, true)
}

func (d directory) writeRecord(name string, c Config, seconds float64, r *Record) error {
	part := strings.TrimSuffix(name, ".json")
	return d.writeJSON(name, recordFile{recordFormat, formatVersion, part, c.Digest(), r.Digest(), c.Version,
		Float(seconds), r}, false)
}

// readRecord reads a stored record. It returns nil without an error if there is
// none, and an error if there is one that cannot be trusted.
func (d directory) readRecord(name string, c Config) (*recordFile, error) {
	var file recordFile
	err := d.readJSON(name, &file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	path, again := d.join(name), "delete the file to run this part again"
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w; %s", err, again)
	case file.Format != recordFormat:
		return nil, fmt.Errorf("%s is not a record of fluxion; %s", path, again)
	case file.Version != formatVersion:
		return nil, fmt.Errorf("%s has format %d, this version of fluxion reads format %d", path, file.Version, formatVersion)
	case file.Part+".json" != name:
		return nil, fmt.Errorf("%s holds the record of %s; %s", path, file.Part, again)
	case file.Config != c.Digest():
		return nil, fmt.Errorf("%s belongs to a run with another configuration; %s", path, again)
	case file.Record == nil || file.Record.Digest() != file.Digest:
		return nil, fmt.Errorf("%s is damaged: its contents do not have the digest that is written in it; %s", path, again)
	}
	return &file, nil
}

func (d directory) readJSON(name string, into any) error {
	data, err := os.ReadFile(d.join(name))
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	err = decoder.Decode(into)
	if err == nil && decoder.More() {
		err = fmt.Errorf("something follows the end")
	}
	if err != nil {
		return fmt.Errorf("%s is damaged: %w", d.join(name), err)
	}
	return nil
}

func (d directory) writeJSON(name string, value any, indent bool) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if indent {
		encoder.SetIndent("", "  ")
	}
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("cannot write %s: %w", d.join(name), err)
	}
	return d.write(name, out.Bytes())
}

// write stores a file so that after a crash there is the old one or the new
// one, never a part.
func (d directory) write(name string, data []byte) error {
	if err := writeAtomic(d.join(name), data); err != nil {
		return fmt.Errorf("cannot write %s: %w", d.join(name), reason(err))
	}
	return nil
}

func writeAtomic(path string, data []byte) error {
	folder := filepath.Dir(path)
	temp, err := os.CreateTemp(folder, temporary+"*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once renamed, as it should
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if err == nil {
		err = temp.Sync()
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncFolder(folder)
}

const temporary = ".unfinished-"

// syncFolder makes a rename durable. Windows can not do that and need not.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// removeUnfinished deletes temporary files that a killed run left behind.
func (d directory) removeUnfinished() {
	for _, pattern := range []string{temporary + "*", filepath.Join("figures", temporary+"*")} {
		found, _ := filepath.Glob(d.join(pattern))
		for _, path := range found {
			os.Remove(path)
		}
	}
}

// reason strips the path from a file error, which the message names already.
func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
