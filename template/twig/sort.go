package twig

// insertionFrom is the size up to which PHP sorts by insertion.
const insertionFrom = 16

// sortStable is a stable merge sort. A comparison that contradicts itself gives some order, never a fault.
func sortStable(s []int, compare func(i, j int) int) {
	if len(s) <= insertionFrom {
		for i := 1; i < len(s); i++ {
			x := s[i]
			j := i
			for j > 0 && compare(s[j-1], x) > 0 {
				s[j] = s[j-1]
				j--
			}
			s[j] = x
		}
		return
	}
	half := len(s) / 2
	left, right := append([]int(nil), s[:half]...), append([]int(nil), s[half:]...)
	sortStable(left, compare)
	sortStable(right, compare)
	for k := range s {
		if len(right) == 0 || len(left) > 0 && compare(left[0], right[0]) <= 0 {
			s[k], left = left[0], left[1:]
		} else {
			s[k], right = right[0], right[1:]
		}
	}
}
