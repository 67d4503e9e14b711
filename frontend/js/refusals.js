// A refused or failed request keeps the form as it is and says why right beside it: in the nearest [data-refusal]
// around the element that asked. A form that shows refusals in its own target (a scan) says so by data-scan.

const ours = new WeakSet();

function placeNear(source) {
  for (let node = source; node; node = node.parentElement) {
    const place = node.matches?.("[data-refusal]") ? node : node.querySelector?.("[data-refusal]");
    if (place) return place;
  }
  return null;
}

function showTemplate(id, source) {
  const place = placeNear(source);
  const template = document.getElementById(id);
  if (!place || !template) return;
  ours.add(place);
  place.replaceChildren(template.content.cloneNode(true));
  place.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const source = ctx.sourceElement;
  if (source.closest("[hx-sse\\:connect]") === source) return;
  if (!ctx.text.includes("data-refused")) {
    if (ctx.response.status < 500) return;
    ctx.swap = "none";
    showTemplate("unanswered", source);
    return;
  }
  ctx.select = "[data-refused]";
  if (source.closest("[data-scan]")?.getAttribute("hx-target") === "#verdict") return;
  const place = placeNear(source);
  if (!place) return;
  ours.add(place);
  ctx.target = place;
  ctx.swap = "innerHTML";
  queueMicrotask(() => place.scrollIntoView({ block: "nearest" }));
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  const source = ctx?.sourceElement;
  if (!source || source.matches("[hx-sse\\:connect]")) return;
  const unreachable = error instanceof TypeError || ctx.request?.signal?.reason === "timeout";
  if (!unreachable) return;
  showTemplate("unreachable", source);
  document.dispatchEvent(new CustomEvent("network:lost"));
});

document.addEventListener("htmx:before:request", (event) => {
  const place = placeNear(event.detail.ctx.sourceElement);
  if (place && ours.has(place)) place.replaceChildren();
});

document.addEventListener("htmx:before:response", () => document.dispatchEvent(new CustomEvent("network:back")));
