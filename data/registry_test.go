package data

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenErrors(t *testing.T) {
	home := t.TempDir()
	t.Setenv(DirVariable, home)
	for _, c := range []struct {
		name, dir string
		opts      Options
		want      string
	}{
		{"glyphz", "", Options{}, `data: no data set is called "glyphz" (did you mean "glyphs"?); there are glyphs, mnist, fashion-mnist, kmnist, cifar10, cifar100, tinyshakespeare, a9a, w8a, mushrooms, phishing, australian_scale, breast-cancer_scale, diabetes_scale, german.numer_scale, ionosphere_scale`},
		{"mnsit", "", Options{}, `data: no data set is called "mnsit" (did you mean "mnist" or "kmnist"?); there are glyphs, mnist, fashion-mnist, kmnist, cifar10, cifar100, tinyshakespeare, a9a, w8a, mushrooms, phishing, australian_scale, breast-cancer_scale, diabetes_scale, german.numer_scale, ionosphere_scale`},
		{"imagenet", "", Options{}, `data: no data set is called "imagenet"; there are glyphs, mnist, fashion-mnist, kmnist, cifar10, cifar100, tinyshakespeare, a9a, w8a, mushrooms, phishing, australian_scale, breast-cancer_scale, diabetes_scale, german.numer_scale, ionosphere_scale`},
		{"", "", Options{}, `data: no data set is called ""; there are glyphs, mnist, fashion-mnist, kmnist, cifar10, cifar100, tinyshakespeare, a9a, w8a, mushrooms, phishing, australian_scale, breast-cancer_scale, diabetes_scale, german.numer_scale, ionosphere_scale`},
		{"mnist", "", Options{}, "data: mnist is read from files, which are not in " + filepath.Join(home, "mnist") + ": " + mnistSet.advice()},
		{"a9a", "", Options{}, "data: a9a is a set of rows, not of images"},
		{"tinyshakespeare", "", Options{}, "data: tinyshakespeare is a set of text, not of images"},
		{"mnist", "no/such/dir", Options{}, "data: mnist: there is no directory no/such/dir; " + mnistSet.advice()},
		{"mnist", "registry.go", Options{}, "data: mnist: registry.go is a file, not the directory of the files; " + mnistSet.advice()},
		{"glyphs", "digits", Options{}, "data: glyphs is built in and reads no files, but the data directory digits is given: name the data set that is there, or leave out --data-dir"},
		{"glyphs", "", Options{Train: -1}, "data: glyphs: -1 training images, 0 test images, size 0: must not be negative"},
		{"glyphs", "", Options{Size: 7}, "data: glyphs: size 7: must be from 8 to 256 pixels"},
		{"glyphs", "", Options{Size: 257}, "data: glyphs: size 257: must be from 8 to 256 pixels"},
	} {
		train, test, err := Open(c.name, c.dir, c.opts)
		if err == nil || err.Error() != c.want {
			t.Errorf("Open(%q, %q, %+v):\nerror %v\nwant  %s", c.name, c.dir, c.opts, err, c.want)
		}
		if train != nil || test != nil {
			t.Errorf("Open(%q): a set together with an error", c.name)
		}
	}
	for _, s := range Sources() {
		if s.Files && (!strings.Contains(s.Advice, "--data-dir") || !strings.Contains(s.Advice, "fluxion data get "+s.Name)) {
			t.Errorf("the advice for %s does not name the flag and the command", s.Name)
		}
	}
}

func TestOpenGlyphs(t *testing.T) {
	train, test, err := Open("glyphs", "", Options{Train: 30, Test: 20, Size: 14, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		set *Images
		n   int
	}{{train, 30}, {test, 20}} {
		if err := s.set.Check(); err != nil {
			t.Error(err)
		}
		if s.set.N() != s.n || s.set.Height != 14 || s.set.Width != 14 || s.set.Channels != 1 || len(s.set.Classes) != 10 {
			t.Errorf("%s: shape %v, %d classes", s.set.Name, s.set.Shape(), len(s.set.Classes))
		}
	}
	small, _, err := Open("glyphs", "", Options{Train: 2, Test: 1})
	if err != nil {
		t.Fatal(err)
	}
	if small.Height != 28 || small.Width != 28 {
		t.Errorf("default size %dx%d, want 28x28", small.Height, small.Width)
	}
}

func TestSourcesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Sources() {
		if s.Name == "" || s.Summary == "" || (s.Holds == HoldsImages) != (s.images != nil) || s.Files != (s.Advice != "") || s.Files != (s.check != nil) ||
			s.Files != (len(s.Downloads) > 0) || seen[s.Name] {
			t.Errorf("source %+v is incomplete or there twice", s.Name)
		}
		seen[s.Name] = true
		for _, d := range s.Downloads {
			if d.Name != filepath.Base(d.Name) || len(d.URLs) == 0 || d.Archive != (len(d.Holds) > 0) {
				t.Errorf("%s: download %+v is incomplete", s.Name, d)
			}
			for _, u := range d.URLs {
				if parsed, err := url.Parse(u); err != nil || parsed.Scheme != "https" {
					t.Errorf("%s: %s is not an https address (%v)", s.Name, u, err)
				}
			}
			if kind, sum := d.Sum(); kind != "" && (len(sum) != map[string]int{"SHA-256": 64, "MD5": 32}[kind] || strings.Trim(sum, "0123456789abcdef") != "") {
				t.Errorf("%s: %s of %s is %q", s.Name, kind, d.Name, sum)
			}
		}
	}
}
