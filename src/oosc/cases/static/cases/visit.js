// 入户核查 in a doorway: what is typed stays in the page's own store until it was sent; photos are
// made smaller before they go; without a network the form waits and is sent once it is back.
// The form's key makes a form that was sent twice one visit.
(function () {
  "use strict";
  var form = document.querySelector("form[data-visit]");
  if (!form) { return; }
  var store = "visit-" + form.dataset.visit;
  var state = document.getElementById("visit-state");
  var waiting = false;

  function say(kind, words) {
    state.textContent = "";
    var note = document.createElement("div");
    note.className = "bx-note " + kind;
    note.setAttribute("role", "status");
    note.textContent = words;
    state.appendChild(note);
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
    say("", "已恢复上次没有提交的内容。");
  }
  if (!form.querySelector(".is-wrong")) { window.drafts.read(store).then(restore); }
  var pause;
  form.addEventListener("input", function () { clearTimeout(pause); pause = setTimeout(keep, 800); });
  form.addEventListener("click", function (event) {
    if (!event.target.closest("[data-keep]")) { return; }
    keep().then(function (kept) {
      say(kept ? "" : "is-warn", kept ? "已暂存在本机，" + time() + "。" : "这台设备不能暂存，请填完就提交。");
    });
  });

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

  // ---- Signature on the screen.
  var canvas = form.querySelector("[data-signature]");
  var pad = window.SignaturePad ? new window.SignaturePad(canvas, { penColor: "#18222c" }) : null;
  form.querySelector("[data-clear-signature]").addEventListener("click", function () {
    if (pad) { pad.clear(); }
  });

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

  function send() {
    waiting = true;
    var button = form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    body().then(function (data) {
      return fetch(form.action || window.location.href, { method: "POST", body: data, credentials: "same-origin" });
    }).then(function (answer) {
      waiting = false;
      button.removeAttribute("aria-busy");
      if (answer.redirected && answer.ok) {
        return window.drafts.drop(store).then(function () { window.location.href = answer.url; });
      }
      return answer.text().then(function (page) { show(page, answer.status); });
    }).catch(function () {
      waiting = false;
      button.removeAttribute("aria-busy");
      form.dataset.unsent = "1";
      keep().then(function (kept) {
        var words = kept ? "已暂存在本机，" + time() + "；" : "";
        say("is-warn", "现在没有网络。" + words + "联网后自动提交，只提交一次。请不要关闭这一页。");
      });
    });
  }

  // A form that was not taken: its page has the errors beside the fields; what is typed stays.
  function show(page, status) {
    var found = new DOMParser().parseFromString(page, "text/html");
    form.querySelectorAll(".bx-error").forEach(function (old) { old.remove(); });
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
    var first = form.querySelector(".is-wrong") || state;
    first.scrollIntoView({ block: "center" });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (!waiting) { send(); }
  });
  window.addEventListener("online", function () {
    if (form.dataset.unsent && !waiting) { delete form.dataset.unsent; send(); }
  });
})();
