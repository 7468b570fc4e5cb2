package message

import "strings"

// ids finds Message-IDs: what stands in angle brackets, else the words with an at sign.
func (p *parser) ids(bodies []string) []string {
	var ids []string
	for _, body := range bodies {
		body = oneLine(p.headerText(body))
		found := len(ids)
		for rest := body; ; {
			_, after, ok := strings.Cut(rest, "<")
			if !ok {
				break
			}
			id, next, ok := strings.Cut(after, ">")
			if !ok {
				break
			}
			rest = next
			id = id[strings.LastIndexByte(id, '<')+1:]
			if id = strings.Join(strings.Fields(id), ""); id != "" {
				ids = append(ids, id)
			}
		}
		if len(ids) > found {
			continue
		}
		for _, word := range strings.Fields(body) {
			if word = strings.Trim(word, "<>,;"); strings.Contains(word, "@") {
				ids = append(ids, word)
			}
		}
	}
	return ids
}

// firstID is the id of a field that holds one, also where it is no proper one.
func (p *parser) firstID(body string) string {
	if ids := p.ids([]string{body}); len(ids) > 0 {
		return ids[0]
	}
	return strings.Trim(oneLine(p.headerText(body)), "<>")
}
