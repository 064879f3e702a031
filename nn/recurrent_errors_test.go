package nn_test

import (
	"testing"

	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/nn"
	"github.com/fluxion-go/fluxion/random"
)

func TestRecurrentErrors(t *testing.T) {
	key := random.New(0)
	ones := func(shape ...int) *fx.Array { return fx.Ones(fx.Float32, shape...) }
	rnn, lstm := nn.NewRNN(key, 4, 3, nn.Tanh), nn.NewLSTM(key, 4, 3)
	cell := nn.NewGRUCell(key, 4, 3)
	for _, c := range []struct {
		want string
		call func()
	}{
		{"NewFourierFeatures: size 3; it must be even and positive", func() { nn.NewFourierFeatures(key, fx.Float32, 1, 3, 1) }},
		{"NewFourierFeatures: scale 0; it must be positive and finite", func() { nn.NewFourierFeatures(key, fx.Float32, 1, 4, 0) }},
		{"FourierFeatures.Apply: the input has shape [2]; its last axis must be 1", func() { nn.NewFourierFeatures(key, fx.Float32, 1, 4, 1).Apply(ones(2)) }},
		{"FourierFeatures.Apply: the layer has no directions; NewFourierFeatures makes one", func() { nn.FourierFeatures{}.Apply(ones(2)) }},
		{"NewRNNCell: the activation is nil (Identity is none)", func() { nn.NewRNNCell(key, 4, 3, nil) }},
		{"NewRNN: input features, hidden features and layers [4 3 -1]: all must be at least 1", func() { nn.NewRNN(key, 4, 3, nn.Tanh, nn.RecurrentOptions{Layers: -1}) }},
		{"NewLSTM: the key is nil; it must be one key of package random, uint32[2]", func() { nn.NewLSTM(nil, 4, 3) }},
		{"NewGRU: 2 sets of options; it takes one", func() { nn.NewGRU(key, 4, 3, nn.RecurrentOptions{}, nn.RecurrentOptions{}) }},
		{"NewGRUCell: 2 sets of options; it takes one", func() { nn.NewGRUCell(key, 4, 3, nn.CellOptions{}, nn.CellOptions{}) }},
		{"NewLSTMCell: input and hidden features [0 3]: all must be at least 1", func() { nn.NewLSTMCell(key, 0, 3) }},
		{"Recurrent.Run: the input has shape [4]; it must be sequences [..., n, in], n > 0", func() { rnn.Apply(ones(4)) }},
		{"Recurrent.Run: the input has shape [0 4]; it must be sequences [..., n, in], n > 0", func() { rnn.Apply(ones(0, 4)) }},
		{"RNNCell.Drive: the input has shape [2 5]; its last axis must be 4", func() { rnn.Apply(ones(2, 5)) }},
		{"Recurrent.Run: 2 states for 1 cells", func() { lstm.Run(ones(5, 4), make([]nn.LSTMState, 2)) }},
		{"Recurrent.Run: there are no layers; NewRNN, NewGRU and NewLSTM make some", func() { nn.Recurrent[*fx.Array]{}.Apply(ones(5, 4)) }},
		{"Recurrent.Run: layer 0 has no forward cell", func() { nn.Recurrent[*fx.Array]{Layers: make([]nn.RecurrentLayer[*fx.Array], 1)}.Apply(ones(5, 4)) }},
		{"GRUCell.Step: the state has shape [2 3] and the drive [5 9]; their leading axes must be the same", func() { cell.Step(ones(5, 9), ones(2, 3)) }},
		{"GRUCell.Step: the input has shape [5 4]; its last axis must be 9", func() { cell.Step(ones(5, 4), ones(5, 3)) }},
		{"GRUCell.Step: the cell has no kernels; NewGRUCell makes one", func() { nn.GRUCell{}.Step(ones(5, 4), ones(5, 3)) }},
		{"LSTMCell.Drive: the cell has no kernels", func() { nn.LSTMCell{}.Drive(ones(5, 4)) }},
		{"RNNCell.Start: the cell has no kernels", func() { nn.RNNCell{}.Start(2) }},
	} {
		wrong(t, c.want, c.call)
	}
}
