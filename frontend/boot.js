// Runs before the first paint. Applies the theme, so that the page never appears in the wrong one, and
// shows a message if the app can't start. The app applies later changes (hooks/use_theme.rs).
(function () {
  var root = document.documentElement;
  var theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch (_) {
    // The browser forbids storage for this site.
  }
  if (theme !== "light" && theme !== "dark") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.setAttribute("data-bs-theme", theme);
  var bar = document.querySelector("meta[name=theme-color]");
  bar.setAttribute("content", bar.getAttribute("data-" + theme));

  var started = false;
  function giveUp() {
    if (started) return;
    var loading = document.getElementById("preloader");
    var message = document.getElementById("no-start");
    if (loading) loading.hidden = true;
    if (message) message.hidden = false;
  }
  addEventListener("TrunkApplicationStarted", function () {
    started = true;
  });
  // The `error` event of a script or a preload doesn't bubble, but it passes the capture phase.
  addEventListener(
    "error",
    function (event) {
      var tag = event.target && event.target.tagName;
      if (!tag || tag === "SCRIPT" || tag === "LINK") giveUp();
    },
    true
  );
  addEventListener("unhandledrejection", giveUp);
  if (typeof WebAssembly !== "object") {
    document.addEventListener("DOMContentLoaded", giveUp);
  }
})();
