package message

// Texts is the table of codes, for the tests.
var Texts = texts
