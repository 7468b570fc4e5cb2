package validate

import "strings"

// The tables below are facts gathered one by one, not anybody's list: a host stands in them
// because it is, or was, known to shorten links for everyone (known, suspect, parked) or for one
// platform (branded). Deep links (t.me, wa.me, vk.me), link-in-bio pages (taplink.cc), click
// trackers of mailing services and sites that merely have short names are left out on purpose.
// A host covers its subdomains.

// knownHosts shorten links for everyone and are in wide use, or are listed wherever mail is judged.
const knownHosts = `
bit.ly bitly.com j.mp bitly.ws bitly.lc bit.do tinyurl.com tiny.cc tiny.one tiny.pl tinylink.in tinyurl.hu tinyurl.mobi
goo.gl is.gd v.gd ow.ly owl.li ht.ly buff.ly cutt.ly cutt.us cutt.it t.ly rb.gy rebrand.ly rebrandly.com
shorturl.at shorturl.com shorturl.ae shorturl.asia shorturl.gg short.gy short.ie short.cm shorten.is shorten.ee shorten.tv
shortz.me shorter.me shortn.me shorl.com s.id s.ee s.coop u.nu u.to su.pr x.co x.gd n9.cl da.gd dub.co dub.sh
bl.ink b.link lnk.co lnk.ly lnk.gd lnk.direct lnk.run lnk.sk lnkiy.in lnkiy.com lin.io link.ac onelink.to page.link app.link
smarturl.it hyperurl.co snip.ly soo.gd gg.gg han.gl me2.do kutt.it kutt.to spoo.me ulvis.net urlz.fr urlz.at
urlr.me urls.fr url2.fr url.ie urlcut.com urlin.it urlbrief.com urlzs.com tr.im tr.ee tny.im tny.cz to.ly budurl.com
adf.ly adfoc.us ouo.io ouo.press q.gs j.gs sh.st shrinkee.com shrinkme.io linkvertise.com exe.io za.gl
iplogger.com iplogger.org iplogger.ru grabify.link 2no.co yip.su
qr.ae qr.net qrco.de q-r.to qrcd.org me-qr.com reurl.cc lihi.cc lihi1.cc lihi2.cc lihi3.cc lihi.io ppt.cc 0rz.tw tek.io
t.cn url.cn dwz.cn suo.im sina.lt ooo.mn xurl.es acortar.link abre.ai encurtador.com.br encurtador.dev migre.me
tnij.org 2.gp 3.ly 4url.cc 1url.com 1url.cz 2doc.net 2pl.us 2u.xf.cz 8.ly zpr.io zws.im po.st mcaf.ee conta.cc cort.as
dld.bz ff.im fff.to gdurl.com go.ly goo-gl.me hurl.it href.li ilang.in ity.im jdem.cz klck.me kortlink.dk l-k.be
l.ead.me liip.to lru.jp lstu.fr m1p.fr minu.me mub.me mjt.lu notlong.com profile.to redir.ec sk.gy sn.im
snipurl.com snipr.com snurl.com ta.gd thinfi.com tg.pe tt.vg twurl.nl tpmr.com urlx.ie utfg.sk vo.la vur.me waa.ai xrl.us
y2u.be yep.it yourls.org zi.ma zpag.es zti.me alturl.com cli.gs clicky.me clickmeter.com chilp.it cur.lv doiop.com dy.fi
fur.ly metamark.net ur1.ca vze.com ftn.app t2m.io t2mio.com shrtco.de 9qr.de tiny.ie tinu.be trunc.it
easyurl.net firsturl.de firsturl.net goshrink.com shrinkify.com shrunkin.com shrunken.com tinyarro.ws cc.cc gowat.ch
bc.vc linktw.in picsee.co pse.is goolnk.com b2n.ir lc.cx nov.io onx.la p.asia
saf.li sdu.sk shar.as surl.me to8.cc vbly.us zurl.ws
clck.ru vk.cc goo.su ya.cc qps.ru b23.ru surl.li kurl.ru inlnk.ru clc.to clc.li lnnk.in goo.by urla.ru rlu.ru sq6.ru 6fr.ru 3le.ru
ww7.fr fa.by 2ly.link ln-s.ru py6.ru g00.me merky.de url.gratis iii.im l1nk.dev
did.li llink.to bom.so sokrati.ru z23.ru cut.by go.qb.by
v.ht ay.gy safe.mn dd.ma e.vg cut.pe 2.ht 7.ly 1un.fr xav.cc bxl.me rotf.lol lc-s.co twixar.me vd55.com wn.nr korta.nu ix.sk
zzb.bz nxy.in myurl.in tllg.net 5url.net 1-url.net i99.cz lien.li ur3.us yeca.eu 2.ly 4.ly 6.ly 0.gp 4.gp 5.gp 6.gp
`

// suspectHosts are small services, or ones whose upkeep could not be told.
const suspectHosts = `
xn--vi8hl0c.ws xn--kn8h.to shiny.link shly.link smart.link snip.link tiny.by tinyurl.ru tiny.lt tiny.ms tinyit.cc
lnk.by lnk.ua lnk.in tlim.ru y-url.ru yurl.ru url2.ru url3.ru url4.ru url5.ru gek.link lurl.cc short.to short.cc short.su
short.pk short.nr sli.su 1-url.ru 1ink.ru 2sms.ru 301.link allshort.ru clme.ru fishurl.ru go-link.ru go-url.ru
ezstat.ru ipgrabber.ru ipgraber.ru linkl.ru minify.link miniurl.net.ru picourl.ru rurl.ru rurls.ru skyurl.cc smallurl.ru twurl.cc
urlclick.ru urlday.cc urlgo.ru wez.su zurl.to dolp.cc ezurl.cc murl.kz rdr.to rurl.org sl.to tin.cc tini.cc ub0.cc xzb.cc
126.am 1tk.us 1wb2.net 2ad.in 4view.me 6url.com 76.gd adjix.com adb.ug baid.us bacn.me bim.im captur.in cf.ly cr.tl
curl.im decenturl.com digbig.com fly2.ws fon.gs fwd4.me gl.am gurl.es href.in hurl.me hurl.ws icanhaz.com linkbee.com linkbun.ch
liltext.com liurl.cn lt.tl miniurl.com minurl.fr moourl.com ne1.net om.ly ou.gd pnt.me post.ly qlnk.net redir.fr redirx.com
ref.so relink.fr ru.ly rubyurl.com s-url.fr shar.es shrt.in shrt.st shy.si simurl.com smll.co starturl.com tighturl.com tinyuri.ca
trick.ly twirl.at twiturl.de u.mavrev.com url.co.uk url4.eu urlcover.com urlenco.de urls.im urlzen.com xrl.in xurl.jp
yect.com zipmyurl.com zz.gd shorte.st azc.cc
`

// parkedHosts shortened links once; their names are for sale or sold, and old links lead anywhere.
const parkedHosts = `
go2l.ink bitly.bz bitly.xyz bigly.us biturl.at cut.lv cut.ci donotlink.it goo.gs goo.click joo.gl link.gy litturl.com
megaurl.it memurl.com minilink.org murl.it ln.is hop.im its.gd fbshort.com eurl.in flyurl.net freeurlshortener.net
getbitly.pro linkr.in linkii.net lurl.no x.nu lick.my ping.fm vgn.am
`

// brandedHosts lead to one destination or platform, which mailbox providers know.
const brandedHosts = `
youtu.be amzn.to amzn.com amzn.eu amzn.asia a.co t.co g.co fb.me on.fb.me fb.watch m.me lnkd.in aka.ms apple.co redd.it wp.me
1drv.ms db.tt pin.it spoti.fi spotify.link forms.gle git.io instagr.am ig.me flic.kr tmblr.co ebay.to ebay.us etsy.me
gofund.me kck.st chng.it ift.tt trib.al hubs.ly hubs.la dlvr.it bddy.me adobe.ly dell.to ibm.co intel.ly hpe.to msft.it mzl.la nvda.ws
sforce.co bbc.in cnn.it nyti.ms on.wsj.com wapo.st reut.rs huff.to econ.st politi.co tcrn.ch cnb.cx cbsn.ws nbcnews.to usat.ly
bloom.bg engt.co tnw.to zd.net wrd.cm lat.ms ti.me mck.co pwc.to deloi.tt w.wiki wa.link yadi.sk tl.gd 4sq.com binged.it
yhoo.it disq.us slidesha.re dai.ly blip.tv go.usa.gov n.pr ri.ms cbs.so bizj.us dft.ba
imdb.to yelp.to mcd.to fxn.ws sdut.us read.bi hill.cm chzb.gr fav.me artist.link song.link vercel.link
`

// tabulate returns the built-in table.
func tabulate() map[string]tier {
	table := make(map[string]tier, 1024)
	for _, group := range []struct {
		tier  tier
		hosts string
	}{{suspect, suspectHosts}, {parked, parkedHosts}, {branded, brandedHosts}, {known, knownHosts}} {
		for host := range strings.FieldsSeq(group.hosts) {
			table[host] = group.tier
		}
	}
	return table
}
