package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/fluxion-go/fluxion/bench"
	"github.com/spf13/cobra"
)

func (a *app) benchCommand() *cobra.Command {
	o := bench.Options{}
	var list, serve bool
	var profile string
	var runs int
	c := &cobra.Command{
		Use:   "bench",
		Short: "Time workloads beside PyTorch and the limits of the machine",
		Long: "Runs matrix products, element-wise chains, reductions, convolutions and training\n" +
			"steps, in turns with PyTorch and OpenBLAS if they are installed (Debian's\n" +
			"python3-torch and libopenblas-dev), and prints medians. A ratio below 1 means\n" +
			"that fluxion is faster, a star that the goal is met; \"limit\" is the share of the\n" +
			"time that the machine would need at its own limits. Nothing else should run\n" +
			"meanwhile.",
		Example: "  fluxion bench                        # everything, in some minutes\n" +
			"  fluxion bench --only mlp,gpt         # workloads with these in their names\n" +
			"  fluxion bench --profile mlp-adam     # where a workload's time goes",
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case serve:
				return bench.Serve(os.Stdin, a.out)
			case list:
				bench.List(a.out)
				return nil
			case profile != "":
				return bench.Profile(profile, runs, a.out)
			}
			path, err := os.Executable()
			if err != nil {
				return fmt.Errorf("cannot find the program's own file: %v", err)
			}
			o.Self = bench.Self{Path: path, Args: []string{"bench", "--serve"}}
			return bench.Run(c.Context(), o, a.out)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "only workloads whose names contain one of these")
	f.IntVar(&o.Pairs, "pairs", 5, "pairs of runs for each workload, from 1")
	f.IntVar(&o.Threads, "threads", runtime.GOMAXPROCS(0), "threads of both programs, from 1")
	f.BoolVar(&o.JSON, "json", false, "print a line of JSON for each workload")
	f.BoolVar(&list, "list", false, "list the workloads")
	f.StringVar(&profile, "profile", "", "profile this workload, step by step")
	f.IntVar(&runs, "runs", 10, "runs of a profile, from 1")
	f.BoolVar(&serve, "serve", false, "take commands from standard input")
	f.MarkHidden("serve")
	return c
}
