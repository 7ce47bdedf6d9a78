// Runs before the first paint: applies the chosen theme, so that the page never flashes in the
// wrong one, and says so if the app can't start. The app takes over from here (hooks/use_theme.rs).
(function () {
  var root = document.documentElement;
  var theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch (_) {
    // A browser that keeps nothing for this site.
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
  // In the capture phase, since a script or a preload that doesn't load has no bubbling event.
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
