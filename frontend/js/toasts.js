// A toast leaves by itself, but never while somebody points at it or stands in it with the keyboard.
// The body may be replaced whole (htmx), so toasts are looked for in the document, not in a shelf kept by reference.

const SHOWN_MS = 10000;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), SHOWN_MS);
  };
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

const watchAll = () => document.querySelectorAll("#toasts [data-toast]").forEach(watch);

document.addEventListener("htmx:after:swap", watchAll);
document.addEventListener("htmx:after:settle", watchAll);
watchAll();
