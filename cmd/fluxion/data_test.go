package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
)

// internet answers every request with a text.
type internet func(r *http.Request) (status int, body string)

func (n internet) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := n(r)
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

func callWith(n internet, args ...string) (status int, out, err string) {
	var stdout, stderr bytes.Buffer
	a := toyApp(&stdout, &stderr)
	a.client = &http.Client{Transport: n}
	status = a.run(args)
	return status, stdout.String(), stderr.String()
}

// TestData gets a set, checks it, damages it, and gets it anew.
func TestData(t *testing.T) {
	home := t.TempDir()
	t.Setenv(data.DirVariable, home)
	const name = "ionosphere_scale"
	asked := 0
	web := func(r *http.Request) (int, string) {
		asked++
		if r.URL.String() != "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary/"+name {
			t.Errorf("asked for %s", r.URL)
		}
		return 200, strings.Repeat("+1 1:1 34:0.5\n", 351)
	}
	dir := filepath.Join(home, name)
	if status, out, _ := callWith(web, "data", "check", name); status != 1 || !strings.Contains(out, name+": incomplete, in "+dir) || !strings.Contains(out, "fluxion data get "+name) {
		t.Errorf("check of nothing: %d\n%s", status, out)
	}
	for range 2 { // the second time it is there
		if status, out, err := callWith(web, "data", "get", name); status != 0 || out != name+" is in "+dir+"\n" {
			t.Errorf("get: %d\n%s%s", status, out, err)
		}
	}
	if asked != 1 {
		t.Errorf("%d requests", asked)
	}
	if status, out, _ := callWith(web, "data", "check"); status != 0 || !strings.Contains(out, name+": good, 351 rows of 34 features, in "+dir+"\n  "+name+"  by SHA-256 when downloaded\n") {
		t.Errorf("check: %d\n%s", status, out)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte("+1 1:2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, _ := callWith(web, "data", "check", name, "--json")
	var states []data.Inspection
	if err := json.Unmarshal([]byte(out), &states); err != nil || status != 1 || len(states) != 1 || states[0].Valid || !strings.HasPrefix(states[0].Files[0].Problem, "damaged: ") {
		t.Errorf("check of damage: %d %v\n%s", status, err, out)
	}
	if status, _, err := callWith(web, "data", "get", name); status != 0 || asked != 2 {
		t.Errorf("get anew: %d after %d requests\n%s", status, asked, err)
	}
	status, out, _ = callWith(web, "data", "list", "--json")
	var list []dataJSON
	if err := json.Unmarshal([]byte(out), &list); err != nil || status != 0 || len(list) != len(data.Sources()) {
		t.Errorf("list: %d %v\n%s", status, err, out)
	}
	for _, d := range list {
		if d.Present != (d.Name == name || d.Name == "glyphs") {
			t.Errorf("%s: present is %v", d.Name, d.Present)
		}
	}
	if status, out, _ := callWith(web, "data", "list"); status != 0 || !strings.Contains(out, "They lie in "+filepath.Join(home, "NAME")+".") {
		t.Errorf("list: %d\n%s", status, out)
	}
}

func TestDataErrors(t *testing.T) {
	t.Setenv(data.DirVariable, t.TempDir())
	missing := func(*http.Request) (int, string) { return 404, "" }
	for _, c := range []struct{ args, want string }{
		{"data get", "fluxion: fluxion data get needs the name of a data set; see fluxion data get --help"},
		{"data get mnits", `fluxion: data: no data set is called "mnits" (did you mean "mnist"`},
		{"data get glyphs", "fluxion: data: glyphs is built in: there is nothing to get"},
		{"data get mnist kmnist --data-dir x", "fluxion: --data-dir is the directory of one data set: give one name"},
		{"data check --data-dir x", "fluxion: --data-dir is the directory of one data set: give its name"},
		{"data fetch", `fluxion: unknown command "fetch"; see fluxion data --help`},
		{"data list x", `fluxion: fluxion data list does not know what to do with "x"`},
		{"data get phishing", "fluxion: data: cannot get phishing: https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary/phishing: the server answers Not Found"},
	} {
		status, _, err := callWith(missing, strings.Fields(c.args)...)
		lines := strings.Split(strings.TrimSpace(err), "\n")
		if last := lines[len(lines)-1]; status != 2 || !strings.HasPrefix(last, c.want) {
			t.Errorf("%s: status %d\n%s\nwant %s", c.args, status, err, c.want)
		}
	}
}
