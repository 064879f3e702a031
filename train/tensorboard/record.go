package tensorboard

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A TFRecord is the length of its data (8 bytes, little-endian), a checksum of
// that, the data, and a checksum of those. A checksum is the CRC-32C, turned
// and shifted so that a CRC over data that hold CRCs works.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

func writeRecord(w io.Writer, data []byte) error {
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	head = binary.LittleEndian.AppendUint32(head, maskedCRC(head))
	tail := binary.LittleEndian.AppendUint32(nil, maskedCRC(data))
	for _, part := range [][]byte{head, data, tail} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// readRecord returns io.EOF at the end of the file, and another error within a
// record. Memory grows with what is really read.
func readRecord(r io.Reader) ([]byte, error) {
	var head [12]byte
	switch _, err := io.ReadFull(r, head[:]); {
	case err == io.EOF:
		return nil, io.EOF
	case err != nil:
		return nil, fmt.Errorf("the file ends within a record's length: %w", err)
	}
	if maskedCRC(head[:8]) != binary.LittleEndian.Uint32(head[8:]) {
		return nil, errors.New("the checksum of a record's length is wrong")
	}
	n := binary.LittleEndian.Uint64(head[:8])
	if n > 1<<30 {
		return nil, fmt.Errorf("a record of %d bytes", n)
	}
	var data bytes.Buffer
	if got, err := io.CopyN(&data, r, int64(n)+4); err != nil {
		return nil, fmt.Errorf("the file ends after %d bytes of a record of %d: %w", got, n, io.ErrUnexpectedEOF)
	}
	content := data.Bytes()[:n]
	if maskedCRC(content) != binary.LittleEndian.Uint32(data.Bytes()[n:]) {
		return nil, errors.New("a record's checksum is wrong")
	}
	return content, nil
}
