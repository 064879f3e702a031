package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Checkpoints is a folder with the last checkpoints of one run. Only one
// process writes to it at a time.
type Checkpoints struct {
	// Dir is the folder. It is made when the first checkpoint is.
	Dir string
	// Keep is how many checkpoints stay; 0 is all of them.
	Keep int
}

// Checkpoint is a file in the folder.
type Checkpoint struct {
	Path string
	Step int
}

const (
	filePrefix = "step-"
	fileSuffix = ".safetensors"
)

// List gives the checkpoints that are there, oldest first. A folder that does
// not exist has none.
func (c Checkpoints) List() ([]Checkpoint, error) {
	files, err := os.ReadDir(c.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot list checkpoints in %s: %w", c.Dir, reason(err))
	}
	var out []Checkpoint
	for _, f := range files {
		digits, ok := strings.CutPrefix(f.Name(), filePrefix)
		digits, end := strings.CutSuffix(digits, fileSuffix)
		if step, err := strconv.Atoi(digits); ok && end && err == nil && step >= 0 {
			out = append(out, Checkpoint{filepath.Join(c.Dir, f.Name()), step})
		}
	}
	slices.SortFunc(out, func(a, b Checkpoint) int { return a.Step - b.Step })
	return out, nil
}

// Latest is the checkpoint with the highest step; ok is false if there is none.
func (c Checkpoints) Latest() (latest Checkpoint, ok bool, err error) {
	all, err := c.List()
	if err != nil || len(all) == 0 {
		return Checkpoint{}, false, err
	}
	return all[len(all)-1], true, nil
}

// Save stores a checkpoint as step-NNNNNNNNN.safetensors and then removes the
// oldest until Keep of those up to this step are left. It gives the file's path.
func (c Checkpoints) Save(tree any, meta Meta) (string, error) {
	if c.Keep < 0 {
		return "", fmt.Errorf("cannot save in %s: %d checkpoints are to be kept; it must not be negative", c.Dir, c.Keep)
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return "", fmt.Errorf("cannot make the folder %s: %w", c.Dir, reason(err))
	}
	path := filepath.Join(c.Dir, fmt.Sprintf("%s%09d%s", filePrefix, meta.Step, fileSuffix))
	if err := Save(path, tree, meta); err != nil {
		return "", err
	}
	return path, c.prune(meta.Step)
}

// prune removes what is not kept, and what a killed process left unfinished.
// Checkpoints of later steps are another run's, and stay.
func (c Checkpoints) prune(step int) error {
	all, err := c.List()
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(p Checkpoint) bool { return p.Step > step })
	var remove []string
	if c.Keep > 0 && len(all) > c.Keep {
		for _, p := range all[:len(all)-c.Keep] {
			remove = append(remove, p.Path)
		}
	}
	files, err := os.ReadDir(c.Dir)
	if err != nil {
		return fmt.Errorf("cannot list %s: %w", c.Dir, reason(err))
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), temporary) {
			remove = append(remove, filepath.Join(c.Dir, f.Name()))
		}
	}
	for _, path := range remove {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove %s: %w", path, reason(err))
		}
	}
	return nil
}
