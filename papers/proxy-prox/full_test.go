package proxyprox

import (
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxion-go/fluxion/data"
	"github.com/fluxion-go/fluxion/study"
	"github.com/fluxion-go/fluxion/study/studytest"
)

// smallFull is scale full with all its parts and less of each: one rate of a grid where
// there is a choice of rates in the plan, few images and gradients.
var smallFull = func() study.PerScale[plan] {
	full := plans.Full
	full.deltas, full.criterionDeltas, full.most, full.unlabelled, full.exam = []float64{1}, []float64{1}, 100, 100, 100
	full.regimes = nil
	for _, g := range plans.Full.regimes {
		g.batch, g.steps, g.etas = 8, 20, g.etas[:1]
		full.regimes = append(full.regimes, g)
	}
	c := *plans.Full.images
	c.side, c.hidden, c.test, c.proxyBatch, c.inner, c.pretrain, c.every = 8, 6, 20, 8, 2, 4, 4
	full.images = &c
	return study.PerScale[plan]{Full: full}
}()

// little are options for a training on few images.
func little(change map[string]string) map[string]string {
	set := map[string]string{"proxy-images": "24", "objective-images": "24", "gradients": "4"}
	maps.Copy(set, change)
	return set
}

// TestFullPlan: scale full is the whole of the specification's grid, and the options
// change what they say.
func TestFullPlan(t *testing.T) {
	env, err := study.NewEnv(t.Context(), Paper(), study.Full, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := experiment{published, plans}.plan(env)
	if len(p.deltas) != 4 || len(p.sigmas) != 2 || len(p.regimes) != 2 || len(p.regimes[1].etas) != len(labelEtas) {
		t.Errorf("%d deltas, %d noises, regimes %v", len(p.deltas), len(p.sigmas), p.regimes)
	}
	if c := p.images; c.gradients != 5000 || c.hidden != 128 || c.side != 28 || c.sideOf("mnist") != 0 || c.sideOf("cifar10") != 0 {
		t.Errorf("images %+v", c)
	}
	env, err = study.NewEnv(t.Context(), Paper(), study.Full, 0, map[string]string{"gradients": "250", "proxy-images": "300", "objective-images": "200"})
	if err != nil {
		t.Fatal(err)
	}
	if c := (experiment{published, plans}).plan(env).images; c.gradients != 250 || c.proxy != 300 || c.objective != 200 || interval(c.gradients, c.every) != 50 {
		t.Errorf("images %+v", c)
	}
	if plans.Full.images.gradients != 5000 {
		t.Error("an option changed the scale itself")
	}
}

// usualFolder makes the folder where a set lies unless told otherwise.
func usualFolder(t *testing.T, name string) string {
	t.Helper()
	t.Setenv(data.DirVariable, t.TempDir())
	dir, err := data.DefaultDir(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeIDX writes a set in MNIST's format: images of 8x8 pixels that differ by class.
func writeIDX(t *testing.T, dir string, n int) {
	t.Helper()
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"train", "t10k"} {
		images := []byte{0, 0, 8, 3}
		for _, v := range []uint32{uint32(n), 8, 8} {
			images = binary.BigEndian.AppendUint32(images, v)
		}
		labels := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(n))
		for i := range n {
			labels = append(labels, byte(i%10))
			for p := range 64 {
				images = append(images, byte((i%10)*20+p))
			}
		}
		write(part+"-images-idx3-ubyte", images)
		write(part+"-labels-idx1-ubyte", labels)
	}
}

// writeCIFAR writes a set in CIFAR-10's format.
func writeCIFAR(t *testing.T, dir string, n int) {
	t.Helper()
	var records []byte
	for i := range n {
		records = append(records, byte(i%10))
		for p := range 3072 {
			records = append(records, byte((i%10)*20+p%32))
		}
	}
	for _, name := range []string{"data_batch_1.bin", "test_batch.bin"} {
		if err := os.WriteFile(filepath.Join(dir, name), records, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFull: the whole way of scale full, from the data to claims, tables and figures.
func TestFull(t *testing.T) {
	o := studytest.Run(t, study.Request{Paper: experiment{published, smallFull}.paper(), Scale: study.Full, Seeds: []uint64{0}, Threads: 2, Set: little(nil)})
	if len(o.Verdicts) != 5 || len(o.Figures) != 4 || len(o.Tables) < 6 {
		t.Errorf("%d verdicts, %d figures, %d tables", len(o.Verdicts), len(o.Figures), len(o.Tables))
	}
}

// TestPairs: part C with the other pairs of proxy and objective.
func TestPairs(t *testing.T) {
	mnist, cifar := t.TempDir(), t.TempDir()
	writeIDX(t, mnist, 50)
	writeIDX(t, usualFolder(t, "kmnist"), 50)
	writeCIFAR(t, cifar, 50)
	for _, c := range []struct {
		data               study.DataSet
		option             string
		features           int
		objective, against string
	}{
		{study.DataSet{Name: "mnist", Dir: mnist}, "kmnist", 64, "KMNIST", "MNIST"},
		{study.DataSet{Name: "mnist", Dir: mnist}, "usual", 192, "MNIST turned by 30 degrees and coloured", "other images as they are"},
		{study.DataSet{Name: "cifar10", Dir: cifar}, "usual", 3072, "private images of CIFAR-10", "public ones"},
		{study.DataSet{Name: "cifar10", Dir: cifar}, "turned", 3072, "CIFAR-10 turned by 30 degrees", "other images as they are"},
	} {
		e := experiment{published, smallFull}
		env, err := study.NewEnv(t.Context(), e.paper(), study.Full, 0, little(map[string]string{"objective": c.option}))
		if err != nil {
			t.Fatal(err)
		}
		env.Data = c.data
		p := e.plan(env)
		d, err := sharedDomains(env, *p.images)
		if err != nil {
			t.Errorf("%v, %s: %v", c.data, c.option, err)
			continue
		}
		if d.Proxy.N() != 24 || d.Objective.N() != 24 || d.Test.N() != 20 || d.Proxy.Features() != c.features || d.Objective.Features() != c.features {
			t.Errorf("%s, %s: %d and %d images, %d to test, of %d and %d features", c.data.Name, c.option, d.Proxy.N(), d.Objective.N(), d.Test.N(), d.Proxy.Features(), d.Objective.Features())
		}
		if c.option == "usual" { // a training with each shape
			if err := e.images(t.Context(), env, p); err != nil {
				t.Error(err)
			}
		}
		if o, p := domainsOf(study.Config{Data: c.data.Name, Options: map[string]string{"objective": c.option}}); o != c.objective || p != c.against {
			t.Errorf("%s, %s: described as %q against %q", c.data.Name, c.option, o, p)
		}
	}
}

func TestPairMistakes(t *testing.T) {
	dir := t.TempDir()
	usual := usualFolder(t, "kmnist")
	writeIDX(t, usual, 50)
	writeIDX(t, dir, 50)
	for _, c := range []struct {
		data, dir string
		set       map[string]string
		want      string
	}{
		{"mnist", dir, map[string]string{"proxy-images": "40"}, "mnist has 50 training images, and 64 are asked for: set proxy-images and objective-images"},
		{"kmnist", dir, map[string]string{"objective": "kmnist"}, "proxy and objective are both kmnist"},
		{"mnist", dir, map[string]string{"objective": "kmnist", "objective-images": "51"}, "objective=kmnist: kmnist has 50 training images, and 51 are asked for"},
		{"glyphs", "", map[string]string{"objective": "kmnist"}, "glyphs has images of [28 28 1] and 10 classes, kmnist of [8 8 1] and 10: they must agree"},
		{"glyphs", "", map[string]string{"proxy-images": "7"}, "7 images of the proxy and 24 of the objective are less than a minibatch, which has 8 and 16"},
		{"glyphs", "", map[string]string{"objective": "turnd"}, `option objective: "turnd" is not one of usual, turned, private or kmnist`},
	} {
		r := study.Request{Paper: experiment{published, smallFull}.paper(), Scale: study.Full, Seeds: []uint64{0}, Data: c.data, DataDir: c.dir, Dir: t.TempDir(),
			Set: little(c.set)}
		if _, err := study.Run(t.Context(), r); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.set, err, c.want)
		}
	}
}
