// Three comforts that no page depends on: a button that shows the password, forms that are sent once
// however often somebody clicks, and the initial in place of a picture that does not load.
(function () {
  "use strict";

  function reveal(box) {
    var input = box.querySelector("input");
    var button = document.createElement("button");
    function show(visible) {
      input.type = visible ? "text" : "password";
      button.textContent = visible ? box.dataset.conceal : box.dataset.reveal;
      button.setAttribute("aria-pressed", String(visible));
    }
    button.type = "button";
    button.className = "reveal-button";
    button.setAttribute("aria-label", box.dataset.label);
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", function () {
      show(input.type === "password");
      input.focus();
    });
    input.form.addEventListener("submit", function () {
      show(false);
    });
    show(false);
    box.appendChild(button);
  }

  function once(form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", function () {
      sent = false;
    });
  }

  function orInitial(picture) {
    function drop() {
      picture.remove();
    }
    if (picture.complete && picture.naturalWidth === 0) drop();
    else picture.addEventListener("error", drop);
  }

  document.querySelectorAll(".picture").forEach(orInitial);
  document.querySelectorAll(".reveal").forEach(reveal);
  document.querySelectorAll("form[data-once]").forEach(once);
})();
