// Package tensorboard writes and reads TensorBoard's event files: scalars,
// histograms, images and texts by tag and step.
//
//	w, err := tensorboard.Create("logs/run1")
//	w.Scalar("loss", 10, 0.25)
//	w.Histogram("weights", 10, weights.Float64s())
//	err = w.Close()
//
// TensorBoard shows every directory with such a file below its --logdir as a
// run. A file is a sequence of records in the TFRecord framing, each an Event
// message of TensorFlow's event.proto.
package tensorboard

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// fileVersion is what the first event of every file says.
const fileVersion = "brain.Event:2"

// Writer appends events to a file. The first error stays: every call after it,
// and Close, returns it. It is not safe for concurrent use.
type Writer struct {
	file *os.File
	out  *bufio.Writer
	now  func() time.Time
	err  error
}

// Create makes a new event file in a directory, which it makes if need be. Its
// name holds the time and the machine's name, so that several runs may log to
// one directory.
func Create(dir string) (*Writer, error) { return create(dir, time.Now) }

// CreateAt is [Create] with every event at one time, so that the same events
// give the same bytes.
func CreateAt(dir string, when time.Time) (*Writer, error) {
	return create(dir, func() time.Time { return when })
}

func create(dir string, now func() time.Time) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	base := fmt.Sprintf("events.out.tfevents.%d.%s", now().Unix(), filepath.Base(host))
	for n := 0; ; n++ {
		path := filepath.Join(dir, base)
		if n > 0 {
			path += fmt.Sprintf(".%d", n)
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if errors.Is(err, os.ErrExist) && n < 1000 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("tensorboard: %w", err)
		}
		w := &Writer{file: f, out: bufio.NewWriter(f), now: now}
		w.event(0, func(b []byte) []byte { return text(b, eventFileVersion, fileVersion) })
		return w, w.err
	}
}

// Path is the file's path.
func (w *Writer) Path() string { return w.file.Name() }

// Scalar writes a number, which the format holds as float32. NaN and
// infinities are allowed; TensorBoard marks them.
func (w *Writer) Scalar(tag string, step int64, value float64) error {
	return w.value(tag, step, func(b []byte) []byte {
		b = protowire.AppendTag(b, valueSimple, protowire.Fixed32Type)
		return protowire.AppendFixed32(b, math.Float32bits(float32(value)))
	})
}

// histogramBuckets is how many equal parts a histogram's range has: as many as
// TensorBoard draws.
const histogramBuckets = 30

// Histogram writes how values are distributed. There must be at least one, and
// all finite.
func (w *Writer) Histogram(tag string, step int64, values []float64) error {
	if len(values) == 0 {
		return w.fail("histogram %q: no values", tag)
	}
	h := Histogram{Min: slices.Min(values), Max: slices.Max(values), Num: float64(len(values))}
	if math.IsNaN(h.Min) || math.IsInf(h.Min, 0) || math.IsInf(h.Max, 0) {
		return w.fail("histogram %q: values that are not finite", tag)
	}
	h.Buckets = make([]float64, histogramBuckets)
	h.Limits = make([]float64, histogramBuckets)
	// Halves, as the range itself may exceed the largest float64.
	width := (h.Max/2 - h.Min/2) / histogramBuckets * 2
	for i := range h.Limits {
		h.Limits[i] = h.Min + float64(width*float64(i+1))
	}
	h.Limits[histogramBuckets-1] = h.Max
	for _, v := range values {
		h.Sum += v
		h.SumSquares += float64(v * v)
		i, _ := slices.BinarySearch(h.Limits, v)
		h.Buckets[min(i, histogramBuckets-1)]++
	}
	return w.value(tag, step, func(b []byte) []byte { return message(b, valueHistogram, h.append) })
}

// PNG writes a picture, such as a figure, as the bytes of a PNG file.
func (w *Writer) PNG(tag string, step int64, file []byte) error {
	config, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return w.fail("image %q: not a PNG file: %v", tag, err)
	}
	return w.value(tag, step, func(b []byte) []byte {
		return message(b, valueImage, func(b []byte) []byte {
			b = number(b, imageHeight, config.Height)
			b = number(b, imageWidth, config.Width)
			b = number(b, imageColours, 4) // red, green, blue and opacity
			return raw(b, imageEncoded, file)
		})
	})
}

// Text writes a text, which TensorBoard shows as Markdown.
func (w *Writer) Text(tag string, step int64, content string) error {
	return w.value(tag, step, func(b []byte) []byte {
		b = message(b, valueTensor, func(b []byte) []byte {
			b = number(b, tensorDType, dtypeString)
			b = message(b, tensorShape, func(b []byte) []byte {
				return message(b, shapeDim, func(b []byte) []byte { return number(b, dimSize, 1) })
			})
			return text(b, tensorString, content)
		})
		return message(b, valueMetadata, func(b []byte) []byte {
			return message(b, metadataPlugin, func(b []byte) []byte { return text(b, pluginName, "text") })
		})
	})
}

// Flush hands everything to the operating system, so that TensorBoard can show
// it.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.keep(w.out.Flush())
	}
	return w.err
}

// Close flushes and closes the file.
func (w *Writer) Close() error {
	w.Flush()
	w.keep(w.file.Close())
	return w.err
}

func (w *Writer) keep(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("tensorboard: %w", err)
	}
}

// fail reports a mistake in one call, which leaves the file as it is.
func (w *Writer) fail(format string, args ...any) error {
	if w.err != nil {
		return w.err
	}
	return fmt.Errorf("tensorboard: "+format, args...)
}

// value writes an event with one value.
func (w *Writer) value(tag string, step int64, content func([]byte) []byte) error {
	if tag == "" {
		return w.fail("a value without a tag")
	}
	w.event(step, func(b []byte) []byte {
		return message(b, eventSummary, func(b []byte) []byte {
			return message(b, summaryValue, func(b []byte) []byte { return content(text(b, valueTag, tag)) })
		})
	})
	return w.err
}

func (w *Writer) event(step int64, content func([]byte) []byte) {
	if w.err != nil {
		return
	}
	now := w.now()
	b := protowire.AppendTag(nil, eventTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(float64(now.Unix())+float64(now.Nanosecond())/1e9))
	b = number(b, eventStep, int(step))
	w.keep(writeRecord(w.out, content(b)))
}
