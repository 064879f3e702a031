package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// everyWord writes each instruction that there is an encoding of, with registers
// whose bits tell the fields apart.
func everyWord() string {
	var s source
	const d, n, m = 29, 18, 7
	for _, e := range elems {
		for _, name := range slices.Sorted(maps.Keys(neonThree)) {
			s.three(name, e, d, n, m)
		}
		for _, name := range slices.Sorted(maps.Keys(neonTwo)) {
			s.two(name, e, d, n)
		}
		for _, count := range []int{1, e.bits - 1} {
			s.shift("shl", e, d, n, count)
			s.shift("ushr", e, d, n, count)
		}
		for lane := range neon.lanes(e) {
			s.fmlaLane(e, d, n, m, lane)
			s.fmlaLane(e, m, d, n, lane)
		}
		s.spread(e, d, n)
		s.toGeneral(e, 9, n)
	}
	for _, name := range slices.Sorted(maps.Keys(neonBits)) {
		s.bits(name, d, n, m)
	}
	for _, name := range slices.Sorted(maps.Keys(neonWidths)) {
		name, to, _ := strings.Cut(name, ".")
		s.resize(name, to, d, n)
	}
	s.not(d, n)
	s.copy(d, n)
	s.zero(d)
	s.pairwiseMax(d, n)
	return s.String()
}

var wordLine = regexp.MustCompile(`(?m)^\tWORD \$(0x[0-9a-f]{8}) // (.*)$`)

// words returns the codes in text by instruction.
func words(t *testing.T, text string) map[string]uint32 {
	out := map[string]uint32{}
	for _, m := range wordLine.FindAllStringSubmatch(text, -1) {
		code, err := strconv.ParseUint(m[1], 0, 32)
		if err != nil {
			t.Fatal(err)
		}
		out[m[2]] = uint32(code)
	}
	if n := strings.Count(text, "WORD"); n == 0 || n != len(wordLine.FindAllString(text, -1)) {
		t.Fatalf("%d words, not all of them with their instruction", n)
	}
	return out
}

// TestEncodings compares every encoding with GNU as's, version 2.40.
func TestEncodings(t *testing.T) {
	got := words(t, everyWord())
	for text, code := range got {
		if want, ok := assembled[text]; !ok || code != want {
			t.Errorf("%s: %#08x, want %#08x", text, code, want)
		}
	}
	if len(got) != len(assembled) {
		t.Errorf("%d instructions, %d recorded", len(got), len(assembled))
	}
}

// TestAssembler compares all words of the generated files with the assembler of
// binutils for aarch64, where it is installed.
func TestAssembler(t *testing.T) {
	as, err := exec.LookPath("aarch64-linux-gnu-as")
	if err != nil {
		t.Skip("no assembler for arm64")
	}
	var texts []string
	codes := words(t, everyWord())
	for name, text := range generate("..") {
		if strings.HasSuffix(name, "_arm64.s") {
			maps.Copy(codes, words(t, text))
		}
	}
	texts = slices.Sorted(maps.Keys(codes))
	dir := t.TempDir()
	in, object := filepath.Join(dir, "words.s"), filepath.Join(dir, "words.o")
	if err := os.WriteFile(in, []byte(strings.Join(texts, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// -a lists each line as: number, offset, the four bytes in order, text.
	list, err := exec.Command(as, "-aln", "-o", object, in).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, list)
	}
	seen := 0
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		if len(f) < 4 || len(f[2]) != 8 {
			continue
		}
		i, err := strconv.Atoi(f[0])
		if err != nil {
			continue
		}
		c := codes[texts[i-1]]
		if want := fmt.Sprintf("%02X%02X%02X%02X", byte(c), byte(c>>8), byte(c>>16), byte(c>>24)); f[2] != want {
			t.Errorf("%s: written as %s, the assembler says %s", texts[i-1], want, f[2])
		}
		seen++
	}
	if seen != len(texts) {
		t.Errorf("%d lines of the assembler for %d instructions\n%.500s", seen, len(texts), list)
	}
}
