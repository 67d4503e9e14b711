// Time that runs out: minutes and seconds left, from the figure the page came with, not from this device's clock.
// data-countdown: seconds left. When it is over, [data-countdown-over] beside it takes its place.

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function run(element) {
  const end = performance.now() + Number(element.dataset.countdown) * 1000;
  const tick = () => {
    if (!element.isConnected) return;
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const face = element.querySelector("[data-countdown-clock]");
    if (face) face.textContent = clock(left);
    if (left > 0) return void setTimeout(tick, 1000 - (performance.now() % 250));
    const over = element.parentElement.querySelector("[data-countdown-over]");
    element.hidden = true;
    if (over) over.hidden = false;
  };
  tick();
}

const startAll = () =>
  document.querySelectorAll("[data-countdown]:not([data-running])").forEach((element) => {
    element.dataset.running = "";
    run(element);
  });
startAll();
document.addEventListener("htmx:after:swap", startAll);
