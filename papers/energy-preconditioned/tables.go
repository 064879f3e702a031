package energypreconditioned

import "github.com/fluxion-go/fluxion/study"

func tables(r *study.Results) []*study.Table { return nil }
