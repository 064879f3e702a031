package teleportation

const summary = "Symmetries of a network let its parameters move far without changing the function it computes. " +
	"Teleportation uses this freedom during training: it jumps along the level set of the loss to a point " +
	"with a steeper gradient, or to one that is flatter. The authors prove that a jump can speed up all " +
	"later steps and not only the next one, relate the sharpness and curvature of the reached minima to " +
	"generalisation, and show that the jumps combine with common optimizers or can be learned by a " +
	"meta-optimizer."

const explanation = `TODO`
