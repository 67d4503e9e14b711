// A paper that grows by scanning and lives in the page. Each request of a [data-draft-form="ID"] is sent with that form's
// numbers as they stand when its turn comes, so that two quick scans add up and what was typed between them is not lost.

const OWN = new Set(["_csrf_token", "operation_id"]);

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  const paper = document.getElementById(sourceElement.dataset?.draftForm ?? "");
  if (!paper || !request.body?.set) return;
  for (const [name, value] of new FormData(paper)) if (!OWN.has(name)) request.body.set(name, value);
});
