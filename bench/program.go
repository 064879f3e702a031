package bench

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

//go:embed peers/torch_peer.py
var torchPeer string

// program is one side of the benchmarks: a process that takes commands.
type program struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	idle float64 // its memory before anything was set up, in bytes
}

// Self is how this executable is started so that it calls Serve.
type Self struct {
	Path string
	Args []string
}

// starter starts a program with a number of threads.
type starter func(threads int) (*program, error)

func (s Self) start(threads int) (*program, error) {
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Env = append(os.Environ(), fmt.Sprint("FLUXION_THREADS=", threads), fmt.Sprint("GOMAXPROCS=", threads))
	return start(cmd)
}

// startTorch starts PyTorch. It fails if there is no Python with torch.
func startTorch(threads int) (*program, error) {
	var last error
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		p, err := start(exec.Command(python, "-u", "-c", torchPeer, strconv.Itoa(threads)))
		if err == nil {
			return p, nil
		}
		last = fmt.Errorf("%s has no torch (Debian's package is python3-torch)", python)
	}
	return nil, last
}

// start starts a process and waits until it is ready.
func start(cmd *exec.Cmd) (*program, error) {
	p := &program{cmd: cmd}
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.out.ReadString('\n')
	name, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		cmd.Wait()
		return nil, fmt.Errorf("%s did not start", cmd.Path)
	}
	p.name = name
	if p.idle, err = p.number("peak"); err != nil {
		return nil, err
	}
	return p, nil
}

// ask sends a command and returns the answer's words.
func (p *program) ask(command string) ([]string, error) {
	fmt.Fprintln(p.in, command)
	s, err := p.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s ended at %q: %v", p.name, command, err)
	}
	return strings.Fields(s), nil
}

// numbers asks for numbers.
func (p *program) numbers(command string, n int) ([]float64, error) {
	words, err := p.ask(command)
	if err != nil {
		return nil, err
	}
	out := make([]float64, 0, n)
	for _, w := range words {
		x, err := strconv.ParseFloat(w, 64)
		if err != nil {
			break
		}
		out = append(out, x)
	}
	if len(out) != n {
		return nil, fmt.Errorf("%s answers %q with %q", p.name, command, strings.Join(words, " "))
	}
	return out, nil
}

func (p *program) number(command string) (float64, error) {
	x, err := p.numbers(command, 1)
	if err != nil {
		return 0, err
	}
	return x[0], nil
}

// setup makes a workload ready. ok is false if the program does not have it.
func (p *program) setup(name string) (compile time.Duration, ok bool, err error) {
	words, err := p.ask("setup " + name)
	switch {
	case err != nil:
		return 0, false, err
	case len(words) == 1 && words[0] == "none":
		return 0, false, nil
	case len(words) == 2 && words[0] == "ok":
		s, err := strconv.ParseFloat(words[1], 64)
		return seconds(s), true, err
	}
	return 0, false, fmt.Errorf("%s cannot set up %s: %q", p.name, name, words)
}

// run takes n steps.
func (p *program) run(n int) (time.Duration, error) {
	s, err := p.number(fmt.Sprintf("run %d", n))
	return seconds(s), err
}

func seconds(s float64) time.Duration { return time.Duration(s * 1e9) }

func (p *program) close() {
	if p != nil {
		p.in.Close()
		p.cmd.Wait()
	}
}
