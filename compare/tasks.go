package compare

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/internal/nearest"
)

// Tasks lists the built-in tasks.
func Tasks() []Task {
	return []Task{Quadratic(), Rosenbrock(), Logistic(), MLP(), ConvNet(), Transformer(), PINN()}
}

// FindTask finds a built-in task by its name.
func FindTask(name string) (Task, error) {
	var names []string
	for _, t := range Tasks() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Task{}, fmt.Errorf("unknown task %q%s; the tasks are %s", name, nearest.DidYouMean(name, names), strings.Join(names, ", "))
}
