package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// published makes the record of a toy run and hands it to a new program.
func published(t *testing.T, change func(string) string) (*app, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	if status, _, err := call(t, "verify", "halving", "--record", dir, "--out", filepath.Join(dir, "run")); status != 0 {
		t.Fatalf("status %d: %s", status, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "halving-quick.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	a := toyApp(&out, &errs)
	a.records = fstest.MapFS{"halving-quick.json": {Data: []byte(change(string(data)))}}
	return a, &out, &errs
}

func TestVerify(t *testing.T) {
	a, out, errs := published(t, func(s string) string { return s })
	if status := a.run([]string{"verify", "halving", "--out", t.TempDir() + "/again"}); status != 0 {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	if !strings.Contains(out.String(), "the same bits as published") {
		t.Errorf("printed %q", out)
	}
}

// TestVerifyAll: the flag and the slug are the same.
func TestVerifyAll(t *testing.T) {
	var printed [2]string
	for i, all := range []string{"all", "--all"} {
		a, out, errs := published(t, func(s string) string { return s })
		if status := a.run([]string{"verify", all, "--out", t.TempDir() + "/again"}); status != 0 || out.Len() == 0 {
			t.Fatalf("%s: status %d\n%s%s", all, status, out, errs)
		}
		printed[i], _, _ = strings.Cut(out.String(), "The run is in")
	}
	if printed[0] != printed[1] {
		t.Errorf("all prints %q and --all %q", printed[0], printed[1])
	}
}

// TestVerifyShowsDifferences changes single fields of the record.
func TestVerifyShowsDifferences(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"verdict": {`"status": "reproduced"`, `"status": "not reproduced"`, "claim 1\n    published not reproduced\n    now       reproduced"},
		"digest":  {`"digest": "`, `"digest": "0`, "  digest\n"},
	} {
		t.Run(name, func(t *testing.T) {
			a, out, errs := published(t, func(s string) string {
				if !strings.Contains(s, c.from) {
					t.Fatalf("no %s in the record", c.from)
				}
				return strings.Replace(s, c.from, c.to, 1)
			})
			if status := a.run([]string{"verify", "halving", "--out", t.TempDir() + "/again"}); status != exitNotReproduced {
				t.Fatalf("status %d\n%s%s", status, out, errs)
			}
			if !strings.Contains(out.String(), c.want) {
				t.Errorf("printed\n%s\nwithout %q", out, c.want)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct {
		record string
		args   []string
		want   string
	}{
		{"", []string{"verify", "halving"}, "there is no published record of halving at scale quick"},
		{"{", []string{"verify", "halving"}, "halving-quick.json: no published record"},
		{`{"format":"x"}`, []string{"verify", "halving"}, `format "x" version 0`},
		{"", []string{"verify"}, "needs the slug of a paper"},
		{"", []string{"verify", "--all", "halving"}, `does not know what to do with "halving"`},
		{"", []string{"verify", "halvin"}, "halving"},
		{"", []string{"verify", "halving", "--scale", "huge"}, "huge"},
	} {
		var out, errs bytes.Buffer
		a := toyApp(&out, &errs)
		if c.record != "" {
			a.records = fstest.MapFS{"halving-quick.json": {Data: []byte(c.record)}}
		}
		if status := a.run(c.args); status != exitError || !strings.Contains(errs.String(), c.want) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%v: status %d, %q, want %q", c.args, status, errs.String(), c.want)
		}
	}
}
