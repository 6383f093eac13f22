// The OP iframe (Session Management 1.0, section 3.2): a client posts "client_id session_state",
// we answer "unchanged", "changed" or "error". The browser state is read anew each time.
(function () {
  "use strict";

  function browserState() {
    var name = document.body.getAttribute("data-cookie") + "=";
    var found = document.cookie.split("; ").filter(function (pair) {
      return pair.indexOf(name) === 0;
    });
    return found.length === 1 ? found[0].slice(name.length) : "";
  }

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) {
      return ("0" + byte.toString(16)).slice(-2);
    }).join("");
  }

  window.addEventListener("message", function (event) {
    var parts = typeof event.data === "string" ? event.data.split(" ") : [];
    var state = parts.length === 2 ? parts[1].split(".") : [];
    if (!event.source || state.length !== 2 || event.origin === "null") {
      if (event.source) { event.source.postMessage("error", event.origin === "null" ? "*" : event.origin); }
      return;
    }
    var text = [parts[0], event.origin, browserState(), state[1]].join(" ");
    window.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)).then(function (digest) {
      var same = hex(digest) + "." + state[1] === parts[1];
      event.source.postMessage(same ? "unchanged" : "changed", event.origin);
    }, function () {
      event.source.postMessage("error", event.origin);
    });
  });
})();
