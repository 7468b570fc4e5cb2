package twig

// insertionFrom is the size up to which PHP sorts by insertion, and wideFrom the one from which it looks at five elements
// to find the middle one.
const (
	insertionFrom = 16
	wideFrom      = 1024
)

// sorter sorts as PHP does, so that what compares in contradictory ways, as mixed types do, comes in PHP's order.
// above reports that element a belongs after b.
type sorter struct {
	s     []int
	above func(a, b int) bool
}

// sortAs sorts the numbers of elements by compare; equal ones keep their order.
func sortAs(s []int, compare func(a, b int) int) {
	sorter{s, func(a, b int) bool {
		if c := compare(a, b); c != 0 {
			return c > 0
		}
		return a > b
	}}.sort(0, len(s))
}

func (x sorter) swap(i, j int) { x.s[i], x.s[j] = x.s[j], x.s[i] }

// sort sorts the elements from low up to high.
func (x sorter) sort(low, high int) {
	for high-low > insertionFrom {
		middle := x.partition(low, high)
		if middle-low < high-middle-1 {
			x.sort(low, middle)
			low = middle + 1
		} else {
			x.sort(middle+1, high)
			high = middle
		}
	}
	x.insert(low, high)
}

// partition puts the elements below a middle one before it and returns its place.
func (x sorter) partition(low, high int) int {
	half := (high - low) / 2
	if high-low >= wideFrom {
		x.order(low, low+half/2, low+half, low+half+half/2, high-1)
	} else {
		x.three(low, low+half, high-1)
	}
	x.swap(low+1, low+half)
	pivot := low + 1
	i := x.meet(pivot, pivot+1, high-1)
	x.swap(pivot, i-1)
	return i - 1
}

// meet moves two cursors towards each other and returns where they meet.
func (x sorter) meet(pivot, i, j int) int {
	for {
		for x.above(x.s[pivot], x.s[i]) {
			if i++; i == j {
				return i
			}
		}
		if j--; j == i {
			return i
		}
		for x.above(x.s[j], x.s[pivot]) {
			if j--; j == i {
				return i
			}
		}
		x.swap(i, j)
		if i++; i == j {
			return i
		}
	}
}

// three orders three elements.
func (x sorter) three(a, b, c int) {
	if !x.above(x.s[a], x.s[b]) {
		if !x.above(x.s[b], x.s[c]) {
			return
		}
		x.swap(b, c)
		if x.above(x.s[a], x.s[b]) {
			x.swap(a, b)
		}
		return
	}
	if !x.above(x.s[c], x.s[b]) {
		x.swap(a, c)
		return
	}
	x.swap(a, b)
	if x.above(x.s[b], x.s[c]) {
		x.swap(b, c)
	}
}

// order orders a few elements: the first three, and each further one from the end.
func (x sorter) order(at ...int) {
	x.three(at[0], at[1], at[2])
	for n := 3; n < len(at); n++ {
		for i := n; i > 0 && x.above(x.s[at[i-1]], x.s[at[i]]); i-- {
			x.swap(at[i-1], at[i])
		}
	}
}

// insert sorts a few elements by insertion; from the seventh on it goes back by two at a time.
func (x sorter) insert(low, high int) {
	switch n := high - low; {
	case n < 2:
	case n == 2:
		if x.above(x.s[low], x.s[low+1]) {
			x.swap(low, low+1)
		}
	case n <= 5:
		x.order([]int{low, low + 1, low + 2, low + 3, low + 4}[:n]...)
	default:
		for i := low + 1; i < high; i++ {
			if !x.above(x.s[i-1], x.s[i]) {
				continue
			}
			place := x.placeByOne
			if i >= low+6 {
				place = x.placeByTwo
			}
			j := place(low, i)
			moved := x.s[i]
			copy(x.s[j+1:i+1], x.s[j:i])
			x.s[j] = moved
		}
	}
}

func (x sorter) placeByOne(low, i int) int {
	j := i - 1
	for j > low && x.above(x.s[j-1], x.s[i]) {
		j--
	}
	return j
}

func (x sorter) placeByTwo(low, i int) int {
	for j := i - 1; ; {
		j -= 2
		switch {
		case !x.above(x.s[j], x.s[i]):
			if j++; !x.above(x.s[j], x.s[i]) {
				j++
			}
			return j
		case j == low:
			return j
		case j == low+1:
			if x.above(x.s[i], x.s[low]) {
				return j
			}
			return low
		}
	}
}
