"""Shoppers, phone first."""

from litestar import Router
from litestar.di import Provide

from store_omni.web.shop import (
    account,
    basket,
    checkout,
    home,
    links,
    lookup,
    orders,
    pictures,
    places,
    products,
    returns,
    signing,
    stores,
)
from store_omni.web.shop.visiting import visitor

FACE = Router(
    path="/",
    dependencies={"visitor": Provide(visitor)},
    route_handlers=[
        home.home,
        products.products,
        products.product_page,
        pictures.picture,
        places.set_place,
        stores.stores,
        stores.store_page,
        basket.basket,
        basket.add,
        basket.change,
        basket.choose,
        checkout.checkout,
        checkout.order,
        orders.order_page,
        orders.order_history,
        orders.order_live,
        orders.order_qr,
        orders.cancellation_page,
        orders.cancel,
        returns.return_page,
        returns.return_qr,
        returns.ask_return,
        returns.withdraw,
        links.link_page,
        links.use_link,
        lookup.lookup_page,
        lookup.ask,
        lookup.code_page,
        lookup.check,
        signing.sign_in_page,
        signing.do_sign_in,
        signing.sign_up_page,
        signing.do_sign_up,
        signing.do_sign_out,
        account.account,
        account.looks,
    ],
)
