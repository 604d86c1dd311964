// 入户核查 in a doorway: what is typed stays in the page's own store until it was sent; photos are
// made smaller before they go; without a network the form waits and is sent once it is back.
// The form's key makes a form that was sent twice one visit.
(function () {
  "use strict";
  var form = document.querySelector("form[data-visit]");
  if (!form) { return; }
  var officer = form.dataset.officer + "/";
  var store = officer + "visit-" + form.dataset.visit;
  var state = document.getElementById("visit-state");
  var waiting = false;

  function say(kind, words) {
    state.textContent = "";
    var note = document.createElement("div");
    note.className = "bx-note " + kind;
    note.setAttribute("role", "status");
    note.textContent = words;
    state.appendChild(note);
    return note;
  }

  // ---- Kept while typing (drafts.js), until it was sent. Never the signature, never photos.
  var LEFT_OUT = ["csrfmiddlewaretoken", "signature", "photos"];
  function typed() {
    var kept = {};
    new FormData(form).forEach(function (value, name) {
      if (LEFT_OUT.indexOf(name) < 0 && typeof value === "string") { kept[name] = value; }
    });
    return kept;
  }
  function time() { return new Date().toTimeString().slice(0, 5); }
  function keep() { return window.drafts.keep(store, typed()); }
  function restore(kept) {
    if (!kept) { return; }
    Object.keys(kept).forEach(function (name) {
      var field = form.elements[name];
      if (!field) { return; }
      if (field.type === "checkbox") { field.checked = true; } else { field.value = kept[name]; }
    });
    askWhenLeft();
    askForWitness();
    say("", "已恢复上次没有提交的内容。");
  }
  window.drafts.dropOthers(officer).then(function () {
    if (!form.querySelector(".is-wrong")) { window.drafts.read(store).then(restore); }
  });
  var pause;
  form.addEventListener("input", function () { clearTimeout(pause); pause = setTimeout(keep, 800); });
  form.addEventListener("click", function (event) {
    if (!event.target.closest("[data-keep]")) { return; }
    keep().then(function (kept) {
      say(kept ? "" : "is-warn", kept ? "已暂存在本机，" + time() + "。" : "这台设备不能暂存，请填完就提交。");
    });
  });

  // The day a child left school is asked only of one that left.
  var left = form.elements.left_on.closest(".bx-field");
  function askWhenLeft() { left.hidden = form.elements.conclusion.value !== "dropout"; }
  form.addEventListener("change", askWhenLeft);
  askWhenLeft();

  // A witness is asked for where nobody would sign.
  var witness = form.elements.witness.closest(".bx-field");
  function askForWitness() { witness.hidden = !form.elements.refused_to_sign.checked; }
  form.addEventListener("change", askForWitness);
  askForWitness();

  // ---- Where: only when asked.
  var locate = form.querySelector("[data-locate]");
  locate.addEventListener("click", function () {
    var words = form.querySelector("[data-located]");
    if (!navigator.geolocation) { words.textContent = "本机不能定位"; return; }
    navigator.geolocation.getCurrentPosition(function (found) {
      form.elements.longitude.value = found.coords.longitude.toFixed(6);
      form.elements.latitude.value = found.coords.latitude.toFixed(6);
      words.textContent = "已记下，误差约 " + Math.round(found.coords.accuracy) + " 米";
      keep();
    }, function () { words.textContent = "没有取到位置，可以不填"; }, { enableHighAccuracy: true, timeout: 15000 });
  });

  // ---- Signature on the screen, as sharp as the screen is; turning the phone keeps the strokes.
  var canvas = form.querySelector("[data-signature]");
  var pad = window.SignaturePad
    ? new window.SignaturePad(canvas, { penColor: "#18222c", backgroundColor: "#ffffff" }) : null;
  function fit() {
    if (!pad) { return; }
    var strokes = pad.toData();
    var ratio = Math.min(Math.max(window.devicePixelRatio || 1, 1), 3);
    if (canvas.width === Math.round(canvas.offsetWidth * ratio)) { return; }
    canvas.width = Math.round(canvas.offsetWidth * ratio);
    canvas.height = Math.round(canvas.offsetHeight * ratio);
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  }
  fit();
  window.addEventListener("resize", fit);
  form.querySelector("[data-clear-signature]").addEventListener("click", function () {
    if (pad) { pad.clear(); }
    form.elements.signature.value = "";
  });

  // A home visit is signed for at the door: asked here, since without a network nobody else would.
  var unsigned = form.querySelector("[data-sign-error]");
  function lacksSignature() {
    var atHome = form.elements.mode.value === "home_visit";
    return atHome && pad !== null && pad.isEmpty() && !form.elements.refused_to_sign.checked;
  }
  function askForSignature() {
    unsigned.hidden = false;
    unsigned.closest(".bx-field").scrollIntoView({ block: "center" });
  }
  pad && pad.addEventListener("endStroke", function () { unsigned.hidden = true; });
  form.elements.refused_to_sign.addEventListener("change", function () { unsigned.hidden = true; });

  // ---- Photos, at most 1600 pixels a side. A file that is no picture goes as it is.
  function smaller(file) {
    if (!/^image\//.test(file.type)) { return Promise.resolve(file); }
    return createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      var sheet = document.createElement("canvas");
      sheet.width = Math.round(picture.width * scale);
      sheet.height = Math.round(picture.height * scale);
      sheet.getContext("2d").drawImage(picture, 0, 0, sheet.width, sheet.height);
      return new Promise(function (done) {
        sheet.toBlob(function (blob) { done(blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file); }, "image/jpeg", 0.8);
      });
    }).catch(function () { return file; });
  }

  function body() {
    if (pad && !pad.isEmpty()) { form.elements.signature.value = pad.toDataURL("image/png"); }
    var data = new FormData(form);
    var photos = Array.prototype.slice.call(form.elements.photos.files || []);
    data.delete("photos");
    return Promise.all(photos.map(smaller)).then(function (files) {
      files.forEach(function (file) { data.append("photos", file, "photo"); });
      return data;
    });
  }

  // ---- Sending. Only the answer of the visit's own page, with this form's key in it, means that
  // it was kept: a sign-in page is answered 200 too.
  var LONGEST_MS = 90000;
  var WAITS_S = [5, 10, 20, 40, 80, 160, 300];
  var tries = 0;
  var retry = null;
  var address = form.getAttribute("action") || window.location.href;

  function busy(is) {
    var button = form.querySelector("[type=submit]");
    waiting = is;
    if (is) { button.setAttribute("aria-busy", "true"); } else { button.removeAttribute("aria-busy"); }
  }
  function post(data) {
    var giveUp = new AbortController();
    var timer = setTimeout(function () { giveUp.abort(); }, LONGEST_MS);
    return fetch(address, {
      method: "POST", body: data, credentials: "same-origin", signal: giveUp.signal,
      headers: { "Accept": "application/json, text/html" }
    }).finally(function () { clearTimeout(timer); });
  }
  function isElsewhere(answer) {
    return answer.redirected && new URL(answer.url).pathname !== new URL(address, window.location.href).pathname;
  }
  // The token of a page that lay open long, or over a new sign-in, is stale: fetch a fresh one.
  function renewed() {
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      if (isElsewhere(answer) || !answer.ok) { return false; }
      return answer.text().then(function (page) {
        var fresh = new DOMParser().parseFromString(page, "text/html").querySelector("form[data-visit]");
        if (!fresh || fresh.dataset.officer + "/" !== officer) { return false; }
        form.elements.csrfmiddlewaretoken.value = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
        return true;
      });
    });
  }
  function send(again) {
    clearTimeout(retry);
    busy(true);
    body().then(post).then(function (answer) {
      if (isElsewhere(answer)) { return signedOut(); }
      if (answer.status === 201) { return answer.json().then(kept); }
      if (answer.status === 403 && !again) {
        return renewed().then(function (done) { if (done) { send(true); } else { signedOut(); } });
      }
      return answer.text().then(function (page) { busy(false); show(page, answer.status); });
    }).catch(later);
  }
  function kept(answer) {
    if (answer.kept !== form.elements.client_key.value) { throw new Error("not this form"); }
    delete form.dataset.unsent;
    return window.drafts.drop(store).then(function () { window.location.href = answer.next; });
  }
  function signedOut() {
    busy(false);
    form.dataset.unsent = "1";
    return keep().then(function (done) {
      var note = say("is-warn", "登录已过期，还没有提交。" + (done ? "文字已暂存在本机。" : "") + "请不要关闭这一页：");
      var link = document.createElement("a");
      link.href = "/";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "在新页面重新登录";
      note.appendChild(link);
      note.appendChild(document.createTextNode("，再回到这里按“提交核查”，照片和签字都还在。"));
    });
  }
  function later() {
    busy(false);
    form.dataset.unsent = "1";
    var wait = WAITS_S[Math.min(tries, WAITS_S.length - 1)];
    tries += 1;
    retry = setTimeout(again, wait * 1000);
    keep().then(function (done) {
      var words = done ? "已暂存在本机，" + time() + "；" : "";
      say("is-warn", "现在没有网络。" + words + "联网后自动提交，只提交一次。请不要关闭这一页。");
    });
  }
  function again() {
    if (!form.dataset.unsent || waiting) { return; }
    if (navigator.onLine === false) { retry = setTimeout(again, 30000); return; }
    delete form.dataset.unsent;
    send(false);
  }

  // A form that was not taken: its page has the errors beside the fields; what is typed stays.
  function show(page, status) {
    var found = new DOMParser().parseFromString(page, "text/html");
    form.querySelectorAll(".bx-error:not([data-sign-error])").forEach(function (old) { old.remove(); });
    form.querySelectorAll(".is-wrong").forEach(function (old) { old.classList.remove("is-wrong"); });
    found.querySelectorAll("form[data-visit] .is-wrong").forEach(function (wrong) {
      var control = wrong.querySelector("[name]");
      var here = control && form.querySelector("[name='" + control.name + "']");
      var box = here && here.closest(".bx-field");
      if (!box) { return; }
      box.classList.add("is-wrong");
      wrong.querySelectorAll(".bx-error").forEach(function (error) { box.appendChild(document.importNode(error, true)); });
    });
    var note = found.querySelector(".bx-note.is-error");
    say("is-error", note ? note.textContent.trim() : "没有提交成功（" + status + "），请稍后再试。填过的都在。");
    // Where this form had been taken before, the page that came back has a key for another visit.
    var key = found.querySelector("form[data-visit] [name=client_key]");
    if (key) { form.elements.client_key.value = key.value; keep(); }
    var first = form.querySelector(".is-wrong") || state;
    first.scrollIntoView({ block: "center" });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (waiting) { return; }
    if (lacksSignature()) { askForSignature(); return; }
    delete form.dataset.unsent;
    tries = 0;
    send(false);
  });
  window.addEventListener("online", function () { tries = 0; again(); });
  window.addEventListener("beforeunload", function (event) {
    if (form.dataset.unsent) { event.preventDefault(); }
  });
})();
