// A list that grows by scanning and lives in the page: each scan is sent with the list as the last answer left it, also one
// that had to wait its turn, so that two quick scans add up.

const draft = () => document.querySelector("[data-draft]")?.dataset.draft;

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  const name = sourceElement.dataset?.draftForm;
  if (name && request.body?.has?.(name)) request.body.set(name, draft() ?? "");
});
document.addEventListener("htmx:after:swap", () => {
  for (const form of document.querySelectorAll("[data-draft-form]")) form.elements[form.dataset.draftForm].value = draft() ?? "";
});
