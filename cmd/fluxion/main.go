// Command fluxion lists, explains and runs the papers of the catalogue.
package main

import (
	"os"
	"runtime"
	"time"

	"github.com/fluxion-go/fluxion/papers"
	"github.com/fluxion-go/fluxion/papers/records"
)

func main() {
	a := &app{
		out:       os.Stdout,
		err:       os.Stderr,
		catalogue: papers.All(),
		families:  papers.Families(),
		records:   records.Files,
		now:       time.Now,
		threads:   func(n int) { runtime.GOMAXPROCS(n) },
		exit:      os.Exit,
	}
	os.Exit(a.run(os.Args[1:]))
}
