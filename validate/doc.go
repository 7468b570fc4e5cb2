// Package validate finds in a letter what gets mailings blocked: active content, which mail
// programs refuse, and shortened links, which spam filters distrust; and what else a sender would
// rather know before a customer does. It reports and never rewrites.
//
//	v, err := validate.New(validate.Options{})
//	…
//	result, err := v.Check(ctx, validate.StageSend, validate.Content{HTML: html})
//	for _, f := range result.Findings {
//		fmt.Printf("%d:%d %s\n", f.Line, f.Column, f.Text("en"))
//	}
//	if result.Blocked() {
//		// do not send
//	}
//
// A Validator is made once and serves any number of goroutines. It works offline: links are judged
// by their host alone and never opened.
//
// # Stages and severities
//
// Content is checked while someone writes it (StageEdit), when a rule or template is activated
// (StageActivate), there usually as Twig source, and when the rendered letter is about to be sent
// (StageSend). Active content in HTML is an error at activation and at sending and blocks both; while
// editing, and in the subject, the preheader and the text part, where it would be shown and not run,
// it is a warning. Short links are a warning everywhere, those through small or doubtful services and
// through shorteners of one platform a note. All the rest is advice, a warning or a note and never an error:
// placeholders that nobody filled in, links that do not work or look like a fraud's, what Gmail clips.
//
// Options.Off silences codes, Options.Severities ranks them anew for a stage. To let no letter go with
// a placeholder left in it:
//
//	validate.Options{Severities: map[validate.Stage]map[string]validate.Severity{
//		validate.StageSend: {"placeholder.unresolved": validate.SeverityError},
//	}}
//
// Twig source is read with its syntax masked at equal length; string literals of expressions are
// looked into. Values are unknown there, so only the rendering can be judged to the end; output in a
// script, a style or an attribute without quotes is a finding of its own (template.*, Finding.Undecided). Rules that only
// a rendering can answer say so (Rule.Rendered): placeholders, size, words beside the pictures.
//
// # Codes
//
//	active.script              <script>alert(1)</script>
//	active.handler             <img src="x" onerror="alert(1)">
//	active.javascript-url      <a href="javascript:alert(1)">x</a>
//	active.vbscript            <a href="vbscript:MsgBox(1)">x</a>
//	active.activex             <object classid="clsid:adb880a6-d8ff-11cf-9377-00aa003b7a11"></object>
//	active.applet              <applet code="A.class"></applet>
//	active.frame               <frameset><frame src="https://example.com/"></frameset>
//	active.iframe              <iframe src="https://example.com/"></iframe>
//	active.object              <embed src="https://example.com/a.swf">
//	active.svg                 <svg><a><set attributeName="href" to="javascript:alert(1)"/></a></svg>
//	active.css                 <p style="width: expression(alert(1))">x</p>
//	active.meta-refresh        <meta http-equiv="refresh" content="0; url=https://example.com/">
//	active.other               <a href="data:text/html,x">x</a>
//	link.short                 <a href="https://bit.ly/3xAmpLe">x</a>
//	link.branded               <a href="https://youtu.be/3xAmpLe">x</a>
//	template.output-in-script  <script>var a = "{{ a }}"</script>
//	template.output-in-style   <p style="color: {{ color }}">x</p>
//	template.unquoted-output   <p title={{ a }}>x</p>
//	content.too-deep           more than 512 open elements
//	content.too-large          a part of more than 1 MB
//	content.invalid-utf8       a byte that is not UTF-8
//	content.control-character  a NUL or another C0 control
//	placeholder.unresolved     <p>Your code is %PROMO_CODE%</p>
//	placeholder.gap            <p>Dear ,</p>
//	link.empty                 <a href="#">x</a>
//	link.invalid               <a href="https://shop example/">x</a>
//	link.relative              <a href="/sale">x</a>
//	link.insecure              <a href="http://shop.example/">x</a>
//	link.userinfo              <a href="https://bank.example@shop.example/">x</a>
//	link.local                 <a href="http://192.168.0.10/sale">x</a>
//	link.ip                    <a href="http://203.0.113.5/sale">x</a>
//	link.port                  <a href="https://shop.example:8443/">x</a>
//	link.file                  <img src="C:\Pictures\sale.png" alt="">
//	link.cid                   <img src="cid:logo" alt=""> without such a part in Content.Inline
//	link.invisible             a zero-width character in the address of a link
//	link.mixed-script          <a href="https://pаypal.example/">x</a> with a Cyrillic letter
//	link.look-alike            <a href="https://сосо.example/">x</a> all in Cyrillic letters
//	link.mismatch              <a href="https://other.example/">www.shop.example</a>
//	image.no-alt               <img src="https://shop.example/1.png">
//	document.no-lang           <html><title>x</title></html>
//	document.no-title          <html lang="en"></html>
//	size.clipped               HTML of more than 102 KB
//	size.near-clipping         HTML of more than 90 KB, or of more than 102 KB in its transfer encoding
//	bulk.no-unsubscribe        a mass mailing (Content.Bulk) without a link to unsubscribe
//	content.image-only         <a href="https://shop.example/"><img src="https://shop.example/sale.png" alt="Sale"></a>
//	preheader.repeated         a preheader that is the subject, or how the letter begins
//
// # How it reads
//
// HTML is read by a tokenizer of the HTML standard that knows the offset of every attribute. What
// depends on more than tokens is read in every way a browser could: noscript with scripts and
// without, conditional comments, srcdoc, and the raw text elements of SVG and MathML, where only
// what a tree (golang.org/x/net/html) confirms is reported. A letter without such doubts costs no tree.
// Hosts are compared as browsers resolve them (URL Standard, UTS #46).
package validate
