"""A display lease: what is not confirmed for too long goes dark by itself, on pages without their agent too.

lease_test.py [unittest options], with GULOU_BIN and GULOU_NODE. The real broker, gateway and Chromium.
"""
import time
import unittest

from gateway_test import TwoScreens
from home import canonical, notice, wait_for, with_home
from screen_test import OneScreen

LEASE_S = 10


class LeaseTest(TwoScreens):
    @with_home
    def test_leased_items_go_dark_without_contact_and_come_back_with_it(self, home):
        gateway, pages = self.gateway(home)
        publisher = home.publisher()
        kiosk = self.browser.open(gateway.address("hall") + "kiosk.html")
        publisher.submit([canonical(notice("leased", must_confirm_every_s=LEASE_S))])
        kiosk.wait("document.body.innerText.includes('（leased）')", "the kiosk lists it")
        for page in pages.values():
            self.drawn(page, "（leased）")
        # Far longer than the lease, as it is confirmed again and again.
        begin = time.monotonic()
        wait_for(lambda: time.monotonic() - begin > LEASE_S + 1, "more than a lease has passed")
        for page in pages.values():
            self.drawn(page, "（leased）")

        home.kill("gateway")
        pages["hall"].wait("document.body.classList.contains('silent') || document.body.innerText.includes('（leased）')",
                           "the page draws on by itself")
        for page in pages.values():
            page.wait("document.querySelector('.dark') !== null", "its lease ends without the agent", LEASE_S + 2)
            self.assertNotIn("（leased）", page.text())
        kiosk.wait("!document.body.innerText.includes('（leased）')", "the kiosk lists it no more", LEASE_S)
        pages["hall"].screenshot("gateway-dark")
        self.assertRegex(pages["hall"].text(), r"最近核对：\d{4}-\d\d-\d\d \d\d:\d\d")

        # The agent alone knows no more than the page; what has no lease goes on.
        home.kill("gulou-broker")
        gateway.start()
        self.assertEqual(gateway.items("hall"), set())
        self.assertEqual(gateway.get(gateway.paths["hall"] + "status.json").json["dark"], 1)
        home.start("gulou-broker")
        for page in pages.values():
            self.drawn(page, "（leased）")
        kiosk.wait("document.body.innerText.includes('（leased）')", "the kiosk lists it again")


class ChannelLeaseTest(OneScreen):
    """A screen that is a channel of its own, not one of a fleet."""

    @with_home
    def test_a_release_with_a_lease_goes_dark_without_the_broker(self, home):
        home.start("gulou-screen")
        publisher = home.publisher()
        page = self.display(home)
        publisher.submit([canonical(notice("leased", must_confirm_every_s=LEASE_S))])
        self.drawn(page, "（leased）")
        begin = time.monotonic()
        wait_for(lambda: time.monotonic() - begin > LEASE_S + 1, "more than a lease has passed")
        self.drawn(page, "（leased）")

        home.kill("gulou-broker")
        page.wait("document.querySelector('.dark') !== null", "its lease ends without the broker", LEASE_S + 2)
        self.assertNotIn("（leased）", page.text())
        home.kill("gulou-screen")
        home.start("gulou-screen")
        self.assertEqual(self.status(home)["dark"], 1)
        home.start("gulou-broker")
        self.drawn(page, "（leased）")


if __name__ == "__main__":
    unittest.main()
