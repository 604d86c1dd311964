// What every page may do beyond plain HTML. Pages work without it, except where said.
(function () {
  "use strict";

  // On a phone the filter bar shows the name alone; 筛选 opens the rest.
  document.addEventListener("click", function (event) {
    var toggle = event.target.closest("[data-toggle-filter]");
    if (toggle) {
      var open = toggle.closest("form").classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
    }
    // On a phone the clauses stand shortened; 展开全文 shows all of their words.
    var unfold = event.target.closest("[data-unfold]");
    if (unfold) {
      var whole = document.getElementById(unfold.dataset.unfold).classList.toggle("is-unfolded");
      unfold.setAttribute("aria-expanded", String(whole));
      unfold.textContent = whole ? "收起" : "展开全文";
    }
    if (event.target.closest("[data-print]")) { window.print(); }
    var copy = event.target.closest("[data-copy]");
    if (copy) {
      document.getElementById(copy.dataset.copy).select();
      // The newer way is closed to pages without a certificate.
      copy.lastChild.textContent = document.execCommand("copy") ? "已复制" : "已选中，按 Ctrl-C";
    }
    var back = event.target.closest("[data-back]");
    if (back && history.length > 1) { event.preventDefault(); history.back(); }
  });

  // What was chosen, under our own words for choosing files.
  document.addEventListener("change", function (event) {
    var box = event.target.type === "file" && event.target.closest(".bx-file");
    if (!box) { return; }
    var names = Array.prototype.map.call(event.target.files, function (file) { return file.name; });
    box.querySelector("[data-chosen]").textContent = names.join("，") || "还没有选";
  });

  // A second click on a button that is already sending does nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (form.hasAttribute("hx-post") || form.hasAttribute("data-again")) { return; }
    form.dataset.sending = "1";
    var button = event.submitter;
    if (button) { button.setAttribute("aria-busy", "true"); }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sending]").forEach(function (form) { delete form.dataset.sending; });
    document.querySelectorAll("[aria-busy]").forEach(function (button) { button.removeAttribute("aria-busy"); });
  });

  // Rows that are picked: the toolbar says how many, the head box picks the page.
  function picked(table) {
    return table.querySelectorAll("tbody input[type=checkbox][name=pick]:checked").length;
  }
  function show(table) {
    var bar = document.querySelector("[data-picks='" + table.id + "']");
    table.querySelectorAll("tbody tr").forEach(function (row) {
      var box = row.querySelector("input[name=pick]");
      row.classList.toggle("is-picked", Boolean(box && box.checked));
    });
    if (!bar) { return; }
    var count = picked(table);
    bar.classList.toggle("is-selecting", count > 0);
    bar.querySelectorAll("[data-when-picked]").forEach(function (part) { part.hidden = count === 0; });
    bar.querySelectorAll("[data-picked-count]").forEach(function (part) { part.textContent = String(count); });
  }
  document.addEventListener("change", function (event) {
    var table = event.target.closest("table[id]");
    if (!table || event.target.type !== "checkbox") { return; }
    if (event.target.hasAttribute("data-pick-all")) {
      table.querySelectorAll("tbody input[name=pick]").forEach(function (box) { box.checked = event.target.checked; });
    }
    show(table);
  });
  document.addEventListener("click", function (event) {
    var clear = event.target.closest("[data-clear-picks]");
    if (!clear) { return; }
    var table = document.getElementById(clear.getAttribute("data-clear-picks"));
    table.querySelectorAll("input[type=checkbox]").forEach(function (box) { box.checked = false; });
    show(table);
  });
})();
