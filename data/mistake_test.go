package data

import (
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// mustFail checks that f panics with an *fx.Error that contains want.
func mustFail(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		err, ok := recover().(*fx.Error)
		if !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("panic with %v\nwant %s", err, want)
		}
	}()
	f()
}
