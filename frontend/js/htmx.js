// The bundled extensions look for a global htmx, so it is set before they are loaded.
import htmx from "htmx.org";

window.htmx = htmx;
