package train

import (
	"path/filepath"
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/optim"
)

type inOneOrder struct {
	Key, Query *fx.Array
	Scale      *fx.Array // of another type: it stands elsewhere in the file
}

type inAnother struct {
	Scale      *fx.Array
	Query, Key *fx.Array
}

// TestOrder: a state of lists does not go to other parameters when fields are declared
// in another order, which is a clear error; names alone load in any order.
func TestOrder(t *testing.T) {
	a, b, c := fx.New([]float32{1, 2}), fx.New([]float32{3, 4}), fx.Scalar(5.0)
	params := inOneOrder{a, b, c}
	type run[P any] struct {
		Params P
		State  optim.State
	}
	adam := optim.NewAdam(optim.Constant(1e-3))
	one, other := optim.FromRule[inOneOrder](adam), optim.FromRule[inAnother](adam)
	path := filepath.Join(t.TempDir(), "run")
	if err := Save(path, run[inOneOrder]{params, one.Init(params)}, Meta{}); err != nil {
		t.Fatal(err)
	}
	same := run[inOneOrder]{params, one.Init(params)}
	if _, err := Load(path, &same); err != nil {
		t.Error(err)
	}
	turned := inAnother{c, b, a}
	changed := run[inAnother]{turned, other.Init(turned)}
	if _, err := Load(path, &changed); err == nil { // State.First.Mean[0] was Key's
		t.Error("a state of another order is loaded")
	}

	type swapped struct{ Query, Key, Scale *fx.Array }
	s := run[swapped]{swapped{b, a, c}, optim.FromRule[swapped](adam).Init(swapped{b, a, c})}
	want := path + `: tensor "Params.Key": it stands where the tree has tensor "Params.Query", so that fields of the tree were in another order when it was saved. ` +
		`Lists of arrays, as in the states of optimizers, go by that order: declare the fields as they were`
	if _, err := Load(path, &s); err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}

	if err := Save(path, params, Meta{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, &turned); err != nil {
		t.Errorf("parameters alone: %v", err)
	}
}
