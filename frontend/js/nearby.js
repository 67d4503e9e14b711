// "Near me": asks for the position once, rounded to about 100 m (enough to sort stores), and sends the form it stands in.

const DECIMALS = 3;
const ASK = { enableHighAccuracy: false, timeout: 10000, maximumAge: 300000 };

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-nearby]");
  if (!button) return;
  const form = button.form;
  const answer = form.querySelector("[data-nearby-answer]");
  const say = (words) => { answer.textContent = words; };
  if (!navigator.geolocation) {
    say(answer.dataset.failed);
    return;
  }
  button.setAttribute("aria-busy", "true");
  say(button.dataset.asking);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.namedItem("lat").value = coords.latitude.toFixed(DECIMALS);
      form.elements.namedItem("lon").value = coords.longitude.toFixed(DECIMALS);
      button.removeAttribute("aria-busy");
      say("");
      form.requestSubmit();
    },
    (error) => {
      button.removeAttribute("aria-busy");
      say(error.code === error.PERMISSION_DENIED ? answer.dataset.denied : answer.dataset.failed);
    },
    ASK,
  );
});
