package train

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// childDir names the environment variable that makes the test program the
// process to be killed: it trains, and says each step that it has saved.
const childDir = "FLUXION_TEST_KILLED_RUN"

func killedLoop(t testing.TB, dir string) Loop[toy, pair] {
	l := toyLoop(t)
	l.Checkpoints, l.SaveEvery = Checkpoints{Dir: dir, Keep: 3}, 1
	return l
}

func TestKilledChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only runs as the child of TestKill")
	}
	l := killedLoop(t, dir)
	l.Hooks = []Hook[toy]{{Every: 1, Call: func(_ context.Context, step int, _ toy) error {
		fmt.Printf("saved %d\n", step-1)
		time.Sleep(10 * time.Millisecond)
		return nil
	}}}
	mustRun(t, l, newToy())
}

// A process that is killed in the middle of a run, with SIGKILL, is resumed by
// another one: the same bits, batch order included.
func TestKill(t *testing.T) {
	whole := toyLoop(t)
	want := mustRun(t, whole, newToy())
	dir := filepath.Join(t.TempDir(), "points")

	program, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	child := exec.Command(program, "-test.run=^TestKilledChild$", "-test.v")
	child.Env = append(os.Environ(), childDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Skip(err) // no processes here
	}
	killed := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "saved 7" {
			killed = child.Process.Kill() == nil
		}
	}
	if err := child.Wait(); err == nil || !killed {
		t.Fatalf("the child was not killed: %v", err)
	}

	l := killedLoop(t, dir)
	latest, ok, err := l.Checkpoints.Latest()
	if err != nil || !ok || latest.Step < 7 || latest.Step >= 20 {
		t.Fatalf("the child left %v, %v", latest, err)
	}
	l.Resume = true
	got := mustRun(t, l, newToy())
	if err := sameContent(want.State, got.State); err != nil {
		t.Error(err)
	}
	if a, b := want.Reports[len(want.Reports)-1], got.Reports[len(got.Reports)-1]; fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("the last report is %v, want %v", b, a)
	}
}
