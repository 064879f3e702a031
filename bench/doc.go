// Package bench times fluxion's workloads beside PyTorch and OpenBLAS and
// against what the machine itself can do; `fluxion bench` is its command.
//
// Every side is a program of its own that takes commands from a pipe: fluxion
// (this executable again, with a number of threads), and Python with torch,
// which also calls OpenBLAS directly (Debian's python3-torch and
// libopenblas-dev). Runs alternate, one of each side at a time, and the table
// gives medians: on a busy machine the ratio of a pair means more than either
// time. Without the peers the table has only our own figures and their share
// of the machine's limits.
package bench
