// Loads the page anew when what it shows has changed, at the same place. Only a preview has this script.
{
  const KEY = "preview-place";
  const { version } = document.currentScript.dataset;

  // What has the focus, as a path of elements.
  const pathOf = (element) => {
    const steps = [];
    for (; element && element !== document.body; element = element.parentElement) {
      const place = [...element.parentElement.children].indexOf(element) + 1;
      steps.unshift(`:nth-child(${place})`);
    }
    return steps.length > 0 && `body > ${steps.join(" > ")}`;
  };

  const place = JSON.parse(sessionStorage.getItem(KEY));
  sessionStorage.removeItem(KEY);
  // A page that shows an error is too short for the place: it is kept until the post is there again.
  let reached;
  const restore = () => {
    if (scrollY !== place.y) scrollTo({ top: place.y, behavior: "instant" });
    reached = scrollY;
    const focused = place.focus && document.querySelector(place.focus);
    if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
  };
  if (place) {
    restore();
    // The app starts and pictures come, until the reader does something.
    const observer = new MutationObserver(restore);
    observer.observe(document.body, { childList: true, subtree: true, attributes: true });
    addEventListener("load", restore);
    const end = () => {
      observer.disconnect();
      removeEventListener("load", restore);
    };
    for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(kind, end, { once: true, passive: true });
    }
    setTimeout(end, 2000);
  }

  const reload = () => {
    const y = place && scrollY === reached ? place.y : scrollY;
    const focus = pathOf(document.activeElement);
    sessionStorage.setItem(KEY, JSON.stringify({ y, focus }));
    location.reload();
  };

  // A hidden page waits until it is seen: a browser opens few connections to one site.
  let changes;
  const watch = () => {
    changes?.close();
    if (document.hidden) return;
    changes = new EventSource("/api/v1/changes");
    changes.onmessage = (event) => {
      if (event.data !== version) {
        changes.close();
        reload();
      }
    };
  };
  document.addEventListener("visibilitychange", watch);
  watch();
}
