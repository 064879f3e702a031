package nn

import (
	"iter"
	"reflect"

	"github.com/fluxion-go/fluxion/fx"
)

// RefreshRunning is the model with new running statistics: the means of those of all
// the batches, with dropout switched off and nothing learned. It is for parameters
// that no training pass has seen as they are, such as averages of parameters, or
// those that Entropy-SGD steps to (PyTorch's update_bn). train is a training pass of
// the model on a batch, which returns it with the statistics that it has then:
//
//	net = nn.RefreshRunning(net, func(n nn.Sequential, x *fx.Array) nn.Sequential {
//		_, next := n.Train(x, key)
//		return next
//	}, batches)
//
// It reaches every [BatchNorm] and [Dropout] in exported fields, slices, maps and
// interfaces of the model. The batches count alike; there must be one at least.
func RefreshRunning[M any](model M, train func(M, *fx.Array) M, batches iter.Seq[*fx.Array]) M {
	const op = "RefreshRunning"
	if train == nil || batches == nil {
		fail(op, "there is no training pass, or there are no batches: nil")
	}
	fresh := rewrite(reflect.ValueOf(&model).Elem(), func(v any) any {
		switch layer := v.(type) {
		case BatchNorm:
			layer.Momentum = 1 // the batch's alone
			return layer
		case Dropout:
			return Dropout{}
		}
		return nil
	}).Interface().(M)
	pass := fx.Jit(func(in struct {
		Model M
		X     *fx.Array
	}) M {
		return train(in.Model, in.X)
	})
	var sum M
	n := 0
	for x := range batches {
		next := pass(struct {
			Model M
			X     *fx.Array
		}{fresh, x})
		if n++; n == 1 {
			sum = next
			continue
		}
		i, paths := -1, fx.Paths(sum)
		sum = fx.Map2(func(a, b *fx.Array) *fx.Array {
			if i++; isRunning(paths[i]) {
				return a.Add(b)
			}
			return a
		}, sum, next)
		fx.Eval(sum)
	}
	if n == 0 {
		fail(op, "there are no batches")
	}
	i, paths := -1, fx.Paths(sum)
	return WithRunning(model, fx.Map(func(a *fx.Array) *fx.Array {
		if i++; isRunning(paths[i]) {
			return a.DivScalar(float64(n))
		}
		return a
	}, sum))
}

// rewrite copies a value with some of its parts replaced: what change returns for a
// part stands in for it, unless it is nil.
func rewrite(v reflect.Value, change func(any) any) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return rewrite(v.Elem(), change)
	case reflect.Struct:
		if changed := change(v.Interface()); changed != nil {
			return reflect.ValueOf(changed)
		}
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(rewrite(v.Field(i), change))
			}
		}
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(rewrite(v.Index(i), change))
		}
		return c
	case reflect.Array:
		c := reflect.New(v.Type()).Elem()
		for i := range v.Len() {
			c.Index(i).Set(rewrite(v.Index(i), change))
		}
		return c
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for each := v.MapRange(); each.Next(); {
			c.SetMapIndex(each.Key(), rewrite(each.Value(), change))
		}
		return c
	}
	return v
}
