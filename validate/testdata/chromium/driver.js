// Runs first in every case: tells the server when the case's code runs, and does what a reader's
// pointer and keyboard could.
(function () {
  const id = location.pathname.split("/").pop();
  let told = false;
  window.go = function () {
    if (!told) navigator.sendBeacon("/ran/" + id);
    told = true;
  };
  window.alert = window.confirm = window.prompt = window.print = window.go;

  function all(root) {
    const list = [];
    for (const element of root.querySelectorAll("*")) {
      list.push(element);
      if (element.shadowRoot) list.push(...all(element.shadowRoot));
    }
    return list;
  }

  function handlers(element) {
    for (const attribute of element.attributes) {
      // A handler is an attribute of which the browser made a function.
      if (attribute.name.startsWith("on") && typeof element[attribute.name] === "function") window.go();
    }
  }

  function isScript(url) {
    try {
      return new URL(url, location).protocol === "javascript:";
    } catch {
      return false;
    }
  }

  function use(element) {
    const href = element.href instanceof SVGAnimatedString ? element.href.animVal : element.href;
    const target = element.hasAttribute("formaction") ? element.formAction : href;
    if (element.localName === "form" && isScript(element.action)) element.requestSubmit();
    else if (isScript(target)) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window }));
  }

  window.addEventListener("load", function () {
    // Behind the first moments of an animation.
    setTimeout(function () {
      const elements = all(document);
      elements.forEach(handlers);
      elements.forEach(use);
      navigator.sendBeacon("/used/" + id);
    }, 100);
  });
})();
