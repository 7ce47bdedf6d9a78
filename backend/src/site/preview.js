// Reloads the page when its content has changed, and restores scroll position and focus. Only a preview has
// this script.
{
  const KEY = "preview-place";
  const { version } = document.currentScript.dataset;

  // A selector for an element: its path from the body.
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
  // A page that shows an error may be too short for the position, which is kept until the post is back.
  let reached;
  const restore = () => {
    if (scrollY !== place.y) scrollTo({ top: place.y, behavior: "instant" });
    reached = scrollY;
    const focused = place.focus && document.querySelector(place.focus);
    if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
  };
  if (place) {
    restore();
    // The app and pictures move the content while they load. This ends when the reader does something.
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

  // A hidden page opens no connection, since browsers limit the connections to a site.
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
