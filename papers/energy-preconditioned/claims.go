package energypreconditioned

import "github.com/fluxion-go/fluxion/study"

func claims() []study.Claim {
	return []study.Claim{{ID: "1", Name: "x", Statement: "x y.", Where: "w", Statistic: "s", Judge: func(r *study.Results, j *study.Judgement) {}}}
}
