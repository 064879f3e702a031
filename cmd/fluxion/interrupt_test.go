//go:build !windows && !js

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt sends a running program the signal of Ctrl-C once the first
// seed is stored, resumes, and interrupts twice.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	dir := filepath.Join(t.TempDir(), "run")
	program := func(args ...string) (*exec.Cmd, *strings.Builder) {
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), "FLUXION_TOY=1")
		var errors strings.Builder
		c.Stderr = &errors
		return c, &errors
	}
	c, errors := program("run", "slow", "--out", dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		if _, err := os.Stat(filepath.Join(dir, "seed-0.json")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			c.Process.Kill()
			t.Fatal("no seed was stored")
		}
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
	c.Process.Signal(os.Interrupt)
	begun := time.Now()
	c.Wait()
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if status := c.ProcessState.ExitCode(); status != 130 {
		t.Errorf("status %d, want 130; errors\n%s", status, errors)
	}
	for _, want := range []string{"seed 0: a word from seed 0\n", "seed 0 done after", "Stopping; what is done is kept.",
		"Interrupted: 1 of 3 seeds done and kept. Continue with\n  fluxion run slow --resume " + dir} {
		if !strings.Contains(errors.String(), want) {
			t.Errorf("errors do not say %q:\n%s", want, errors)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "seed-1.json")); err == nil {
		t.Error("the interrupted seed was stored")
	}

	c, errors = program("run", "slow", "--resume", dir)
	c.Start()
	time.Sleep(500 * time.Millisecond)
	c.Process.Signal(syscall.SIGTERM)
	c.Wait()
	if status := c.ProcessState.ExitCode(); status != 130 || !strings.Contains(errors.String(), "1 of 3 seeds") {
		t.Errorf("second time: status %d\n%s", status, errors)
	}
	if strings.Contains(errors.String(), "seed 0") {
		t.Errorf("seed 0 was run again:\n%s", errors)
	}
}

// TestInterruptedComparison: the seeds that were done are kept and printed.
func TestInterruptedComparison(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	dir := t.TempDir()
	said, err := os.Create(filepath.Join(dir, "errors"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0], "compare", "quadratic", "sgd", "--rates", "0.1", "--steps", "4000", "--seeds", "1000", "--threads", "1", "--out", filepath.Join(dir, "run"))
	c.Env = append(os.Environ(), "FLUXION_TOY=1")
	var out strings.Builder
	c.Stdout, c.Stderr = &out, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	errors := func() string {
		text, _ := os.ReadFile(said.Name())
		return string(text)
	}
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(errors(), "seed 0 done"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.Process.Kill()
			t.Fatalf("no seed was done: %s", errors())
		}
	}
	c.Process.Signal(os.Interrupt)
	c.Wait()
	if status := c.ProcessState.ExitCode(); status != 130 || !strings.Contains(errors(), " of 1000 seeds done and kept.") {
		t.Errorf("status %d: %s", status, errors())
	}
	if _, err := os.Stat(filepath.Join(dir, "run", "results.json")); err != nil || !strings.Contains(out.String(), "Ranking by loss") {
		t.Errorf("results: %v, output %q", err, out.String())
	}
}
