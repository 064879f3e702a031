package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by release builds with -ldflags "-X main.version=v1.2.3".
var version string

type versionJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source, if known
	Modified bool   `json:"modified,omitempty"` // the source had changes beyond it
	Go       string `json:"go"`
	System   string `json:"system"`
}

func versionInfo() versionJSON {
	v := versionJSON{Version: version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Revision = s.Value
			case "vcs.modified":
				v.Modified = s.Value == "true"
			}
		}
		if v.Version == "" && info.Main.Version != "(devel)" {
			v.Version = info.Main.Version
		}
	}
	if v.Version == "" {
		v.Version = "development"
	}
	return v
}

// versionName is one word for the record of a run.
func versionName() string {
	v := versionInfo()
	name := v.Version
	if v.Revision != "" {
		name += "+" + v.Revision[:min(12, len(v.Revision))]
	}
	if v.Modified {
		name += "-modified"
	}
	return name
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			s := newScreen(a.out)
			v := versionInfo()
			if asJSON {
				return s.json(v)
			}
			s.printf("fluxion %s, %s, %s\n", versionName(), v.Go, v.System)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
