package main

import (
	"fmt"
	"strings"

	"github.com/fluxion-go/fluxion/compare"
	"github.com/fluxion-go/fluxion/study"
)

// taskJSON is a task, and methodJSON a method, as --list --json shows them.
type taskJSON struct {
	Name        string           `json:"name"`
	Summary     string           `json:"summary"`
	Options     []study.Option   `json:"options"`
	DataSets    []string         `json:"data_sets,omitempty"`
	Files       string           `json:"files,omitempty"`
	Evaluations int              `json:"evaluations"`
	Metrics     []compare.Metric `json:"metrics"`
}

type methodJSON struct {
	Name     string   `json:"name"`
	Summary  string   `json:"summary"`
	Rate     float64  `json:"rate"`
	Settings []string `json:"settings,omitempty"`
}

// listComparison prints the tasks and methods, or all about the one named.
func (a *app) listComparison(args []string, asJSON bool) error {
	s := newScreen(a.out)
	switch {
	case len(args) > 1:
		return fmt.Errorf("--list takes one task or method, not %q too", args[1])
	case len(args) == 1:
		return a.listOne(s, args[0], asJSON)
	case asJSON:
		var all struct {
			Tasks   []taskJSON   `json:"tasks"`
			Methods []methodJSON `json:"methods"`
		}
		for _, t := range compare.Tasks() {
			all.Tasks = append(all.Tasks, taskToJSON(t))
		}
		for _, m := range compare.Methods() {
			all.Methods = append(all.Methods, methodToJSON(m))
		}
		return s.json(all)
	}
	s.heading("Tasks")
	tasks := study.NewTable("", "name", "what it is", "steps")
	for _, t := range compare.Tasks() {
		tasks.Add(t.Name, t.Summary, t.Evaluations)
	}
	s.printf("%s\n", tasks.Text(s.width()))
	s.heading("Methods")
	methods := study.NewTable("", "name", "what it is", "usual rate")
	for _, m := range compare.Methods() {
		methods.Add(m.Name, m.Summary, m.Rate)
	}
	s.printf("%s\nMore about one: fluxion compare TASK --list, fluxion compare METHOD --list\n", methods.Text(s.width()))
	return nil
}

func taskToJSON(t compare.Task) taskJSON {
	return taskJSON{t.Name, t.Summary, t.Options, t.DataSets, t.Files, t.Evaluations, t.Metrics}
}

func methodToJSON(m compare.Method) methodJSON {
	return methodJSON{m.Name, m.Summary, m.Rate, m.Settings()}
}

func (a *app) listOne(s *screen, name string, asJSON bool) error {
	task, err := compare.FindTask(name)
	if err != nil {
		if m, is := compare.FindMethod(name); is == nil {
			return listMethod(s, m, asJSON)
		}
		return err
	}
	if asJSON {
		return s.json(taskToJSON(task))
	}
	s.heading(task.Name)
	s.paragraph("", task.Summary)
	var metrics []string
	for _, m := range task.Metrics {
		metrics = append(metrics, m.Name)
	}
	s.printf("\n")
	s.paragraph("", fmt.Sprintf("Budget %d gradient evaluations; metrics: %s.", task.Evaluations, strings.Join(metrics, ", ")))
	if len(task.DataSets) > 0 {
		text := "Data: " + strings.Join(task.DataSets, ", ")
		if task.Files != "" {
			text += ", or the path of " + task.Files
		}
		s.paragraph("", text+".")
	}
	s.printf("\n")
	t := study.NewTable("", "option", "default", "what it is")
	for _, o := range task.Options {
		help := o.Help
		if r := o.Range(); r != "" {
			help += " (" + r + ")"
		}
		t.Add(o.Name, o.Default, help)
	}
	s.printf("%s", t.Text(s.width()))
	return nil
}

func listMethod(s *screen, m compare.Method, asJSON bool) error {
	if asJSON {
		return s.json(methodToJSON(m))
	}
	s.heading(m.Name)
	s.paragraph("", m.Summary)
	s.printf("\nUsual learning rate %s.\n", study.FormatNumber(m.Rate))
	if list := m.Settings(); len(list) > 0 {
		s.paragraph("", "Settings: "+strings.Join(list, ", ")+".")
	}
	return nil
}
