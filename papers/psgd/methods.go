package psgd

import (
	"github.com/fluxion-go/fluxion/optim/liegroup"
)

// The names of the families, as tables and figures have them.
const (
	nameNewton  = "triangular"
	nameGeneral = "general"
	nameLRA     = "low rank"
	nameXMat    = "X-shaped"
	nameKron    = "Kronecker"
)

// fitRank is the rank of part A, and trainRank that of the networks.
const (
	fitRank   = 5
	trainRank = 10
)

// lineup holds the families. A test puts broken ones in their place and sees that
// the claims notice.
type lineup struct {
	newton  liegroup.Family
	lowRank func(rank int) liegroup.Family
	xmat    liegroup.Family
	kron    liegroup.Family
}

// published are the families as the library has them.
var published = lineup{
	newton:  liegroup.Triangular{},
	lowRank: func(rank int) liegroup.Family { return liegroup.LowRank{Rank: rank} },
	xmat:    liegroup.XMat{},
	kron:    liegroup.NewKronecker(),
}

// named is a family with its name.
type named struct {
	name   string
	family liegroup.Family
}

// fitted are the families of part A.
func (l lineup) fitted() []named {
	return []named{{nameNewton, l.newton}, {nameGeneral, liegroup.General{}}, {nameLRA, l.lowRank(fitRank)}, {nameXMat, l.xmat}, {nameKron, l.kron}}
}
