// Runs before the first paint. Applies the theme, so that the page never appears in the wrong one. The
// app applies later changes (hooks/use_theme.rs). If the app can't start, an empty page gets a message,
// and a page from the server stays as it is.
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

  // A page with content holds back what loads the app (site/shell.rs), so that nothing delays its first
  // paint. A page that is in the background or comes from a browser that reports no paint has its load event.
  var isPainted = false;
  function startApp() {
    if (!isPainted || document.readyState === "loading") return;
    document.querySelectorAll("template.app-files").forEach(function (template) {
      template.replaceWith(template.content);
    });
  }
  function painted() {
    isPainted = true;
    startApp();
  }
  try {
    new PerformanceObserver(function (list) {
      if (list.getEntriesByName("first-contentful-paint").length) painted();
    }).observe({ type: "paint", buffered: true });
  } catch (_) {
    // No reports.
  }
  document.addEventListener("DOMContentLoaded", startApp);
  addEventListener("load", function () {
    setTimeout(painted, document.hidden ? 0 : 1000);
  });

  // The app can't take over the page from the server (crash.rs), because a browser's extension changed
  // it, for example. It starts once more, on a copy without the first one's listeners, which it replaces.
  new MutationObserver(function (_, observer) {
    observer.disconnect();
    var app = document.getElementById("app");
    var focused = document.activeElement.id;
    var copy = app.cloneNode(true);
    copy.removeAttribute("data-rendered");
    app.replaceWith(copy);
    var script = document.querySelector("link[rel=modulepreload]");
    var wasm = document.querySelector("link[rel=preload][as=fetch]");
    import(script.href + "?again")
      .then(function (app) {
        return app.default({ module_or_path: wasm.href });
      })
      .then(function () {
        // The app is rendered before the next frame.
        requestAnimationFrame(function () {
          var field = focused && document.getElementById(focused);
          if (field) field.focus({ preventScroll: true });
        });
      });
  }).observe(root, { attributeFilter: ["data-unhydrated"] });
  if (typeof WebAssembly !== "object") {
    document.addEventListener("DOMContentLoaded", giveUp);
  }
})();
