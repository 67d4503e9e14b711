"""Managers: what is off today, who looked at whom, and the component page."""

from litestar import Router

from store_omni.web.office.access import ACCESS
from store_omni.web.office.today import TODAY
from store_omni.web.plumbing.signing_in import staff_sign_in

FACE = Router(path="/office", route_handlers=[staff_sign_in("office", "/office", "manager"), TODAY, ACCESS])
