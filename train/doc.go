// Package train runs training loops and keeps checkpoints.
//
// A [Loop] calls a step function on one minibatch after the other. It gathers
// metrics without waiting for each, reports them, evaluates, notices NaNs and
// infinities and goes back to the last good state, stops early, saves
// checkpoints, and resumes from one bit for bit, batch order included.
//
// [Save] and [Load] store any tree of arrays as one file in the safetensors
// format, written atomically and protected by checksums; [Checkpoints] keeps
// the last few of a run.
package train
