package tensorboard

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of TensorFlow's event.proto, summary.proto, tensor.proto and
// tensor_shape.proto that are used here.
const (
	eventTime        = 1 // double, seconds since 1970
	eventStep        = 2 // int64
	eventFileVersion = 3 // string
	eventSummary     = 5 // Summary

	summaryValue = 1 // repeated Value

	valueTag       = 1 // string
	valueSimple    = 2 // float
	valueImage     = 4 // Image
	valueHistogram = 5 // HistogramProto
	valueTensor    = 8 // TensorProto
	valueMetadata  = 9 // SummaryMetadata

	imageHeight  = 1
	imageWidth   = 2
	imageColours = 3
	imageEncoded = 4

	histogramMin        = 1
	histogramMax        = 2
	histogramNum        = 3
	histogramSum        = 4
	histogramSumSquares = 5
	histogramLimit      = 6 // packed doubles
	histogramBucket     = 7 // packed doubles

	tensorDType  = 1
	tensorShape  = 2
	tensorString = 8
	shapeDim     = 2
	dimSize      = 1
	dtypeString  = 7

	metadataPlugin = 1
	pluginName     = 1
)

func text(b []byte, field protowire.Number, s string) []byte { return raw(b, field, []byte(s)) }

func raw(b []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), content)
}

func number(b []byte, field protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func double(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

func message(b []byte, field protowire.Number, content func([]byte) []byte) []byte {
	return raw(b, field, content(nil))
}

func doubles(b []byte, field protowire.Number, values []float64) []byte {
	var packed []byte
	for _, v := range values {
		packed = protowire.AppendFixed64(packed, math.Float64bits(v))
	}
	return raw(b, field, packed)
}

// Histogram is a distribution of values: Buckets[i] of them lie above
// Limits[i-1] and up to Limits[i].
type Histogram struct {
	Min, Max, Num, Sum, SumSquares float64
	Limits, Buckets                []float64
}

func (h Histogram) append(b []byte) []byte {
	b = double(b, histogramMin, h.Min)
	b = double(b, histogramMax, h.Max)
	b = double(b, histogramNum, h.Num)
	b = double(b, histogramSum, h.Sum)
	b = double(b, histogramSumSquares, h.SumSquares)
	b = doubles(b, histogramLimit, h.Limits)
	return doubles(b, histogramBucket, h.Buckets)
}
