// Runs before the first paint. Applies the theme, so that the page never appears in the wrong one. The
// app applies later changes (hooks/use_theme.rs). Then it starts the app. If the app can't start, an
// empty page shows a message, and a page that the server rendered stays as it is.
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

  // In a rendered page, the elements that load the app wait in templates (site/shell.rs), so that they
  // don't delay the first paint. A page in the background, and a browser that doesn't report the paint,
  // use the load event instead.
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
    // The browser does not report the paint.
  }
  document.addEventListener("DOMContentLoaded", startApp);
  addEventListener("load", function () {
    setTimeout(painted, document.hidden ? 0 : 1000);
  });

  // The app could not take over the rendered page (crash.rs), for example because a browser extension
  // changed it. The app starts once more, on a copy of the page, which has no listeners of the first app.
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
