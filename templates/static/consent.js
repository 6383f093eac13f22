// Against double-clickjacking: a second click that was meant for another window must not land on
// "Allow". The button rests for a moment after the page has first been painted, and each time that
// it comes (back) into view. Without JavaScript the button simply works.
(function () {
  "use strict";
  var REST = 400;
  var allow = document.getElementById("consent-allow");
  var timer = null;
  if (!allow) return;

  function rest() {
    var focused = document.activeElement === allow;
    allow.disabled = true;
    clearTimeout(timer);
    timer = setTimeout(function () {
      allow.disabled = false;
      if (focused) allow.focus();
    }, REST);
  }

  requestAnimationFrame(rest);
  window.addEventListener("focus", rest);
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) rest();
  });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible") rest();
  });
})();
