// The pages work without this. It adds drag and drop, the progress of uploads, verdicts and a preview while one types, the
// selection of what a finding is about, and a history that renews itself. What a letter becomes, the server says: the
// same templates make the whole page and the pieces that are put in place here.
"use strict";
(() => {
  document.documentElement.classList.add("js");
  const $ = (selector, within = document) => within.querySelector(selector);

  // Choices that go at once, without their button.
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-submit]")) target.form.requestSubmit();
    if (target.matches("[data-press]")) target.form.requestSubmit($(`[name=do][value=${target.dataset.press}]`, target.form));
  });

  // Keys of the picture viewer.
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest("input, textarea, select")) $(`[data-key=${CSS.escape(event.key)}]`)?.click();
  });

  // Download all: each file by itself.
  document.addEventListener("click", (event) => {
    const all = event.target.closest("[data-each]");
    if (!all) return;
    event.preventDefault();
    const links = all.closest("article").querySelectorAll("a[download]");
    links.forEach((link, i) => setTimeout(() => link.click(), 300 * i)); // browsers drop downloads that begin together
  });

  // put replaces the elements of the page by those with the same ids.
  const put = (html) => {
    const focused = document.activeElement;
    const seat = focused?.closest?.("#files") ? "[name=files]" : focused?.closest?.("#send") ? `#send [value="${focused.value}"]` : "";
    const holder = document.createElement("template");
    holder.innerHTML = html;
    for (const fresh of [...holder.content.children]) {
      const old = document.getElementById(fresh.id);
      if (!old) continue;
      if (around(old, fresh)) continue;
      keep(old, fresh);
      old.replaceWith(fresh);
    }
    if (seat && !focused.isConnected) $(seat)?.focus();
  };

  // around renews what stands around the letter's frame and leaves the frame in its place, which would load again otherwise.
  const around = (old, fresh) => {
    const frame = $(".frame", old), next = $(".frame", fresh);
    if (!frame || !next) return false;
    const shown = $("iframe", frame), src = $("iframe", next).getAttribute("src");
    if (shown.getAttribute("src") !== src) shown.src = src;
    for (const node of [...old.childNodes]) if (node !== frame) node.remove();
    let below = false;
    for (const node of [...fresh.childNodes]) {
      if (node === next) below = true;
      else if (below) old.append(node);
      else frame.before(node);
    }
    return true;
  };

  // keep leaves as it is what the person has opened or scrolled.
  const keep = (old, fresh) => {
    for (const open of old.querySelectorAll("article[id] details[open]")) {
      const twin = $(`#${open.closest("article").id} [data-testid=${open.dataset.testid}]`, fresh);
      if (twin) twin.open = true;
    }
    const list = $(".scroll", old), again = $(".scroll", fresh);
    if (list && again) requestAnimationFrame(() => { again.scrollTop = list.scrollTop; });
  };

  const letter = $("#letter");
  if (letter) compose(letter);
  const history = $("#history");
  if (history?.dataset.open === "true") renew();

  // renew asks for the history again as long as something is on its way.
  function renew() {
    setTimeout(async () => {
      const { customer } = $("#history").dataset;
      const answer = await fetch(`/customers/${encodeURIComponent(customer)}/history${location.search}`).catch(() => null);
      if (answer?.ok) put(await answer.text());
      if (!answer?.ok || $("#history").dataset.open === "true") renew();
    }, 1000);
  }

  function compose(form) {
    const policy = JSON.parse($("#policy").textContent);
    const picker = $("[name=files]", form), drop = $(".drop", form), bar = $("progress", form);
    let waiting, running, uploading = false;

    // judge has the server look at the form; pressed is a button's value, files are to be attached.
    const judge = (pressed, files = []) => new Promise((done) => {
      clearTimeout(waiting);
      if (!files.length && !pressed) running?.abort();
      const data = new FormData(form);
      data.delete("files");
      data.delete("do");
      if (pressed) data.set("do", pressed);
      for (const file of files) data.append("files", file);
      const request = new XMLHttpRequest();
      if (!files.length && !pressed) running = request;
      request.open("POST", form.dataset.preview);
      request.upload.onprogress = (event) => {
        bar.hidden = !files.length;
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      };
      request.onloadend = () => {
        bar.hidden = true;
        if (request.status === 200) put(request.responseText);
        else if (request.status === 413) refuse(policy.max_total);
        done(request.status === 200);
      };
      request.send(data);
    });
    const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => judge(), 350); };

    form.addEventListener("input", ({ target }) => {
      if (target === picker) return;
      if (target.name === "preheader") $("[data-count]", form).textContent = [...target.value].length;
      if (!target.matches("[data-press]")) soon();
    });

    // Files go up as soon as they are chosen; what their names and sizes tell is said at once.
    const attach = async (files) => {
      if (!files.length || uploading) return;
      uploading = true;
      announce(files);
      const ok = await judge("attach", files);
      uploading = false;
      if (ok) picker.value = "";
    };
    picker.addEventListener("change", () => attach([...picker.files]));
    for (const kind of ["dragover", "dragleave", "drop"]) {
      form.addEventListener(kind, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        drop.classList.toggle("over", kind === "dragover");
        if (kind === "drop") attach([...event.dataTransfer.files]);
      });
    }
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do][form=letter]");
      if (!button || button.value === "send") return;
      event.preventDefault();
      judge(button.value);
    });

    // announce lists files that are on their way, with the verdict of the policy's table: the same that the server has.
    const announce = (files) => {
      const list = $("#files .files") ?? $("#files").insertBefore(Object.assign(document.createElement("ul"), { className: "files" }), $("#files").firstChild);
      for (const file of files) {
        const item = document.createElement("li");
        item.className = "file";
        item.append(Object.assign(document.createElement("span"), { className: "file-name", textContent: `… ${file.name}` }));
        const [code, params] = verdict(file);
        if (code) {
          item.classList.add("bad");
          item.append(Object.assign(document.createElement("p"), { className: "hint error", textContent: words(code, params) }));
        }
        list.prepend(item);
      }
    };
    const verdict = (file) => {
      const dot = file.name.lastIndexOf("."), extension = dot < 0 ? "" : file.name.slice(dot + 1).toLowerCase();
      if (!policy.extensions[extension]) return ["file.format-not-allowed", { extension, allowed: policy.formats.join(", "), ...policy.hints[extension] }];
      if (file.size === 0) return ["file.empty", {}];
      if (file.size > policy.max_file) return ["file.too-large", { size: size(file.size, Math.ceil), limit: size(policy.max_file, Math.floor) }];
      return [];
    };
    const language = document.documentElement.lang;
    const words = (code, params) => {
      const texts = policy.texts[language];
      return (texts[`${code}/${params.hint}`] ?? texts[code] ?? code).replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
    };
    const size = (n, round) => {
      const unit = policy.units[language], [scale, name] = n >= 1 << 20 ? [1 << 20, unit.mb] : [1 << 10, unit.kb];
      return `${String(round((n / scale) * 10) / 10).replace(".", unit.point)} ${name}`;
    };
    const refuse = (limit) => {
      const hint = Object.assign(document.createElement("p"), { className: "hint error", textContent: `✕ > ${size(limit, Math.floor)}` });
      hint.setAttribute("role", "alert");
      $("#files").append(hint);
    };

    // A finding selects what it is about.
    document.addEventListener("click", (event) => {
      const place = event.target.closest("[data-field]");
      if (!place) return;
      event.preventDefault();
      const field = document.getElementById(place.dataset.field);
      field.focus();
      field.setSelectionRange(+place.dataset.start, +place.dataset.end);
      if (field.rows) field.scrollTop = (field.value.slice(0, +place.dataset.start).split("\n").length - 4) * 20;
    });

    // A letter goes once, also where somebody clicks twice.
    form.addEventListener("submit", () => setTimeout(() => { const send = $("[value=send]"); if (send) send.disabled = true; }));
  }
})();
