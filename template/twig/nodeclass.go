package twig

// binaryClasses are the names that Twig's messages give the operators.
var binaryClasses = [...]string{
	opAdd: "Add", opSub: "Sub", opMul: "Mul", opDiv: "Div", opFloorDiv: "FloorDiv", opMod: "Mod", opPow: "Power", opEqual: "Equal",
	opNotEqual: "NotEqual", opLess: "Less", opLessEqual: "LessEqual", opGreater: "Greater", opGreaterEqual: "GreaterEqual",
	opSpaceship: "Spaceship", opIdentical: "SameAs", opNotIdentical: "NotSameAs", opIn: "In", opNotIn: "NotIn",
	opStarts: "StartsWith", opEnds: "EndsWith", opBitAnd: "BitwiseAnd", opBitOr: "BitwiseOr", opBitXor: "BitwiseXor", opXor: "Xor",
	opRange: "Range", opHasSome: "HasSome", opHasEvery: "HasEvery",
}

// nodeClass is the name that Twig's messages give an expression.
func nodeClass(e expr) string {
	const ns = `Twig\Node\Expression\`
	switch e := e.(type) {
	case *constExpr:
		return ns + "ConstantExpression"
	case *nameExpr, *specialExpr:
		return ns + `Variable\ContextVariable`
	case *attrExpr:
		return ns + "GetAttrExpression"
	case *arrayExpr:
		return ns + "ArrayExpression"
	case *arrowExpr:
		return ns + "ArrowFunctionExpression"
	case *callExpr:
		if e.what == "function" {
			return ns + "FunctionExpression"
		}
		return ns + "FilterExpression"
	case *rawExpr:
		return ns + `Filter\RawFilter`
	case *defaultExpr:
		return ns + `Filter\DefaultFilter`
	case *condExpr:
		return ns + `Ternary\ConditionalTernary`
	case *macroCall:
		return ns + "MacroReferenceExpression"
	case *blockExpr:
		return ns + "BlockReferenceExpression"
	case *parentExpr:
		return ns + "ParentExpression"
	case *spreadExpr:
		return ns + `Unary\SpreadUnary`
	case *unaryExpr:
		return ns + `Unary\` + map[byte]string{'!': "Not", '-': "Neg", '+': "Pos"}[e.op] + "Unary"
	}
	return ns + `Binary\` + operatorClass(e) + "Binary"
}

func operatorClass(e expr) string {
	switch e := e.(type) {
	case *binaryExpr:
		return binaryClasses[e.op]
	case *andExpr:
		if e.or {
			return "Or"
		}
		return "And"
	case *concatExpr:
		return "Concat"
	case *elvisExpr:
		return "Elvis"
	case *coalesceExpr:
		return "NullCoalesce"
	case *matchExpr:
		return "Matches"
	case *listAssign:
		return "SequenceDestructuringSet"
	case *mapAssign:
		return "ObjectDestructuringSet"
	}
	return "Set"
}
