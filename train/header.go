package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// headerParser reads the header's JSON token by token: unlike json.Unmarshal it
// notices what stands twice or should not be there, and knows where it is.
type headerParser struct {
	path string
	dec  *json.Decoder
}

func (h *header) parse(path string) error {
	p := &headerParser{path, json.NewDecoder(bytes.NewReader(h.raw))}
	p.dec.UseNumber()
	if len(h.raw) == 0 || h.raw[0] != '{' {
		return p.wrong("it must begin with {")
	}
	seen := map[string]bool{}
	err := p.object("the header", func(name string) error {
		if seen[name] {
			return p.wrong("%s stands twice", called(name))
		}
		seen[name] = true
		if name == metadataName {
			var err error
			h.metadata, err = p.metadata()
			return err
		}
		t, err := p.tensor(name)
		h.tensors = append(h.tensors, t)
		return err
	})
	if err != nil {
		return err
	}
	for i, b := range h.raw[p.dec.InputOffset():] {
		if b != ' ' {
			return &FormatError{path, p.where(p.dec.InputOffset() + int64(i)), "something follows the closing brace"}
		}
	}
	return nil
}

func (p *headerParser) where(offset int64) string {
	return fmt.Sprintf("header, byte %d", lengthSize+offset)
}

func (p *headerParser) wrong(format string, args ...any) error {
	return &FormatError{p.path, p.where(p.dec.InputOffset()), fmt.Sprintf(format, args...)}
}

// token is the next token.
func (p *headerParser) token() (json.Token, error) {
	t, err := p.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, p.wrong("it ends in the middle")
	case errors.As(err, &syntax):
		return nil, &FormatError{p.path, p.where(syntax.Offset), "it is not JSON: " + syntax.Error()}
	case err != nil:
		return nil, p.wrong("it is not JSON: %v", err)
	}
	return t, nil
}

// expect reads an opening bracket.
func (p *headerParser) expect(d json.Delim, what string) error {
	t, err := p.token()
	if err == nil && t != d {
		err = p.wrong("%s must begin with %v", what, d)
	}
	return err
}

// object reads an object; field reads the value of each name.
func (p *headerParser) object(what string, field func(name string) error) error {
	if err := p.expect('{', what); err != nil {
		return err
	}
	for p.dec.More() {
		t, err := p.token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return p.wrong("%s has a name that is not a string", what)
		}
		if err := field(name); err != nil {
			return err
		}
	}
	_, err := p.token()
	return err
}

func (p *headerParser) metadata() (map[string]string, error) {
	out := map[string]string{}
	return out, p.object(metadataName, func(name string) error {
		t, err := p.token()
		if err != nil {
			return err
		}
		v, ok := t.(string)
		if !ok {
			return p.wrong("%s[%.50q] must be a string", metadataName, name)
		}
		if _, twice := out[name]; twice {
			return p.wrong("%s[%.50q] stands twice", metadataName, name)
		}
		out[name] = v
		return nil
	})
}

func (p *headerParser) tensor(name string) (tensor, error) {
	t := tensor{name: name, shape: []int{}}
	seen := map[string]bool{}
	err := p.object(called(name), func(field string) error {
		if seen[field] {
			return p.wrong("%s has %q twice", called(name), field)
		}
		seen[field] = true
		switch field {
		case "dtype":
			tok, err := p.token()
			if err != nil {
				return err
			}
			var ok bool
			if t.dtype, ok = tok.(string); !ok {
				return p.wrong("the dtype of %s must be a string", called(name))
			}
			return nil
		case "shape":
			return p.numbers("the shape", name, func(v int64) { t.shape = append(t.shape, int(v)) })
		case "data_offsets":
			var at []int64
			if err := p.numbers("data_offsets", name, func(v int64) { at = append(at, v) }); err != nil {
				return err
			}
			if len(at) != 2 {
				return p.wrong("data_offsets of %s must be two numbers", called(name))
			}
			t.begin, t.end = at[0], at[1]
			return nil
		}
		return p.wrong("%s has an unknown field %.20q", called(name), field)
	})
	if err != nil {
		return t, err
	}
	for _, field := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[field] {
			return t, p.wrong("%s has no %q", called(name), field)
		}
	}
	return t, nil
}

// numbers reads a list of numbers that are not negative.
func (p *headerParser) numbers(what, name string, add func(int64)) error {
	if err := p.expect('[', fmt.Sprintf("%s of %s", what, called(name))); err != nil {
		return err
	}
	for p.dec.More() {
		t, err := p.token()
		if err != nil {
			return err
		}
		n, ok := t.(json.Number)
		v, err := strconv.ParseInt(n.String(), 10, 64)
		if !ok || err != nil || v < 0 || v > math.MaxInt {
			return p.wrong("%s of %s must hold whole numbers that are not negative", what, called(name))
		}
		add(v)
	}
	_, err := p.token()
	return err
}
