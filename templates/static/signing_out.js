// Waits until each client's frame has loaded, then goes on. After five seconds it names the
// clients that have not answered, and leaves the way on to the person.
(function () {
  "use strict";
  var PATIENCE = 5000;
  var frames = Array.prototype.slice.call(document.querySelectorAll("iframe.told"));
  var waiting = frames.length;
  var onward = document.getElementById("continue");

  function finish() {
    if (onward && waiting === 0) {
      window.location.replace(onward.href);
    }
  }

  function told(index) {
    var row = document.querySelector('[data-frame="' + index + '"]');
    if (row && row.parentNode) {
      row.parentNode.removeChild(row);
      waiting -= 1;
      finish();
    }
  }

  frames.forEach(function (frame, index) {
    frame.addEventListener("load", function () { told(index); });
    frame.src = frame.getAttribute("src"); // a frame that had loaded before this script ran
  });

  window.setTimeout(function () {
    if (waiting > 0) {
      document.getElementById("untold").hidden = false;
      document.getElementById("telling").hidden = true;
    }
  }, PATIENCE);
})();
