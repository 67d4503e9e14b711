"""What every template can rely on."""

import pytest

from store_omni.web.plumbing.pages import environment
from store_omni.web.plumbing.texts import use_locale


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ ngettext('%(num)s level', '%(num)s levels', 8743) }}", "재고 8,743건"),
        ("{{ ngettext('%(num)s level', '%(num)s levels', 999) }}", "재고 999건"),
        ("{{ _('%(n)s of %(all)s', n=1000, all=12345678) }}", "12,345,678개 중 1,000개"),
        ("{{ _('%(n)s of %(all)s', n='0001000', all='<b>') }}", "&lt;b&gt;개 중 0001000개"),
    ],
)
def test_numbers_in_sentences_are_grouped(template: str, shown: str) -> None:
    use_locale("ko")
    assert environment().from_string(template).render() == shown
