package study

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Table is a table for a reader.
type Table struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
	Rows    [][]Cell `json:"rows"`
}

// NewTable returns an empty table.
func NewTable(title string, columns ...string) *Table {
	return &Table{Title: title, Columns: columns}
}

// Add appends a row: for each column a string, a bool or a number.
func (t *Table) Add(values ...any) {
	if len(values) != len(t.Columns) {
		panic(fmt.Sprintf("study: table %q: %d entries for %d columns", t.Title, len(values), len(t.Columns)))
	}
	row := make([]Cell, len(values))
	for i, v := range values {
		row[i] = makeCell(v)
	}
	t.Rows = append(t.Rows, row)
}

// Text draws the table with columns at most width characters wide in all, as
// far as wrapping at spaces can do that. Numbers are set to the right. The
// title is not part of it.
func (t *Table) Text(width int) string {
	cells := make([][]string, 0, len(t.Rows)+1)
	cells = append(cells, t.Columns)
	right := make([]bool, len(t.Columns))
	for j := range right {
		right[j] = len(t.Rows) > 0
	}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for j, c := range row {
			line[j] = c.String()
			right[j] = right[j] && !c.IsText
		}
		cells = append(cells, line)
	}
	widths := columnWidths(cells, width)
	var out strings.Builder
	for i, line := range cells {
		writeRow(&out, line, widths, right)
		if i == 0 {
			rule := make([]string, len(widths))
			for j, w := range widths {
				rule[j] = strings.Repeat("─", w)
			}
			writeRow(&out, rule, widths, right)
		}
	}
	return out.String()
}

const columnGap = "  "

// columnWidths gives every column its natural width, and takes from the widest
// until the table fits or only unbreakable words are left.
func columnWidths(cells [][]string, width int) []int {
	n := len(cells[0])
	widths, least := make([]int, n), make([]int, n)
	for _, line := range cells {
		for j, text := range line {
			widths[j] = max(widths[j], utf8.RuneCountInString(text))
			for _, word := range strings.Fields(text) {
				least[j] = max(least[j], utf8.RuneCountInString(word))
			}
		}
	}
	total := (n - 1) * len(columnGap)
	for _, w := range widths {
		total += w
	}
	for ; total > width; total-- {
		widest := -1
		for j := range widths {
			if widths[j] > least[j] && (widest < 0 || widths[j] > widths[widest]) {
				widest = j
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

func writeRow(out *strings.Builder, cells []string, widths []int, right []bool) {
	wrapped, height := make([][]string, len(cells)), 1
	for j, text := range cells {
		wrapped[j] = Wrap(text, widths[j])
		height = max(height, len(wrapped[j]))
	}
	for i := range height {
		var line strings.Builder
		for j := range cells {
			text := ""
			if i < len(wrapped[j]) {
				text = wrapped[j][i]
			}
			pad := strings.Repeat(" ", max(0, widths[j]-utf8.RuneCountInString(text)))
			if j > 0 {
				line.WriteString(columnGap)
			}
			if right[j] {
				line.WriteString(pad + text)
			} else {
				line.WriteString(text + pad)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// Wrap breaks a text into lines of at most width characters, at spaces; longer
// words stay whole.
func Wrap(text string, width int) []string {
	var lines []string
	line, length := "", 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if line != "" && length+1+n > width {
			lines = append(lines, line)
			line, length = "", 0
		}
		if line != "" {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+n
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// Markdown writes the table for report.md.
func (t *Table) Markdown() string {
	var out strings.Builder
	row := func(cells []string) {
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(strings.ReplaceAll(c, "|", `\|`), "\n", " ")
		}
		out.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	row(append([]string(nil), t.Columns...))
	rule := make([]string, len(t.Columns))
	for j := range rule {
		rule[j] = "---"
		if len(t.Rows) > 0 && !t.Rows[0][j].IsText {
			rule[j] = "---:"
		}
	}
	row(rule)
	for _, cells := range t.Rows {
		line := make([]string, len(cells))
		for j, c := range cells {
			line[j] = c.String()
		}
		row(line)
	}
	return out.String()
}
