"""What every page must pass: axe finds nothing, nothing overflows, no word is cut in two, targets are big enough for a thumb."""

from pathlib import Path

import axe_playwright_python
from playwright.async_api import Locator, Page, expect

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Links inside a sentence are text, not targets (WCAG 2.5.8 says so too).
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')].filter(e => {
  if (e.matches('[type=checkbox], [type=radio]') || e.closest('p, li.event, .event-body, [hidden], dialog:not([open]), .skip, .sr-only')) return false;
  const box = e.getBoundingClientRect();
  return e.checkVisibility() && box.width > 1 && (box.height < 43.5 || box.width < 43.5);
}).map(e => e.outerHTML.slice(0, 120) + ' ' + JSON.stringify(e.getBoundingClientRect()))"""
WIDTHS, HEIGHT = (390, 1180, 1440), 900
# Empty where the page is no wider than its screen, else what stands out of it.
OVERFLOW = """() => {
  const screen = document.documentElement.clientWidth;
  const scrolls = e => e !== document.body && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
  if (document.documentElement.scrollWidth <= screen) return [];
  return [...document.querySelectorAll('body *')].map(e => [e, e.getBoundingClientRect().right])
    .filter(([e, right]) => right > screen && e.checkVisibility() && !scrolls(e))
    .map(([e, right]) => `${right - screen} px: ${e.outerHTML.slice(0, 120)}`).slice(0, 8).concat('the page itself');
}"""
# Words cut in two by the end of their line: 19,900 and 원, 강남 and 점.
BROKEN = """() => [...document.querySelectorAll('.figure, .price, .chip, .btn, .tab, h1, h2, th, .table .end')].filter(e => e.checkVisibility()).flatMap(e => {
  const found = [], texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[^\\s\\-–·/…]+/g)) {
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    const lines = [...range.getClientRects()].filter(line => line.width > 0);
    if (lines.some(line => line.top > lines[0].top + lines[0].height / 2)) found.push(word[0] + ' in ' + e.outerHTML.slice(0, 120));
  }
  return found;
})"""


RUN = """options => axe.run(document, options)
  .then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160) + n.any.map(c => JSON.stringify(c.data))).join(' | ')))"""
# What fades has come to its end: after the theme has changed, also in what was folded away meanwhile.
PAINTED = """async () => {
  for (let frame = 0, fading = [0]; frame < 30 && fading.length; frame++) {
    await new Promise(requestAnimationFrame);
    fading = document.getAnimations().filter(a => a instanceof CSSTransition);
    fading.forEach(a => a.finish());
  }
}"""
EVERYTHING: dict[str, object] = {"runOnly": {"type": "tag", "values": TAGS}}
# All that a theme changes.
COLOURS: dict[str, object] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


async def look(page: Page, *widths: int) -> None:
    """Fails with every finding of this page as it stands, light and dark. widths: in each of these, else as wide as it is."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text())
    for width in widths or (None,):
        if width is not None:
            await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.evaluate(PAINTED)
        where = f"{page.url} at {width or 'its'} px"
        found = await page.evaluate(RUN, EVERYTHING)
        assert found == [], f"{where}: {found}"
        outside = await page.evaluate(OVERFLOW)
        assert outside == [], f"{where} is wider than its screen: {outside}"
        broken = await page.evaluate(BROKEN)
        assert broken == [], f"{where} breaks words: {broken}"
        small = await page.evaluate(SMALL_TARGETS)
        assert small == [], f"{where}: {small}"
    await page.emulate_media(color_scheme="dark")
    await page.evaluate(PAINTED)
    found = await page.evaluate(RUN, COLOURS)
    assert found == [], f"{page.url} in the dark: {found}"
    await page.emulate_media(color_scheme="light")


async def drawn(picture: Locator) -> None:
    """Waits until an image is there. Polling by `wait_for_function` would need eval, which our policy forbids."""
    await expect(picture).to_be_visible(timeout=15_000)
    for _ in range(100):
        if await picture.evaluate("image => image.complete && image.naturalWidth > 0"):
            return
        await picture.page.wait_for_timeout(100)
    raise AssertionError("the picture did not load")
