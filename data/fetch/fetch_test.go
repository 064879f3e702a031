package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fluxion-go/fluxion/data"
)

// content is what the servers serve: 300 kB.
var content = func() []byte {
	b := make([]byte, 300_000)
	for i := range b {
		b[i] = byte(i*i>>3 + i)
	}
	return b
}()

func sha(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

// server answers with what each request in turn gets; the last one goes on.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string // the Range headers that came
}

func serve(t *testing.T, answers ...http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		n := len(s.ranges)
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		s.mu.Unlock()
		answers[min(n, len(answers)-1)](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// whole serves a content with ranges, as any web server does.
func whole(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+sha(b)[:8]+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

// noRanges serves a content from the beginning, whatever is asked for.
func noRanges(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.Write(b) }
}

// cut promises all of a content from where it is asked for, and breaks off
// after n bytes.
func cut(b []byte, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := 0
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &start)
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(b)-start))
		if start > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(b)-1, len(b)))
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(b[start : start+n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func quickly(notes *[]string) Options {
	return Options{Wait: time.Millisecond, Attempts: 3, Stall: 300 * time.Millisecond, Progress: func(p Progress) {
		if notes != nil && p.Note != "" {
			*notes = append(*notes, p.Note)
		}
	}}
}

func one(b []byte, urls ...string) []data.Download {
	return []data.Download{{Name: "file", URLs: urls, Size: int64(len(b)), SHA256: sha(b)}}
}

// arrived checks that the file is whole and nothing else was left.
func arrived(t *testing.T, dir string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, "file"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file has %d bytes (%v)", len(got), err)
	}
	if left := names(t, dir); !slices.Equal(left, []string{data.ManifestName, "file"}) {
		t.Errorf("in the directory are %q", left)
	}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestGetFaults(t *testing.T) {
	half := len(content) / 2
	for name, c := range map[string]struct {
		answers []http.HandlerFunc
		ranges  []string
	}{
		"plain":           {[]http.HandlerFunc{whole(content)}, []string{""}},
		"truncated":       {[]http.HandlerFunc{cut(content, half), whole(content)}, []string{"", fmt.Sprintf("bytes=%d-", half)}},
		"truncated again": {[]http.HandlerFunc{cut(content, 1000), cut(content, 1000), cut(content, 1000), cut(content, 1000), whole(content)}, []string{"", "bytes=1000-", "bytes=2000-", "bytes=3000-", "bytes=4000-"}},
		"without ranges":  {[]http.HandlerFunc{cut(content, half), noRanges(content)}, []string{"", fmt.Sprintf("bytes=%d-", half)}},
		"busy":            {[]http.HandlerFunc{status(503), status(429), whole(content)}, []string{"", "", ""}},
		"slow": {[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			w.Write(content[:500])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, whole(content)}, []string{"", "bytes=500-"}},
		"wrong, then resumed":  {[]http.HandlerFunc{cut(make([]byte, len(content)), 700), whole(content), whole(content)}, []string{"", "bytes=700-", ""}},
		"wrong range answered": {[]http.HandlerFunc{cut(content, half), status(416), whole(content)}, []string{"", fmt.Sprintf("bytes=%d-", half), ""}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.answers...)
			dir := t.TempDir()
			if err := get(t.Context(), one(content, s.URL), dir, quickly(nil)); err != nil {
				t.Fatal(err)
			}
			arrived(t, dir, content)
			if !slices.Equal(s.ranges, c.ranges) {
				t.Errorf("asked for %q, want %q", s.ranges, c.ranges)
			}
			// A second time nothing is asked for.
			var notes []string
			if err := get(t.Context(), one(content, s.URL), dir, quickly(&notes)); err != nil || len(s.ranges) != len(c.ranges) || !slices.Contains(notes, "there already") {
				t.Errorf("again: %v, %d requests, notes %q", err, len(s.ranges), notes)
			}
		})
	}
}

func TestGetErrors(t *testing.T) {
	other := append(slices.Clone(content[:len(content)-1]), 0)
	gone, wrong, busy := serve(t, status(404)), serve(t, whole(other)), serve(t, status(500))
	long := serve(t, noRanges(append(slices.Clone(content), 1)))
	loop := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	closed := serve(t, status(200))
	closed.Close()
	for want, url := range map[string]string{
		"data: cannot get file: " + gone.URL + ": the server answers 404 Not Found":              gone.URL,
		"data: cannot get file: " + wrong.URL + ": wrong content: its SHA-256 is " + sha(other):  wrong.URL,
		"data: cannot get file: " + busy.URL + ": the server answers 500 Internal Server Error":  busy.URL,
		"data: cannot get file: " + long.URL + ": more than the expected 300000 bytes arrive":    long.URL,
		"data: cannot get file: " + loop.URL + ": more than ten redirects":                       loop.URL,
		"data: cannot get file: " + closed.URL + ": no network, or the server cannot be reached": closed.URL,
		"data: cannot get file: http://no.invalid/: no network, or no server called no.invalid":  "http://no.invalid/",
	} {
		dir := t.TempDir()
		err := get(t.Context(), one(content, url), dir, quickly(nil))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v\nwant  %s", err, want)
		}
		if _, err := os.Stat(filepath.Join(dir, "file")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: there is a file nevertheless", url)
		}
	}
	if n := len(busy.ranges); n != 3 {
		t.Errorf("%d attempts, want 3", n)
	}
	// The next address helps.
	good := serve(t, whole(content))
	var notes []string
	dir := t.TempDir()
	if err := get(t.Context(), one(content, gone.URL, wrong.URL, good.URL), dir, quickly(&notes)); err != nil || len(notes) != 2 {
		t.Errorf("%v, notes %q", err, notes)
	}
	arrived(t, dir, content)
}

// TestGetStopped: what arrived before Ctrl-C stays, and the next get goes on.
func TestGetStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(content[:100_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}, whole(content))
	dir := t.TempDir()
	opts := quickly(nil)
	opts.Stall = time.Minute
	opts.Progress = func(p Progress) {
		if p.Done == 100_000 {
			cancel()
		}
	}
	err := get(ctx, one(content, s.URL), dir, opts)
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "data: file: stopped; what arrived is kept") {
		t.Errorf("error %v", err)
	}
	if part, err := os.ReadFile(filepath.Join(dir, "file.part")); err != nil || !bytes.Equal(part, content[:100_000]) {
		t.Errorf("the part has %d bytes (%v)", len(part), err)
	}
	if err := get(t.Context(), one(content, s.URL), dir, quickly(nil)); err != nil || s.ranges[1] != "bytes=100000-" {
		t.Errorf("%v, ranges %q", err, s.ranges)
	}
	arrived(t, dir, content)
}

// TestGetWithoutChecksum: halves of different versions are never joined.
func TestGetWithoutChecksum(t *testing.T) {
	second := append([]byte("another version"), content...)
	s := serve(t, cut(content, 50_000), whole(second))
	dir := t.TempDir()
	download := []data.Download{{Name: "file", URLs: []string{s.URL}}}
	if err := get(t.Context(), download, dir, quickly(nil)); err != nil {
		t.Fatal(err)
	}
	arrived(t, dir, second)
	if s.ranges[1] != "bytes=50000-" {
		t.Errorf("ranges %q", s.ranges)
	}
	// What the manifest knows is not fetched again; what was changed is.
	if err := get(t.Context(), download, dir, quickly(nil)); err != nil || len(s.ranges) != 2 {
		t.Errorf("%v, %d requests", err, len(s.ranges))
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context(), download, dir, quickly(nil)); err != nil || len(s.ranges) != 3 {
		t.Errorf("%v, %d requests", err, len(s.ranges))
	}
}

func TestGetMD5(t *testing.T) {
	sum := md5.Sum(content)
	s := serve(t, whole(content))
	d := data.Download{Name: "file", URLs: []string{s.URL}, MD5: hex.EncodeToString(sum[:])}
	dir := t.TempDir()
	if err := get(t.Context(), []data.Download{d}, dir, quickly(nil)); err != nil {
		t.Fatal(err)
	}
	arrived(t, dir, content)
	d.MD5 = strings.Repeat("0", 32)
	if err := get(t.Context(), []data.Download{d}, dir, quickly(nil)); err == nil || !strings.Contains(err.Error(), "wrong content: its MD5 is") {
		t.Errorf("error %v", err)
	}
}

func TestStaysEncrypted(t *testing.T) {
	plain := serve(t, whole(content))
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	opts := quickly(nil)
	opts.Client = secure.Client()
	opts.Client.CheckRedirect = staySecure
	err := get(t.Context(), one(content, secure.URL), t.TempDir(), opts)
	if err == nil || !strings.Contains(err.Error(), "which is not encrypted") || len(plain.ranges) != 0 {
		t.Errorf("error %v, %d requests", err, len(plain.ranges))
	}
	opts.Client = nil
	err = get(t.Context(), one(content, secure.URL), t.TempDir(), opts)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("unknown certificate: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	err := explain(&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "x")
	if want := "the disk is full; make room, and the next get goes on from there"; err.Error() != want || !isDisk(err) {
		t.Errorf("error %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context(), nil, filepath.Join(file, "below"), quickly(nil)); err == nil || !strings.HasPrefix(err.Error(), "data: cannot make the directory: ") {
		t.Errorf("error %v", err)
	}
}

type entry struct {
	name string
	kind byte
	body string
}

func archive(entries ...entry) []byte {
	var file bytes.Buffer
	packed := gzip.NewWriter(&file)
	w := tar.NewWriter(packed)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Size: int64(len(e.body)), Mode: 0o644}
		if e.kind != tar.TypeReg {
			h.Size, h.Linkname = 0, "/etc/passwd"
		}
		w.WriteHeader(h)
		if e.kind == tar.TypeReg {
			w.Write([]byte(e.body))
		}
	}
	w.Close()
	packed.Close()
	return file.Bytes()
}

func TestArchives(t *testing.T) {
	holds := []string{"set/a.bin", "set/b.bin"}
	a, b := entry{"set/a.bin", tar.TypeReg, "alpha"}, entry{"./set/b.bin", tar.TypeReg, "beta"}
	get1 := func(dir string, content []byte) error {
		s := serve(t, whole(content))
		return get(t.Context(), []data.Download{{Name: "set.tar.gz", URLs: []string{s.URL}, SHA256: sha(content), Archive: true, Holds: holds}}, dir, quickly(nil))
	}
	dir := t.TempDir()
	if err := get1(dir, archive(entry{"set", tar.TypeDir, ""}, a, entry{"../evil", tar.TypeReg, "x"}, entry{"/abs", tar.TypeReg, "x"}, entry{"set/readme", tar.TypeReg, "x"}, b)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{data.ManifestName, "set"}) {
		t.Errorf("left %q", got)
	}
	if got := names(t, filepath.Join(dir, "set")); !slices.Equal(got, []string{"a.bin", "b.bin"}) {
		t.Errorf("unpacked %q", got)
	}
	manifest, _ := os.ReadFile(filepath.Join(dir, data.ManifestName))
	if want := sha([]byte("alpha")) + "  set/a.bin\n" + sha([]byte("beta")) + "  set/b.bin\n"; string(manifest) != want {
		t.Errorf("manifest %s", manifest)
	}
	for want, content := range map[string][]byte{
		"it holds no set/b.bin":          archive(a),
		"set/a.bin is in it twice":       archive(a, a, b),
		"set/a.bin in it is not a file":  archive(entry{"set/a.bin", tar.TypeSymlink, ""}, b),
		"the connection ended too early": archive(a, b)[:60],
		"gzip: invalid header":           []byte("no archive at all"),
	} {
		dir := t.TempDir()
		if err := get1(dir, content); err == nil || !strings.Contains(err.Error(), "data: cannot unpack set.tar.gz: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant  %s", err, want)
		}
		if _, err := os.Stat(filepath.Join(dir, "set")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was unpacked", want)
		}
	}
}

func TestGetByName(t *testing.T) {
	if _, err := Get(t.Context(), "glyphs", "", Options{}); err == nil || err.Error() != "data: glyphs is built in: there is nothing to get" {
		t.Errorf("error %v", err)
	}
	if _, err := Get(t.Context(), "mnits", "", Options{}); err == nil || !strings.Contains(err.Error(), `did you mean "mnist"`) {
		t.Errorf("error %v", err)
	}
}
