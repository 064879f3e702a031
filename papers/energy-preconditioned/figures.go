package energypreconditioned

import "github.com/fluxion-go/fluxion/study"

func figures(r *study.Results) []*study.Figure { return nil }
