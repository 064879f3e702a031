package data

import "strings"

// Download is a file of a data set and where it is had.
type Download struct {
	// Name is the file's name in the set's directory.
	Name string
	// URLs are the places to get it from, best first.
	URLs []string
	// Size is in bytes; 0 if it is not published.
	Size int64
	// SHA256 and MD5 are published checksums in hexadecimal digits; "" if
	// there is none of a kind.
	SHA256, MD5 string
	// Archive tells that it is a .tar.gz whose content is what the set needs;
	// Holds then lists the files in it that must be there.
	Archive bool
	Holds   []string
}

// Sum is the checksum to go by and the name of its kind; "" if none is
// published.
func (d Download) Sum() (kind, sum string) {
	switch {
	case d.SHA256 != "":
		return "SHA-256", d.SHA256
	case d.MD5 != "":
		return "MD5", d.MD5
	}
	return "", ""
}

var idxNames = []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}

// idxFiles are the four files of MNIST and its relatives.
func idxFiles(sizes []int64, sha, md5 []string, bases ...string) []Download {
	list := make([]Download, len(idxNames))
	for i, name := range idxNames {
		d := Download{Name: name, Size: sizes[i]}
		if sha != nil {
			d.SHA256 = sha[i]
		}
		if md5 != nil {
			d.MD5 = md5[i]
		}
		for _, base := range bases {
			d.URLs = append(d.URLs, base+name)
		}
		list[i] = d
	}
	return list
}

// The checksums are those of torchvision, TensorFlow Datasets and the sets' own
// pages. LIBSVM's page publishes none.
var (
	mnistDownloads = idxFiles([]int64{9912422, 28881, 1648877, 4542},
		[]string{
			"440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
			"3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
			"8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
			"f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
		},
		[]string{"f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432", "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c"},
		"https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
	fashionDownloads = idxFiles([]int64{26421880, 29515, 4422102, 5148}, nil,
		[]string{"8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"},
		"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
		"https://fashion-mnist.s3.eu-central-1.amazonaws.com/")
	kmnistDownloads = idxFiles([]int64{18165135, 29497, 3041136, 5120},
		[]string{
			"51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
			"e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
			"edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
			"20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
		},
		[]string{"bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344", "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134"},
		"https://codh.rois.ac.jp/kmnist/dataset/kmnist/")
	shakespeareDownloads = []Download{{
		Name: "input.txt", Size: 1115394,
		SHA256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
		URLs: []string{
			"https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
			"https://raw.githubusercontent.com/jcjohnson/torch-rnn/master/data/tiny-shakespeare.txt",
		},
	}}
)

// cifarFiles is the archive of a CIFAR set.
func (l cifarLayout) files(size int64, sha256, md5 string) []Download {
	holds := make([]string, 0, len(l.train)+1)
	for _, name := range l.train {
		holds = append(holds, l.folder+"/"+name)
	}
	return []Download{{
		Name: l.archive[strings.LastIndex(l.archive, "/")+1:], URLs: []string{l.archive}, Size: size, SHA256: sha256, MD5: md5,
		Archive: true, Holds: append(holds, l.folder+"/"+l.test),
	}}
}

// libsvmSet is a set on LIBSVM's page of binary classification sets, and its
// published size, which is all there is to check it by.
type libsvmSet struct {
	name, what       string
	rows, test, cols int // test is 0 where there is no test file
}

var libsvmSets = []libsvmSet{
	{"a9a", "income above 50,000 dollars from census data (Adult), features made binary", 32561, 16281, 123},
	{"w8a", "categories of web pages, binary features", 49749, 14951, 300},
	{"mushrooms", "edible or poisonous mushrooms, binary features", 8124, 0, 112},
	{"phishing", "phishing web sites, binary features", 11055, 0, 68},
	{"australian_scale", "credit approval, features in [-1, 1]", 690, 0, 14},
	{"breast-cancer_scale", "malignant or benign tumours, features in [-1, 1]", 683, 0, 10},
	{"diabetes_scale", "diabetes among Pima people, features in [-1, 1]", 768, 0, 8},
	{"german.numer_scale", "credit risk, features in [-1, 1]", 1000, 0, 24},
	{"ionosphere_scale", "radar returns, features in [-1, 1]", 351, 0, 34},
}

func (s libsvmSet) files() []Download {
	const base = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary/"
	list := []Download{{Name: s.name, URLs: []string{base + s.name}}}
	if s.test > 0 {
		list = append(list, Download{Name: s.name + ".t", URLs: []string{base + s.name + ".t"}})
	}
	return list
}
