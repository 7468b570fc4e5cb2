package emailtest

// FullFiled is for a test that nothing is missing in it.
var FullFiled = fullFiled
