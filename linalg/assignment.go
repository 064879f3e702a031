package linalg

import (
	"fmt"
	"math"

	"github.com/fluxion-go/fluxion/fx"
)

// Assign solves the linear assignment problem on the host: it gives each row
// of a cost matrix [n, m] a column of its own (each column a row, if n > m;
// rows left over get -1) such that the sum of the costs is smallest. It also
// gives that sum. A cost of +Inf forbids a pair; a NaN, -Inf, or a problem in
// which every assignment is forbidden is an error.
//
// It adds rows one by one along shortest augmenting paths (Jonker and
// Volgenant 1987; Crouse 2016, algorithm 1), in time O(n^2 m).
func Assign(cost *fx.Array) (columns []int, total float64, err error) {
	if cost == nil || cost.NDim() != 2 {
		fail("Assign", "%v is no matrix", cost)
	}
	n, m := cost.Dim(0), cost.Dim(1)
	c := cost.Float64s()
	for k, x := range c {
		if math.IsNaN(x) || math.IsInf(x, -1) {
			return nil, 0, fmt.Errorf("linalg: Assign: the cost of row %d and column %d is %v", k/m, k%m, x)
		}
	}
	if n > m {
		columns, err = wideAssign(m, n, func(i, j int) float64 { return c[j*m+i] })
		if err != nil {
			return nil, 0, err
		}
		rows := columns
		columns = filled(n, -1)
		for j, i := range rows {
			columns[i] = j
		}
	} else {
		columns, err = wideAssign(n, m, func(i, j int) float64 { return c[i*m+j] })
		if err != nil {
			return nil, 0, err
		}
	}
	for i, j := range columns {
		if j >= 0 {
			total += c[i*m+j]
		}
	}
	return columns, total, nil
}

// wideAssign assigns n rows to m >= n columns. u and v are the dual variables
// of rows and columns: cost - u - v is never negative, and zero for the pairs
// assigned.
func wideAssign(n, m int, cost func(i, j int) float64) ([]int, error) {
	u, v := make([]float64, n), make([]float64, m)
	columnOf, rowOf := filled(n, -1), filled(m, -1)
	distance, from, done := make([]float64, m), make([]int, m), make([]bool, m)
	for start := range n {
		for j := range m {
			distance[j], from[j], done[j] = math.Inf(1), start, false
		}
		// Dijkstra's algorithm on reduced costs, from the row to a free column.
		i, reached, end := start, 0.0, -1
		for end < 0 {
			next := -1
			for j := range m {
				if done[j] {
					continue
				}
				if d := reached + (cost(i, j) - u[i] - v[j]); d < distance[j] {
					distance[j], from[j] = d, i
				}
				if next < 0 || distance[j] < distance[next] {
					next = j
				}
			}
			if next < 0 || math.IsInf(distance[next], 1) {
				return nil, fmt.Errorf("linalg: Assign: every assignment has a forbidden pair (row %d finds no partner)", start)
			}
			done[next], reached = true, distance[next]
			if rowOf[next] < 0 {
				end = next
			} else {
				i = rowOf[next]
			}
		}
		u[start] += reached
		for j := range m {
			if done[j] && j != end {
				u[rowOf[j]] += reached - distance[j]
			}
			if done[j] {
				v[j] -= reached - distance[j]
			}
		}
		for j := end; ; {
			i := from[j]
			rowOf[j] = i
			j, columnOf[i] = columnOf[i], j
			if i == start {
				break
			}
		}
	}
	return columnOf, nil
}
