// Every face: htmx, live streams, and what a page says when it waits, is refused or cannot be sent.
import "./htmx.js";
import "htmx.org/dist/ext/hx-sse.js";
import "./refusals.js";
import "./waiting.js";
import "./live.js";
import "./toasts.js";
import "./dialogs.js";
import "./steppers.js";
import "./nearby.js";
import "./copying.js";
import "./printing.js";
import "./countdown.js";
