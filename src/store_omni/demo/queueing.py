"""Today in the demo's stores: orders in every state a clerk, an agent or a shopper can meet, and goods that are still to come."""

from store_omni.demo.shopkeeping import Buyer, Shopkeeping
from store_omni.journal.actors import Actor
from store_omni.orders.queries import OrderView


class Day:
    """`staff`: login → actor. `buyers`: customers on file, the demo's own shopper first."""

    def __init__(self, hands: Shopkeeping, staff: dict[str, Actor], buyers: list[Buyer], stores: dict[str, int]) -> None:
        self.hands = hands
        self.staff = staff
        self.shopper, *self.others = buyers
        self.stores = stores
        self._next = 0

    def _buyer(self) -> Buyer:
        self._next += 1
        return self.others[self._next % len(self.others)]

    async def fill(self) -> None:
        """All of it. What an interrupted run had placed is left as it stands."""
        await self._waiting_orders()
        await self._orders_in_hand()
        await self._ready_orders()
        await self._ended_orders()
        await self._own_orders()
        await self._other_stores()
        await self._deliveries()

    async def _waiting_orders(self) -> None:
        """Allocated: one late, one due, the rest fresh; one by telephone."""
        for number, (channel, minutes_ago, quantities) in enumerate(
            (("mobile", 95, [1]), ("web", 35, [1, 2]), ("mobile", 10, [2, 1, 1]), ("web", 0, [1])), 1
        ):
            buyer = self._buyer()
            await self.hands.order(
                f"waiting-{number}", self.stores["S01"], buyer, quantities, by=buyer.actor(channel), minutes_ago=minutes_ago
            )
        await self.hands.order("waiting-phone", self.stores["S01"], self._buyer(), [1, 1], by=self.staff["2001"])

    async def _orders_in_hand(self) -> None:
        """Picking (half scanned, another clerk's, with something missing) and packed."""
        hands, clerk, colleague = self.hands, self.staff["1001"], self.staff["1002"]
        if order := await self._place("picking-half", [1, 1, 1], minutes_ago=20):
            await hands.pick(order, by=clerk, all_but=1)
        if order := await self._place("picking-colleague", [2], minutes_ago=15):
            await hands.pick(order, by=colleague, all_but=1)
        if order := await self._place("picking-short", [1, 1], minutes_ago=30):
            await hands.pick(order, by=clerk, all_but=1)
            await hands.miss_last_line(order, by=clerk)
        if order := await self._place("packed", [1, 2], minutes_ago=30):
            await hands.pick(order, by=colleague)
            await hands.pack(order, by=colleague, bags=2)

    async def _ready_orders(self) -> None:
        for number, (shelf, quantities, bags) in enumerate((("A1", [1], 1), ("A2", [2, 1], 1), ("B1", [1, 1, 1], 2)), 1):
            if order := await self._place(f"ready-{number}", quantities, minutes_ago=40):
                await self.hands.make_ready(order, shelf, by=self.staff["1001"], bags=bags)
                if shelf == "A2":
                    await self.hands.arrive(order)

    async def _ended_orders(self) -> None:
        """Handed over, cancelled early, cancelled with the bag to put back, put back, returned at another store."""
        hands, clerk = self.hands, self.staff["1001"]
        if order := await self._place("done-cash", [1, 1], minutes_ago=60):
            await hands.make_ready(order, "A3", by=clerk)
            await hands.hand_over(order, by=clerk)
        if order := await self._place("done-card", [1], minutes_ago=60):
            await hands.make_ready(order, "A4", by=clerk)
            await hands.hand_over(order, by=clerk, tender="card_terminal", slip_no="20480117")
            request = await hands.ask_return(order, "changed_mind", by=self.staff["2001"])
            await hands.receive_return(order, request, by=self.staff["1003"], slip_no="20480201")
        if order := await self._place("cancelled", [1]):
            await hands.cancel(order, "wrong_order", by=self.staff["2002"])
        if order := await self._place("to-put-back", [1, 1], minutes_ago=50):
            await hands.make_ready(order, "A5", by=clerk)
            await hands.cancel(order, "cannot_come", by=self.staff["2001"])
        if order := await self._place("put-back", [1], minutes_ago=50):
            await hands.pick(order, by=self.staff["1002"])
            await hands.cancel(order, "changed_mind", by=self.staff["2001"])
            await hands.put_back(order, by=self.staff["1002"])

    async def _own_orders(self) -> None:
        """The demo shopper's: one to collect, one collected with a return under way, one just placed, one cancelled."""
        hands, clerk, me = self.hands, self.staff["1001"], self.shopper.actor("web")
        if order := await self._place("own-ready", [1, 1], buyer=self.shopper, minutes_ago=45):
            await hands.make_ready(order, "B2", by=clerk)
        if order := await self._place("own-done", [1, 1], buyer=self.shopper, minutes_ago=60):
            await hands.make_ready(order, "B3", by=clerk)
            await hands.hand_over(order, by=clerk, tender="card_terminal", slip_no="20480188")
            await hands.ask_return(order, "size", by=me)
        if order := await self._place("own-cancelled", [1], buyer=self.shopper):
            await hands.cancel(order, "changed_mind", by=me)
        await self._place("own-waiting", [2], buyer=self.shopper, store="S03")

    async def _other_stores(self) -> None:
        for store, clerk in (("S02", self.staff["1003"]), ("S03", self.staff["1004"])):
            await self._place(f"{store}-waiting-1", [1, 1], store=store, minutes_ago=25)
            await self._place(f"{store}-waiting-2", [1], store=store)
            if order := await self._place(f"{store}-ready", [1, 1], store=store, minutes_ago=40):
                await self.hands.make_ready(order, "A1", by=clerk)

    async def _deliveries(self) -> None:
        """From suppliers, one of them late, and from another store."""
        hands, manager = self.hands, self.staff["3001"]
        await hands.expect("PO-1042", self.stores["S01"], "한빛유통", [12, 6, 6], by=manager, days=1)
        await hands.expect("PO-1037", self.stores["S01"], "고운세라믹", [8], by=manager, days=-2)
        await hands.send("TR-0218", self.stores["S02"], self.stores["S01"], [3, 2], by=self.staff["1003"])

    async def _place(
        self, key: str, quantities: list[int], *, buyer: Buyer | None = None, store: str = "S01", minutes_ago: int = 0
    ) -> OrderView | None:
        buyer = buyer or self._buyer()
        channel = "mobile" if self._next % 2 else "web"
        return await self.hands.order(
            key, self.stores[store], buyer, quantities, by=buyer.actor(channel), minutes_ago=minutes_ago
        )
