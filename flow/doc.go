// Package flow learns transports between two distributions as ordinary
// differential equations: rectified flow (Liu, Gong and Liu, "Flow Straight and
// Fast", ICLR 2023, arXiv:2209.03003) and the interpolations it generalises.
//
// From pairs (X0, X1) of points of two distributions, Rectify fits a velocity to
// the motion along X_t between them; the flow of that velocity carries the first
// distribution to the second. Reflow simulates it and gives the pairs of its
// starts and ends, on which the next round is fitted, whose paths are straighter.
// Distill makes a model of one or a few Euler steps:
//
//	first, _, err := flow.Rectify(key, net, flow.Pairs{X0: noise, X1: examples}, config)
//	pairs, _, err := flow.Reflow(first, moreNoise, flow.Euler(100))
//	second, _, err := flow.Rectify(key2, first, pairs, config)
//	student, _, err := flow.Distill(key3, second, pairs, 1, config)
//
// Time runs from 0, at X0, to 1, at X1. A batch of points is [n, ...], the time
// that goes with it a scalar or [n].
package flow
