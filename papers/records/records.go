// Package records holds the published results of every finished paper, against
// which `fluxion verify` compares a new run bit for bit. `fluxion verify
// --record DIR` writes them.
package records

import "embed"

// Files are the records, named SLUG-SCALE.json.
//
//go:embed *
var Files embed.FS
