package proxyprox

import (
	"fmt"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/fx"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/classify"
)

// The objectives of part C, of which option objective chooses one. The proxy is always
// images of the data set as they are.
const (
	usualImages   = "usual"   // private for photographs, else turned
	turnedImages  = "turned"  // other images of the set, turned and, if grey, coloured
	privateImages = "private" // other images of the set, which the proxy may not see
	kmnistImages  = "kmnist"  // Kuzushiji-MNIST with its own labels
)

// objectiveOf is the objective that an option's value means for a data set.
func objectiveOf(option, set string) string {
	switch {
	case option != usualImages:
		return option
	case set == "cifar10":
		return privateImages
	}
	return turnedImages
}

// domains are the images of part C as rows of pixels.
type domains struct {
	Proxy, Objective, Test classify.Images
	classes                int
}

// angle of the objective's images, in degrees, and their colours.
const angle = 30

var colours = []data.Colour{{1, 0.3, 0.3}, {0.3, 1, 0.3}, {0.4, 0.4, 1}, {1, 1, 0.3}}

// sharedDomains are the same for all seeds.
func sharedDomains(env *study.Env, p imagePlan) (*domains, error) {
	return study.Once(env, fmt.Sprintf("domains %+v", p), func() (d *domains, err error) {
		if p.proxy < p.proxyBatch || p.objective < p.batch {
			return nil, fmt.Errorf("%d images of the proxy and %d of the objective are less than a minibatch, which has %d and %d", p.proxy, p.objective, p.proxyBatch, p.batch)
		}
		switch objective := objectiveOf(env.Options.String("objective"), env.Data.Name); objective {
		case kmnistImages:
			d, err = toKMNIST(env, p)
		default:
			d, err = within(env, p, objective)
		}
		if err == nil {
			fx.Eval(d.Proxy, d.Objective, d.Test)
		}
		return d, err
	})
}

// open reads so many images to train on, and as many of those for testing as the set
// has, at most p.test.
func (p imagePlan) open(name, dir string, side, train int) (*data.Images, *data.Images, error) {
	source, err := data.FindSource(name)
	if err != nil {
		return nil, nil, err
	}
	o := data.Options{Size: side}
	if !source.Files {
		o.Train, o.Test = train, p.test
		return data.Open(name, dir, o)
	}
	all, test, err := data.Open(name, dir, o)
	if err != nil {
		return nil, nil, err
	}
	if all.N() < train {
		return nil, nil, fmt.Errorf("%s has %d training images, and %d are asked for: set proxy-images and objective-images", name, all.N(), train)
	}
	if all, err = all.Subset(train, 0); err != nil {
		return nil, nil, err
	}
	test, err = test.Subset(min(test.N(), p.test), 0)
	return all, test, err
}

func rows(s *data.Images) classify.Images {
	pixels, labels := s.Arrays()
	return classify.Images{Pixels: pixels, Labels: labels}.Flat()
}

// within takes different images of one set for the proxy and the objective.
func within(env *study.Env, p imagePlan, objective string) (*domains, error) {
	train, test, err := p.open(env.Data.Name, env.Data.Dir, p.sideOf(env.Data.Name), p.proxy+p.objective)
	if err != nil {
		return nil, err
	}
	clean := train
	if objective == turnedImages {
		shift := data.Rotate(angle)
		if train.Channels == 1 {
			shift = data.Compose("turned and coloured", shift, data.ColourAtRandom("coloured", colours...))
			clean = train.RGB()
		}
		if train, err = shift.Apply(train, partImages); err != nil {
			return nil, err
		}
		if test, err = shift.Apply(test, partImages+1); err != nil {
			return nil, err
		}
	}
	return &domains{rows(clean).Slice(0, p.proxy), rows(train).Slice(p.proxy, p.proxy+p.objective), rows(test), len(test.Classes)}, nil
}

// toKMNIST has the data set for a proxy of Kuzushiji-MNIST: other shapes, whose classes
// have only their numbers in common with the proxy's. It is read from its usual folder:
// --data-dir is the proxy's.
func toKMNIST(env *study.Env, p imagePlan) (*domains, error) {
	name := env.Data.Name
	if name == "kmnist" {
		return nil, fmt.Errorf("proxy and objective are both kmnist: name another data set, or set objective=turned")
	}
	side := p.sideOf("kmnist")
	proxy, _, err := p.open(name, env.Data.Dir, side, p.proxy)
	if err != nil {
		return nil, err
	}
	objective, test, err := p.open("kmnist", "", side, p.objective)
	if err != nil {
		return nil, fmt.Errorf("objective=kmnist: %w", err)
	}
	if proxy.ImageLen() != objective.ImageLen() || len(proxy.Classes) != len(objective.Classes) {
		return nil, fmt.Errorf("%s has images of %v and %d classes, kmnist of %v and %d: they must agree", name, proxy.Shape()[1:], len(proxy.Classes),
			objective.Shape()[1:], len(objective.Classes))
	}
	return &domains{rows(proxy), rows(objective), rows(test), len(objective.Classes)}, nil
}

// domainsOf names the images of a run, objective and proxy.
func domainsOf(c study.Config) (objective, proxy string) {
	set := map[string]string{"glyphs": "digits", "mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "kmnist": "KMNIST", "cifar10": "CIFAR-10"}[c.Data]
	switch objectiveOf(c.Options["objective"], c.Data) {
	case kmnistImages:
		return "KMNIST", set
	case privateImages:
		return "private images of " + set, "public ones"
	}
	if c.Data == "cifar10" {
		return fmt.Sprintf("%s turned by %d degrees", set, angle), "other images as they are"
	}
	return fmt.Sprintf("%s turned by %d degrees and coloured", set, angle), "other images as they are"
}
