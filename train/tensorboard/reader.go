package tensorboard

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Event is one value of a file. What it holds is that which is not nil, or else
// a scalar.
type Event struct {
	Tag  string
	Step int64
	Time time.Time

	Scalar    float32
	Histogram *Histogram
	PNG       []byte
	Text      *string
}

// Read reads the values of an event file that this package or TensorFlow's
// older summary writers made. A file that a running program still writes may
// end within a record: the values before it come with the error, which wraps
// io.ErrUnexpectedEOF.
func Read(path string) ([]Event, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	defer f.Close()
	var events []Event
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		record, err := readRecord(r)
		if err == io.EOF {
			return events, nil
		}
		if err == nil {
			var e []Event
			e, err = parseEvent(record)
			events = append(events, e...)
		}
		if err != nil {
			return events, fmt.Errorf("tensorboard: %s: record %d: %w", path, n, err)
		}
	}
}

// fields walks over the fields of a message. visit gets the number of a varint
// or a fixed field, or the bytes of any other.
func fields(b []byte, visit func(field protowire.Number, n uint64, content []byte) error) error {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		var v uint64
		var content []byte
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(b)
		case protowire.Fixed32Type:
			var small uint32
			small, n = protowire.ConsumeFixed32(b)
			v = uint64(small)
		case protowire.BytesType:
			content, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(field, kind, b)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := visit(field, v, content); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func parseEvent(b []byte) (events []Event, err error) {
	var common Event
	var summary []byte
	err = fields(b, func(field protowire.Number, n uint64, content []byte) error {
		switch field {
		case eventTime:
			if s := math.Float64frombits(n); s >= 0 && s < 1e11 {
				whole, part := math.Modf(s)
				common.Time = time.Unix(int64(whole), int64(part*1e9))
			}
		case eventStep:
			common.Step = int64(n)
		case eventSummary:
			summary = content
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = fields(summary, func(field protowire.Number, _ uint64, content []byte) error {
		if field != summaryValue {
			return nil
		}
		e := common
		err := parseValue(content, &e)
		events = append(events, e)
		return err
	})
	return events, err
}

func parseValue(b []byte, e *Event) error {
	return fields(b, func(field protowire.Number, n uint64, content []byte) error {
		switch field {
		case valueTag:
			e.Tag = string(content)
		case valueSimple:
			e.Scalar = math.Float32frombits(uint32(n))
		case valueHistogram:
			e.Histogram = &Histogram{}
			return parseHistogram(content, e.Histogram)
		case valueImage:
			return fields(content, func(field protowire.Number, _ uint64, file []byte) error {
				if field == imageEncoded {
					e.PNG = append([]byte{}, file...)
				}
				return nil
			})
		case valueTensor:
			return fields(content, func(field protowire.Number, _ uint64, s []byte) error {
				if field == tensorString {
					words := string(s)
					e.Text = &words
				}
				return nil
			})
		}
		return nil
	})
}

func parseHistogram(b []byte, h *Histogram) error {
	return fields(b, func(field protowire.Number, n uint64, content []byte) error {
		v := math.Float64frombits(n)
		switch field {
		case histogramMin:
			h.Min = v
		case histogramMax:
			h.Max = v
		case histogramNum:
			h.Num = v
		case histogramSum:
			h.Sum = v
		case histogramSumSquares:
			h.SumSquares = v
		case histogramLimit, histogramBucket:
			for len(content) > 0 {
				bits, n := protowire.ConsumeFixed64(content)
				if n < 0 {
					return protowire.ParseError(n)
				}
				content = content[n:]
				if field == histogramLimit {
					h.Limits = append(h.Limits, math.Float64frombits(bits))
				} else {
					h.Buckets = append(h.Buckets, math.Float64frombits(bits))
				}
			}
		}
		return nil
	})
}
