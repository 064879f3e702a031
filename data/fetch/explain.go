package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"syscall"
)

// explain puts an error of the system into words that say what to do.
func explain(err error, where string) error {
	var dns *net.DNSError
	var op *net.OpError
	var web *url.Error
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return &explained{"the disk is full; make room, and the next get goes on from there", err}
	case errors.Is(err, fs.ErrPermission):
		return &explained{"no permission to write to " + where, err}
	case errors.As(err, &dns):
		return &explained{fmt.Sprintf("no network, or no server called %s", dns.Name), err}
	case errors.As(err, &op) && op.Op == "dial":
		return &explained{"no network, or the server cannot be reached", err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &explained{"the connection ended too early", err}
	case errors.As(err, &web):
		return &explained{web.Err.Error(), err}
	}
	return err
}

type explained struct {
	text string
	err  error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// permanent reports whether another attempt would meet the same.
func permanent(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound || errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid)
}

// isDisk reports whether the trouble is here, so that no other address helps.
func isDisk(err error) bool {
	var path *fs.PathError
	return errors.Is(err, syscall.ENOSPC) || errors.As(err, &path)
}
