package parquet

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/fluxion-go/fluxion/data"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The decoder allocates what headers announce. Everything here reads those
// headers first and refuses what cannot be.

const (
	// maxPage bounds a page after decompression. Writers aim at 1 MiB; pages
	// of pictures are as large as a row group.
	maxPage = 1 << 30
	// maxRatio bounds how much a page may grow by decompression beyond the
	// first 16 MiB.
	maxRatio = 1 << 10
	// maxPageValues bounds the values of a page.
	maxPageValues = 1 << 26
	// maxPageHeader is how much of a page is looked at for its header, which
	// may hold two values as statistics.
	maxPageHeader = 1 << 20
)

// open checks a file's sizes and reads its footer.
func open(r io.ReaderAt, size int64, name string) (*parquet.File, error) {
	wrong := func(at int64, msg string, args ...any) error {
		return &data.FormatError{File: name, Offset: at, Problem: fmt.Sprintf(msg, args...)}
	}
	if size < 12 {
		return nil, wrong(0, "expected a Parquet file, which begins and ends with PAR1; this one has %d bytes", size)
	}
	var head [4]byte
	var tail [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, err)
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil && err != io.EOF {
		return nil, fmt.Errorf("data: %s: %w", name, err)
	}
	switch {
	case string(head[:]) == "PARE":
		return nil, wrong(0, "the file is encrypted, which is not supported")
	case string(head[:]) != "PAR1":
		return nil, wrong(0, "expected PAR1, which begins a Parquet file, found %q%s", head, hint(head))
	case string(tail[4:]) != "PAR1":
		return nil, wrong(size-4, "expected PAR1, which ends a Parquet file, found %q: the file is cut off", tail[4:])
	}
	footer := int64(binary.LittleEndian.Uint32(tail[:4]))
	if footer > size-12 {
		return nil, wrong(size-8, "a footer of %d bytes in a file of %d", footer, size)
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, damaged(name, err)
	}
	for _, group := range file.Metadata().RowGroups {
		for _, column := range group.Columns {
			if err := checkChunk(r, size, name, &column.MetaData); err != nil {
				return nil, err
			}
		}
	}
	return file, nil
}

func hint(head [4]byte) string {
	switch head[0] {
	case '<':
		return " (a web page saved in its place?)"
	case 'v':
		return " (a pointer of Git LFS? download the file itself)"
	}
	return ""
}

// checkChunk walks over the page headers of a column chunk: pages must lie
// within it, and say sizes that can be.
func checkChunk(r io.ReaderAt, size int64, name string, c *format.ColumnMetaData) error {
	start := c.DataPageOffset
	if c.DictionaryPageOffset > 0 && c.DictionaryPageOffset < start {
		start = c.DictionaryPageOffset
	}
	wrong := func(at int64, msg string, args ...any) error {
		return &data.FormatError{File: name, Offset: at, Problem: fmt.Sprintf("column %q: ", join(c)) + fmt.Sprintf(msg, args...)}
	}
	if start < 4 || c.TotalCompressedSize < 0 || start > size || c.TotalCompressedSize > size-start {
		return wrong(max(0, start), "%d bytes of pages from byte %d in a file of %d", c.TotalCompressedSize, start, size)
	}
	if c.NumValues < 0 || c.NumValues > MaxCells {
		return wrong(start, "%d values; at most %d are read", c.NumValues, MaxCells)
	}
	switch c.Codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd:
	default:
		// Of LZ4 the decoder gives wrong numbers, and no limit to its memory.
		return wrong(start, "compression %v is not supported: write the file with Snappy, gzip, Brotli or Zstandard", c.Codec)
	}
	values := int64(0)
	for at, end := start, start+c.TotalCompressedSize; at < end; {
		window := make([]byte, min(end-at, 4096))
		header, length, err := pageHeader(r, at, window)
		if err != nil && end-at > 4096 {
			header, length, err = pageHeader(r, at, make([]byte, min(end-at, maxPageHeader)))
		}
		if err != nil {
			return wrong(at, "no page header: %v", err)
		}
		at += int64(length)
		packed, unpacked := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
		n := pageValues(header)
		switch {
		case packed < 0 || packed > end-at:
			return wrong(at, "a page of %d bytes where %d follow", packed, end-at)
		case unpacked < 0 || unpacked > maxPage || unpacked > 1<<24 && unpacked/maxRatio > packed:
			return wrong(at, "a page of %d bytes that makes %d of %d", packed, unpacked, packed)
		case n < 0 || n > maxPageValues || values+n > c.NumValues && header.Type != format.DictionaryPage:
			return wrong(at, "a page of %d values in a column of %d", n, c.NumValues)
		}
		if header.Type != format.DictionaryPage {
			values += n
		}
		if c.Codec == format.Snappy && header.Type != format.DataPageV2 {
			var start [binary.MaxVarintLen64]byte
			k, _ := r.ReadAt(start[:min(int64(len(start)), packed)], at)
			if says, ok := binary.Uvarint(start[:k]); ok <= 0 || says > uint64(unpacked) {
				return wrong(at, "a Snappy block of %d bytes in a page of %d", says, unpacked)
			}
		}
		at += packed
	}
	return nil
}

func join(c *format.ColumnMetaData) string {
	name := ""
	for i, part := range c.PathInSchema {
		if i > 0 {
			name += "."
		}
		name += part
	}
	return name
}

func pageHeader(r io.ReaderAt, at int64, window []byte) (header *format.PageHeader, length int, err error) {
	if n, err := r.ReadAt(window, at); n < len(window) {
		return nil, 0, err
	}
	bytes := new(thrift.CompactProtocol).NewReaderFromBytes(window)
	header = new(format.PageHeader)
	if err := thrift.NewDecoder(bytes).Decode(header); err != nil {
		return nil, 0, err
	}
	return header, int(bytes.BytesRead()), nil
}

func pageValues(h *format.PageHeader) int64 {
	switch h.Type {
	case format.DataPage:
		return int64(h.DataPageHeader.V.NumValues)
	case format.DataPageV2:
		return int64(h.DataPageHeaderV2.V.NumValues)
	case format.DictionaryPage:
		return int64(h.DictionaryPageHeader.V.NumValues)
	}
	return 0
}
