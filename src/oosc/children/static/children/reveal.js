// Opened content is covered again: after its seconds, before printing, and when the page is left.
(function () {
  "use strict";

  function cover(opened) {
    var content = opened.querySelector("[data-content]");
    if (content) { content.textContent = opened.getAttribute("data-shut"); }
    opened.classList.remove("is-open");
    opened.removeAttribute("data-opened");
  }

  function coverAll() {
    document.querySelectorAll("[data-opened]").forEach(cover);
  }

  function tick() {
    document.querySelectorAll("[data-opened] [data-seconds]").forEach(function (button) {
      var left = Number(button.getAttribute("data-seconds")) - 1;
      button.setAttribute("data-seconds", String(left));
      if (left > 0) {
        button.textContent = "遮回（剩 " + left + " 秒）";
        return;
      }
      cover(button.closest("[data-opened]"));
      button.click();
    });
  }

  setInterval(tick, 1000);
  window.addEventListener("beforeprint", coverAll);
  window.addEventListener("pagehide", coverAll);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") { coverAll(); }
  });

  // Where a piece came in that asks for something, the keyboard goes there.
  document.addEventListener("htmx:afterSettle", function (event) {
    var wanted = event.target.querySelector ? event.target.querySelector("[data-focus]") : null;
    if (wanted) { wanted.focus(); }
  });
})();
