// 人工判定 by keyboard: 1 same, 2 different, space skips, Z takes the last one back.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) { return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
    // A space on a button that has the focus presses that button.
    if (event.key === " " && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) { return; }
    var button = document.querySelector("[data-key='" + event.key.toLowerCase() + "']");
    if (!button) { return; }
    event.preventDefault();
    button.click();
  });
})();
