package study

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Folder is a directory for the results of something that is no paper's
// experiment, written as carefully as a run directory: every file appears
// complete or not at all.
type Folder struct{ dir directory }

// NewFolder makes a directory, or takes one that is empty. path "" is a new one
// under runs: runs/name/TIME.
func NewFolder(path, name string, now time.Time) (Folder, error) {
	if path == "" {
		base := filepath.Join("runs", name, now.Format("20060102-150405"))
		path = base
		for n := 2; exists(path); n++ {
			path = fmt.Sprintf("%s-%d", base, n)
		}
	}
	d, err := createDirectory(path)
	return Folder{d}, err
}

// Path is the directory's path.
func (f Folder) Path() string { return f.dir.path }

// Join is the path of a file in it.
func (f Folder) Join(name string) string { return f.dir.join(name) }

// Write stores a file.
func (f Folder) Write(name string, content []byte) error { return f.dir.write(name, content) }

// WriteJSON stores a value as indented JSON.
func (f Folder) WriteJSON(name string, value any) error { return f.dir.writeJSON(name, value, true) }

// WriteFigure draws a figure as SVG and PNG into the folder figures, and returns
// the path of the PNG file.
func (f Folder) WriteFigure(figure *Figure) (string, error) {
	svg, png, err := figure.Render()
	if err != nil {
		return "", fmt.Errorf("figure %s: %w", figure.Name, err)
	}
	if err := f.Write("figures/"+figure.Name+".svg", svg); err != nil {
		return "", err
	}
	path := "figures/" + figure.Name + ".png"
	return f.Join(path), f.Write(path, png)
}

// Remove deletes the directory if nothing has been written into it.
func (f Folder) Remove() {
	os.Remove(f.Join("figures"))
	os.Remove(f.dir.path) // fails unless it is empty, as it should
}
