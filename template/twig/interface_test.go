package twig_test

import (
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

var (
	_ template.Engine   = (*twig.Engine)(nil)
	_ template.Renderer = (*twig.Template)(nil)
)
