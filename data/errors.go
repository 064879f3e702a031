package data

import "fmt"

// FormatError says what is wrong with a file, and where.
type FormatError struct {
	File string
	// Line is the offending line of a text file, counted from 1; 0 for binary
	// formats.
	Line int
	// Row is the offending row of a binary file of rows, counted from 1; 0 for
	// other formats.
	Row int
	// Offset is the position of the offending byte of a binary file, of the
	// content after decompression if Unpacked is set.
	Offset   int64
	Unpacked bool
	// Problem says what was expected and what was found.
	Problem string
	// Err is the cause where there is one, as of a damaged gzip stream.
	Err error
}

func (e *FormatError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("data: %s: line %d: %s", e.File, e.Line, e.Problem)
	}
	if e.Row > 0 {
		return fmt.Sprintf("data: %s: row %d: %s", e.File, e.Row, e.Problem)
	}
	where := ""
	if e.Unpacked {
		where = " after decompression"
	}
	return fmt.Sprintf("data: %s: byte %d%s: %s", e.File, e.Offset, where, e.Problem)
}

func (e *FormatError) Unwrap() error { return e.Err }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
