package transport_test

import (
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
)

// panics requires f to panic with an *fx.Error that contains a text.
func panics(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		err, ok := recover().(*fx.Error)
		if !ok || !strings.Contains(err.Error(), text) {
			t.Errorf("panic %v, want one about %q", err, text)
		}
	}()
	f()
}
