package train

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// temporary begins the names of files that are being written.
const temporary = ".unfinished-"

// writeAtomic stores a file so that after a crash there is the old one or the
// new one at path, never a part: write fills a temporary file in the same
// folder, which is forced to disk and renamed.
func writeAtomic(path string, write func(*os.File) error) error {
	folder := filepath.Dir(path)
	temp, err := os.CreateTemp(folder, temporary+"*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once it is renamed, as it should
	err = write(temp)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if err == nil {
		err = temp.Sync()
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes a rename durable. Windows and browsers have no such call.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// reason is a file error without the path, which the message names already.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
