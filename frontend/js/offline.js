// The bar that admits being offline: since when the page is, and how many actions wait to be sent.

let waiting = 0;
let shownAt = Date.now();

const clock = (ms) => new Date(ms).toLocaleTimeString("sv", { hour: "2-digit", minute: "2-digit" });

function draw(isOffline) {
  const bar = document.getElementById("offline");
  if (!bar) return;
  bar.hidden = !isOffline && waiting === 0;
  bar.querySelector("[data-offline-as-of]").textContent = bar.dataset.asOf.replace("{time}", clock(shownAt));
  bar.querySelector("[data-offline-waiting]").textContent = waiting ? bar.dataset.waiting.replace("{count}", String(waiting)) : "";
}

const drawNow = () => draw(!navigator.onLine);

window.addEventListener("offline", () => draw(true));
window.addEventListener("online", drawNow);
document.addEventListener("network:lost", () => draw(true));
document.addEventListener("network:back", () => {
  shownAt = Date.now();
  drawNow();
});
document.addEventListener("outbox:count", (event) => {
  waiting = event.detail.count;
  drawNow();
});
drawNow();
