package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/fluxion-go/fluxion/data"
)

const (
	// fromSuffix ends the name of the file that says where a .part file is
	// from.
	fromSuffix = ".from"
	// maxBytes bounds a file whose size is not published.
	maxBytes = 4 << 30
	// maxWait bounds what a server may ask to wait.
	maxWait = 30 * time.Second
)

type fetcher struct {
	dir string
	Options
}

func newFetcher(dir string, opts Options) *fetcher {
	f := &fetcher{dir, opts}
	if f.Client == nil {
		f.Client = &http.Client{CheckRedirect: staySecure}
	}
	if f.Attempts == 0 {
		f.Attempts = 4
	}
	if f.Wait == 0 {
		f.Wait = time.Second
	}
	if f.Stall == 0 {
		f.Stall = 30 * time.Second
	}
	return f
}

func (f *fetcher) progress(p Progress) {
	if f.Options.Progress != nil {
		f.Options.Progress(p)
	}
}

// staySecure follows up to ten redirects, but not to where anybody on the way
// could change what arrives.
func staySecure(r *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return errors.New("more than ten redirects")
	}
	if via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return fmt.Errorf("it redirects to %s, which is not encrypted", r.URL.Redacted())
	}
	return nil
}

// origin is where a .part file is from: enough to tell whether the rest still
// belongs to it.
type origin struct {
	URL       string `json:"url"`
	Validator string `json:"validator,omitempty"` // ETag or Last-Modified
}

// download fills part from the first address that gives the right content.
func (f *fetcher) download(ctx context.Context, d data.Download, part string) error {
	var failures []error
	for _, url := range d.URLs {
		err := f.address(ctx, d, url, part)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("data: %s: stopped; what arrived is kept, and the next get goes on from there: %w", d.Name, context.Cause(ctx))
		}
		if isDisk(err) {
			return fmt.Errorf("data: %s: %w", d.Name, err)
		}
		failures = append(failures, err)
		f.progress(Progress{File: d.Name, Note: err.Error()})
	}
	return fmt.Errorf("data: cannot get %s: %w", d.Name, oneLine(failures))
}

// oneLine joins the failures of several addresses.
func oneLine(failures []error) error {
	texts := make([]string, len(failures))
	for i, err := range failures {
		texts[i] = err.Error()
	}
	return &joined{strings.Join(texts, "; then "), failures}
}

type joined struct {
	text string
	errs []error
}

func (j *joined) Error() string   { return j.text }
func (j *joined) Unwrap() []error { return j.errs }

// address tries one address until it has the file, or a fault that stays.
func (f *fetcher) address(ctx context.Context, d data.Download, url, part string) error {
	wait := f.Wait
	restarted := false
	for attempt := 1; ; attempt++ {
		before := size(part)
		err := f.once(ctx, d, url, part)
		if size(part) > before { // a bad line that gets on is not given up
			attempt, wait = 1, f.Wait
		}
		if err == nil {
			if err = verify(part, d); err == nil {
				return nil
			}
			// What was there before may have been of another file: once from
			// the beginning.
			if rmErr := remove(part); rmErr != nil {
				return rmErr
			}
			if restarted {
				return fmt.Errorf("%s: %w", url, err)
			}
			restarted = true
			continue
		}
		var passing *passingError
		if ctx.Err() != nil || !errors.As(err, &passing) || attempt >= f.Attempts {
			return fmt.Errorf("%s: %w", url, explain(err, url))
		}
		pause := wait
		if passing.after > 0 {
			pause = min(passing.after, maxWait)
		}
		f.progress(Progress{File: d.Name, Note: fmt.Sprintf("%v; trying again in %v", explain(err, url), pause)})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		wait *= 2
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// passingError is a fault that another attempt may not meet.
type passingError struct {
	err   error
	after time.Duration // how long the server asks to wait; 0 if it does not
}

func (e *passingError) Error() string { return e.err.Error() }
func (e *passingError) Unwrap() error { return e.err }

// once makes one request, for what is still missing of part.
func (f *fetcher) once(ctx context.Context, d data.Download, url, part string) error {
	file, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	have, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	from := readOrigin(part)
	kind, _ := d.Sum()
	if kind == "" && (from.URL != url || from.Validator == "") {
		have = 0 // nothing would tell that the two halves belong together
	}
	if d.Size > 0 && kind != "" && have == d.Size {
		return nil // only the checksum was left to do
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "fluxion (https://github.com/fluxion-go/fluxion)")
	request.Header.Set("Accept-Encoding", "identity") // the file as it is, not unpacked on the way
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		if kind == "" {
			request.Header.Set("If-Range", from.Validator)
		}
	}
	stalled := time.AfterFunc(f.Stall, func() { cancel(errStalled) })
	defer stalled.Stop()
	response, err := f.Client.Do(request)
	if err != nil {
		return passing(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0 {
		// Nothing is beyond what is there: it is all, or of another file.
		if kind != "" && verify(part, d) == nil {
			return nil
		}
		if err := file.Truncate(0); err != nil {
			return err
		}
		return &passingError{err: errors.New("what arrived before does not fit")}
	}
	start, total, err := accept(response, have)
	if err != nil {
		return err
	}
	if start != have || have == 0 {
		if err := file.Truncate(start); err != nil {
			return err
		}
		writeOrigin(part, url, response)
	}
	if _, err := file.Seek(start, io.SeekStart); err != nil {
		return err
	}
	return f.copy(ctx, d, file, response.Body, start, total, func() { stalled.Reset(f.Stall) })
}

var errStalled = errors.New("nothing arrived for too long")

// passing marks an error of the network; the caller's own interruption is
// none.
func passing(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(cause, errStalled) {
		return &passingError{err: errStalled}
	}
	if ctx.Err() != nil || strings.Contains(err.Error(), "redirect") || permanent(err) {
		return err
	}
	return &passingError{err: err}
}

// accept says from which byte on the answer continues the file, and how large
// the file is in all (0 if that is not said).
func accept(r *http.Response, have int64) (start, total int64, err error) {
	switch {
	case r.StatusCode == http.StatusPartialContent && have > 0:
		unit, size, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Content-Range"), "bytes "), "/")
		first, _, _ := strings.Cut(unit, "-")
		if n, err := strconv.ParseInt(first, 10, 64); err != nil || n != have {
			return 0, 0, fmt.Errorf("it was asked to go on from byte %d, and answers with %q", have, r.Header.Get("Content-Range"))
		}
		total, _ = strconv.ParseInt(size, 10, 64)
		return have, total, nil
	case r.StatusCode == http.StatusOK:
		return 0, max(0, r.ContentLength), nil
	}
	failure := fmt.Errorf("the server answers %s", strings.TrimSpace(r.Status))
	if r.StatusCode >= 500 || r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusRequestTimeout {
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		return 0, 0, &passingError{failure, time.Duration(seconds) * time.Second}
	}
	return 0, 0, failure
}

// copy appends what arrives.
func (f *fetcher) copy(ctx context.Context, d data.Download, to *os.File, body io.Reader, done, total int64, alive func()) error {
	limit := int64(maxBytes)
	if kind, _ := d.Sum(); d.Size > 0 && kind != "" {
		limit, total = d.Size, d.Size
	}
	buffer := make([]byte, 64<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			alive()
			if done+int64(n) > limit {
				return fmt.Errorf("more than the expected %d bytes arrive", limit)
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
			done += int64(n)
			f.progress(Progress{File: d.Name, Done: done, Total: total})
		}
		switch {
		case err == io.EOF && total > 0 && done < total:
			return &passingError{err: fmt.Errorf("the connection ended after %d of %d bytes", done, total)}
		case err == io.EOF:
			return to.Sync()
		case err != nil:
			return passing(ctx, err)
		}
	}
}

// verify compares a file with its published checksum.
func verify(path string, d data.Download) error {
	kind, want := d.Sum()
	if kind == "" {
		return nil
	}
	got, err := data.FileSum(path, kind)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("wrong content: its %s is %s, expected %s", kind, got, want)
	}
	return nil
}

func readOrigin(part string) (o origin) {
	content, err := os.ReadFile(part + fromSuffix)
	if err != nil || json.Unmarshal(content, &o) != nil {
		return origin{}
	}
	return o
}

// writeOrigin notes where a file is from. A failure costs no more than a
// download from the beginning.
func writeOrigin(part, url string, r *http.Response) {
	o := origin{URL: url, Validator: r.Header.Get("ETag")}
	if strings.HasPrefix(o.Validator, "W/") || o.Validator == "" {
		o.Validator = r.Header.Get("Last-Modified")
	}
	if content, err := json.Marshal(o); err == nil {
		os.WriteFile(part+fromSuffix, content, 0o644)
	}
}
