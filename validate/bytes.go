package validate

// checkBytes reports bytes that clients read in different ways.
func (p *pass) checkBytes() {}

// maskTemplate replaces template syntax in src by neutral text of equal length.
func (p *pass) maskTemplate() {}
