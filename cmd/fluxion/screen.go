package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fluxion-go/fluxion/study"
	"golang.org/x/term"
)

// screen is a place to write to, and what it can show.
type screen struct {
	io.Writer
	terminal bool
	color    bool
}

// newScreen finds out whether w is a terminal. Colours are off where the
// environment variable NO_COLOR is set (https://no-color.org) or TERM is dumb.
func newScreen(w io.Writer) *screen {
	s := &screen{Writer: w}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		s.terminal = true
		s.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return s
}

// width is the number of characters in a line: 80 where that is unknown.
func (s *screen) width() int {
	if file, ok := s.Writer.(*os.File); ok && s.terminal {
		if w, _, err := term.GetSize(int(file.Fd())); err == nil && w > 0 {
			return max(w, 20)
		}
	}
	return 80
}

// textWidth is a good width for sentences.
func (s *screen) textWidth() int { return min(s.width(), 100) }

func (s *screen) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// ANSI codes of the few styles in use.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (s *screen) style(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func statusColor(status study.Status) string {
	switch status {
	case study.Reproduced:
		return green
	case study.NotReproduced:
		return red
	case study.Inconclusive:
		return yellow
	}
	return dim
}

// paragraph prints text wrapped to the width, every line after an indent.
func (s *screen) paragraph(indent, text string) {
	for _, line := range study.Wrap(text, s.textWidth()-len(indent)) {
		s.printf("%s%s\n", indent, line)
	}
}

// prose prints a text of several paragraphs. Lines that begin with a space or a
// tab are kept as they are: formulas, lists.
func (s *screen) prose(text string) {
	var pending []string
	flush := func() {
		if len(pending) > 0 {
			s.paragraph("", strings.Join(pending, " "))
		}
		pending = nil
	}
	for _, line := range strings.Split(strings.Trim(text, "\n"), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			flush()
			s.printf("\n")
		case line[0] == ' ' || line[0] == '\t':
			flush()
			s.printf("%s\n", strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " "))
		default:
			pending = append(pending, line)
		}
	}
	flush()
}

func (s *screen) heading(text string) { s.printf("%s\n", s.style(bold, text)) }

// json prints a value for machines.
func (s *screen) json(value any) error {
	encoder := json.NewEncoder(s)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// shorten cuts a text to a number of characters.
func shorten(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	return strings.TrimRight(string(runes[:width-1]), " ") + "…"
}
