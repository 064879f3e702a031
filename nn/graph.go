package nn

import (
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/random"
)

// Edges are a directed graph's edges: edge k goes from node Senders[k] to node
// Receivers[k]. An edge whose receiver is no node counts for nothing, so that
// graphs can be padded to one number of edges with receiver -1 (and any
// sender); several graphs are one graph whose parts are not connected.
type Edges struct {
	Senders, Receivers *fx.Array // [edges], int32 or int64
	Features           *fx.Array // [edges, features], or nil
}

// MessagePassing is a layer on graphs (Gilmer et al., "Neural Message Passing
// for Quantum Chemistry", 2017, equations 1 and 2): every edge makes a message
// of the nodes at its ends and its own features, and every node makes its new
// features of the old ones and the sum of the messages that it receives.
//
//	m_v = sum over edges (w, v) of Message(h_v, h_w, e_wv)
//	h_v = Update(h_v, m_v)
//
// The arguments in brackets are joined to one vector.
type MessagePassing struct {
	Message, Update MLP
	Mean            bool // divides m_v by the number of messages, if there is one
}

// MessagePassingOptions are a layer's sizes.
type MessagePassingOptions struct {
	Nodes, Edges int                       // features of nodes, at least 1, and of edges, which may be 0
	Message      int                       // features of a message; 0 means 64
	Hidden       int                       // hidden features of both perceptrons; 0 means 64
	Output       int                       // new features of a node; 0 means 64
	Activation   func(*fx.Array) *fx.Array // Relu if nil
	LayerOptions
}

// NewMessagePassing makes a layer with perceptrons of one hidden layer.
func NewMessagePassing(key *fx.Array, o MessagePassingOptions) MessagePassing {
	const op = "NewMessagePassing"
	layerOptions(op, []LayerOptions{o.LayerOptions}, nil)
	checkKey(op, key)
	orDefault(&o.Message, 64)
	orDefault(&o.Hidden, 64)
	orDefault(&o.Output, 64)
	checkSizes(op, "features of nodes, messages, hidden layers and output", o.Nodes, o.Message, o.Hidden, o.Output)
	if o.Edges < 0 {
		fail(op, "%d features of edges", o.Edges)
	}
	if o.Activation == nil {
		o.Activation = Relu
	}
	keys := random.Split(key, 2)
	return MessagePassing{
		Message: NewMLP(keys[0], []int{2*o.Nodes + o.Edges, o.Hidden, o.Message}, o.Activation, o.LayerOptions),
		Update:  NewMLP(keys[1], []int{o.Nodes + o.Message, o.Hidden, o.Output}, o.Activation, o.LayerOptions),
	}
}

// Apply maps the nodes' features [nodes, features] to new ones. Under fx.Vmap
// it takes many graphs of one size.
func (m MessagePassing) Apply(h *fx.Array, e Edges) *fx.Array {
	const op = "MessagePassing.Apply"
	checkInput(op, h, nil)
	if h.NDim() != 2 || h.Dim(0) == 0 {
		fail(op, "the nodes have shape %v; it must be [nodes, features], with one node at least", h.Shape())
	}
	checkInteger(op, "senders", e.Senders)
	checkInteger(op, "receivers", e.Receivers)
	if e.Senders.NDim() != 1 || !sameShape(e.Senders.Shape(), e.Receivers.Shape()) {
		fail(op, "senders of shape %v and receivers of shape %v; both must be [edges]", e.Senders.Shape(), e.Receivers.Shape())
	}
	parts := []*fx.Array{h.Take(e.Receivers, 0), h.Take(e.Senders, 0)}
	if e.Features != nil {
		checkInput(op, e.Features, h)
		if e.Features.NDim() != 2 || e.Features.Dim(0) != e.Senders.Dim(0) {
			fail(op, "features of shape %v for %d edges; it must be [edges, features]", e.Features.Shape(), e.Senders.Dim(0))
		}
		parts = append(parts, e.Features)
	}
	nodes := h.Dim(0)
	sum := m.Message.Apply(fx.Concatenate(-1, parts...)).SegmentSum(e.Receivers, nodes)
	if m.Mean {
		count := fx.Ones(h.DType(), e.Receivers.Dim(0)).SegmentSum(e.Receivers, nodes)
		sum = sum.Div(count.Maximum(fx.Const(1)).ExpandDims(1))
	}
	return m.Update.Apply(fx.Concatenate(-1, h, sum))
}
