package validate

import "strings"

// eventNames are the events whose on… attribute a browser of today, or an old Internet Explorer or
// Firefox, takes for a handler: the HTML, SVG, Pointer, Touch, Media, Payment and Animation
// specifications, and the vendors' own.
const eventNames = `
abort activate added addtrack addsourcebuffer addstream afterprint afterscriptexecute afterupdate animationcancel animationend
animationiteration animationstart appinstalled audioend audioprocess audiostart autocomplete autocompleteerror auxclick
beforeactivate beforecopy beforecut beforedeactivate beforeeditfocus beforeinput beforeinstallprompt beforematch beforepaste
beforeprint beforescriptexecute beforetoggle beforeunload beforeupdate beforexrselect begin blocked blur boundary bounce broadcast
cached cancel canplay canplaythrough cellchange change chargingchange checking click close command complete compositionend
compositionstart compositionupdate connect connecting contentvisibilityautostatechange contextlost contextmenu contextrestored
controlselect copy cuechange cut dataavailable datachannel datasetchanged datasetcomplete dblclick deactivate devicechange
devicelight devicemotion deviceorientation deviceorientationabsolute deviceproximity dischargingtimechange display domattrmodified
domcharacterdatamodified domfocusin domfocusout dommousescroll domnodeinserted domnoderemoved domsubtreemodified downloading
drag dragdrop dragend dragenter dragexit dragleave dragover dragstart drop durationchange emptied encrypted end ended enter enterpictureinpicture
error errorupdate exit exitframe filterchange finish focus focusin focusout formchange formdata forminput fullscreenchange fullscreenerror
gamepadconnected gamepaddisconnected gesturechange gestureend gesturestart gotpointercapture hashchange help icecandidate inactive
input install invalid javascript keydown keypress keyup languagechange layoutcomplete leavepictureinpicture load loadeddata loadedmetadata
loadend loading loadingdone loadstart losecapture lostpointercapture mark mediacomplete mediaerror message messageerror mousedown mouseenter
mouseleave mousemove mouseout mouseover mouseup mousewheel move moveend movestart mozfullscreenchange mozfullscreenerror
mozpointerlockchange mozpointerlockerror mscontentzoom msgesturechange msgesturedoubletap msgestureend msgesturehold msgesturestart
msgesturetap msgotpointercapture msinertiastart mslostpointercapture msmanipulationstatechanged mspointercancel mspointerdown
mspointerenter mspointerhover mspointerleave mspointermove mspointerout mspointerover mspointerup mssitemodejumplistitemremoved
msthumbnailclick negotiationneeded nomatch noupdate obsolete offline online open orientationchange outofsync overflow overflowchanged page
pagehide pagereveal pageshow pageswap paint paste pause paymentmethodchange play playing pointercancel pointerdown pointerenter pointerleave
pointerlockchange pointerlockerror pointermove pointerout pointerover pointerrawupdate pointerup popstate popuphidden popuphiding
popupshowing popupshown processorerror progress promptaction promptdismiss propertychange qt_error radiostatechange ratechange readystatechange
rejectionhandled removestream removetrack repeat repeatevent reset resize resizeend resizestart resourcetimingbufferfull resume reverse
rowdelete rowenter rowexit rowinserted rowsdelete rowsinserted scriptcommand scroll scrollend scrollsnapchange scrollsnapchanging search
securitypolicyviolation seek seeked seeking select selectionchange selectstart shipping show signalingstatechange slotchange
soundend soundstart sourceclose sourceended sourceopen speechend speechstart stalled start statechange stop storage storagecommit submit
success suspend svgabort svgerror svgload svgresize svgscroll svgunload svgzoom syncrestored text timeerror timeout timeupdate timer toggle
touchcancel touchend touchmove touchstart trackchange transitioncancel transitionend transitionrun transitionstart underflow
unhandledrejection unload updateready upgradeneeded urlflip userproximity versionchange visibilitychange voiceschanged volumechange
vrdisplayactivate vrdisplaydeactivate vrdisplayconnect vrdisplaydisconnect vrdisplaypresentchange waiting waitingforkey
webkitanimationend webkitanimationiteration webkitanimationstart webkitbeginfullscreen webkitcurrentplaybacktargetiswirelesschanged
webkitendfullscreen webkitfullscreenchange webkitfullscreenerror webkitkeyadded webkitkeyerror webkitkeymessage webkitmouseforcechanged
webkitmouseforcedown webkitmouseforceup webkitmouseforcewillbegin webkitneedkey webkitplaybacktargetavailabilitychanged
webkitpresentationmodechanged webkitresourcetimingbufferfull webkitshadowrootattached webkitsourceclose webkitsourceended webkitsourceopen
webkitspeechchange webkittransitionend webkitwillrevealbottom webkitwillrevealleft webkitwillrevealright webkitwillrevealtop wheel zoom
`

// events returns the set of eventNames.
func events() map[string]bool {
	set := make(map[string]bool, 400)
	for name := range strings.FieldsSeq(eventNames) {
		set[name] = true
	}
	return set
}

// isHandler reports whether an attribute is an event handler. An on… attribute of an unknown name
// counts if its value reads like script: browsers gain events every year, and a plain word like
// only="yes" is none.
func (v *Validator) isHandler(name, value string) bool {
	event, ok := strings.CutPrefix(name, "on")
	if !ok || event == "" {
		return isOldHandler(name)
	}
	return v.events[event] || isWord(event) && strings.ContainsAny(value, "(=;`")
}

// isOldHandler reports whether name is a handler without "on": those of Internet Explorer's time
// behavior and of Flash.
func isOldHandler(name string) bool { return name == "seeksegmenttime" || name == "fscommand" }

// isWord reports whether s consists of letters, digits and underscores.
func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isIdent(s[i]) || s[i] == '-' {
			return false
		}
	}
	return true
}
