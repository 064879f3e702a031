// Package project maps points onto convex sets: to the nearest point in the
// Euclidean distance, or in another divergence where the name says so.
//
// Every function works on each vector along the last axis (element by element
// for boxes), is traced, and has a derivative in the point and in the set's
// parameters almost everywhere: that of the active constraints (Blondel et al.,
// "Efficient and Modular Implicit Differentiation", 2022, appendix C). They are
// what implicit.ProjectedGradient and implicit.MirrorDescent take.
//
// Parameters are arrays that broadcast to what they belong to; fx.Const gives
// constants.
package project
