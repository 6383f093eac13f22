// The playground works without this, but for response_mode=fragment: what stands behind the # of an
// address is for scripts alone.
(function () {
  "use strict";

  // The answer in the fragment becomes a form. It leaves the address before anything else happens.
  function sendFragment(form) {
    var answer = new URLSearchParams(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
    if (!answer.has("state")) {
      document.getElementById("no-answer").hidden = false;
      return;
    }
    answer.forEach(function (value, name) {
      var input = document.createElement("input");
      if (name === "csrf_token") return;
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.appendChild(input);
    });
    HTMLFormElement.prototype.submit.call(form);
  }

  // A link to a step unfolds it.
  function unfold() {
    var entry = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (entry && entry.tagName === "DETAILS") entry.open = true;
  }

  function addCopyButton(block, run) {
    var button = document.createElement("button");
    var box = document.createElement("div");
    button.type = "button";
    button.className = "copy-button";
    button.textContent = run.dataset.copy;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(block.textContent).then(function () {
        button.textContent = run.dataset.copied;
        setTimeout(function () {
          button.textContent = run.dataset.copy;
        }, 1500);
      });
    });
    box.className = "copy-box";
    block.replaceWith(box);
    box.append(block, button);
  }

  var form = document.getElementById("fragment-form");
  var run = document.getElementById("playground-run");
  if (form) sendFragment(form);
  if (run) {
    unfold();
    window.addEventListener("hashchange", unfold);
    if (navigator.clipboard) {
      run.querySelectorAll("pre.code").forEach(function (block) {
        addCopyButton(block, run);
      });
    }
  }
})();
