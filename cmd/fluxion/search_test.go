package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/study"
)

func TestChoose(t *testing.T) {
	run := func(context.Context, *study.Env) error { return nil }
	a := &app{
		families: []string{"Rules", "Flows and diffusion"},
		catalogue: []*study.Paper{
			{Number: 1, Slug: "steep", Family: "Rules", Title: "Steepest Descent Optimization", Authors: []string{"Augustin Cauchy"},
				Summary: "Follow the gradient. It leads down.", Run: run},
			{Number: 2, Slug: "gradient-inequality", Family: "Rules", Title: "The Łojasiewicz Inequality", Authors: []string{"René Çelık"},
				Summary: "A bound from below. Regularisation helps."},
			{Number: 3, Slug: "straight", Family: "Flows and diffusion", Title: "Straight Flows", Authors: []string{"A. Köhler", "B. Zhu"},
				Summary: "Flows along lines. One step is enough."},
		},
	}
	for _, test := range []struct {
		filter filter
		want   string // the numbers chosen, or the start of the error
	}{
		{filter{}, "1 2 3"},
		{filter{ready: true}, "1"},
		{filter{planned: true}, "2 3"},
		{filter{family: "RULES"}, "1 2"},
		{filter{family: "rules", planned: true}, "2"},
		{filter{family: "flows", ready: true}, ""},
		{filter{words: []string{"GRADIENT"}}, "1 2"},                            // slug and summary
		{filter{words: []string{"gradient", "leads"}}, "1"},                     // both words
		{filter{words: []string{"gradient leads"}}, "1"},                        // the same in quotes
		{filter{words: []string{"lojasiewicz"}}, "2"},                           // title without accents
		{filter{words: []string{"Łojasiewicz"}}, "2"},                           // with accents
		{filter{words: []string{"celik"}}, "2"},                                 // dotless i, cedilla
		{filter{words: []string{"kohler"}}, "3"},                                // second place of the name
		{filter{words: []string{"zhu"}}, "3"},                                   // second author
		{filter{words: []string{"optimisation"}}, "1"},                          // British for American
		{filter{words: []string{"regularization"}}, "2"},                        // American for British
		{filter{words: []string{"flow"}, family: "diff"}, "3"},                  // words and family
		{filter{words: []string{"gradient"}, ready: true}, "1"},                 // words and status
		{filter{words: []string{"straight"}, ready: true}, ""},                  // known, but of another status
		{filter{words: []string{"", "  "}}, "1 2 3"},                            // no word at all
		{filter{words: []string{"diffusion"}}, `no paper contains "diffusion"`}, // a family is no word
		{filter{words: []string{"one", "down"}}, "no paper contains all of these words: one, down"},
		{filter{words: []string{"gradient"}, family: "flows"}, `no paper of the family "flows" contains "gradient"`},
		{filter{words: []string{"gradient"}, family: "x"}, `no family contains "x"; the families are: Rules; Flows and diffusion`},
		{filter{ready: true, planned: true}, "--ready and --planned exclude each other"},
	} {
		papers, err := a.choose(test.filter)
		if err != nil {
			if test.want == "" || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%+v: %v, want %q", test.filter, err, test.want)
			}
			continue
		}
		var numbers []string
		for _, p := range papers {
			numbers = append(numbers, fmt.Sprint(p.Number))
		}
		if got := strings.Join(numbers, " "); got != test.want {
			t.Errorf("%+v: papers %q, want %q", test.filter, got, test.want)
		}
	}
}
