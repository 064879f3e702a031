package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

//go:embed peers/torch_peer.py
var torchPeer string

// peer is another program that runs the same workloads on command.
type peer struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
}

// startTorch starts PyTorch with the given number of threads. It fails if
// there is no Python with torch.
func startTorch(threads int) (*peer, error) {
	var last error = fmt.Errorf("no python3 on the path")
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		p := &peer{cmd: exec.Command(python, "-u", "-c", torchPeer, strconv.Itoa(threads))}
		var err error
		if p.in, err = p.cmd.StdinPipe(); err != nil {
			return nil, err
		}
		out, err := p.cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		p.out = bufio.NewReader(out)
		if err := p.cmd.Start(); err != nil {
			last = err
			continue
		}
		line, err := p.line()
		if f := strings.Fields(line); err == nil && len(f) == 3 && f[0] == "ready" {
			p.name = fmt.Sprintf("PyTorch %s, %s threads", f[1], f[2])
			return p, nil
		}
		p.cmd.Wait()
		last = fmt.Errorf("%s has no torch (Debian's package is python3-torch)", python)
	}
	return nil, last
}

func (p *peer) line() (string, error) {
	s, err := p.out.ReadString('\n')
	return strings.TrimSpace(s), err
}

func (p *peer) setup(workload string) error {
	fmt.Fprintln(p.in, "setup", workload)
	if s, err := p.line(); err != nil || s != "ok" {
		return fmt.Errorf("%s cannot set up %s: %q, %v", p.name, workload, s, err)
	}
	return nil
}

// run takes n steps and returns the time that they took.
func (p *peer) run(n int) (time.Duration, error) {
	fmt.Fprintln(p.in, "run", n)
	s, err := p.line()
	if err != nil {
		return 0, err
	}
	seconds, err := strconv.ParseFloat(s, 64)
	return time.Duration(seconds * 1e9), err
}

func (p *peer) close() {
	p.in.Close()
	p.cmd.Wait()
}
