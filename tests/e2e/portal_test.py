"""The portal's own site under kills: what citizens can open is what is wanted, in its newest revision, once.

portal_test.py [unittest options], with GULOU_BIN. GULOU_LONG=1: 1,000 releases and 200 kills.
"""
import http.client
import os
import re
import unittest
from urllib.parse import urlsplit

from home import Home
from swarm import Swarm

LONG = bool(os.environ.get("GULOU_LONG"))


class Citizen:
    """Opens every page that the sitemap names, with one connection."""

    def __init__(self, home):
        self.home, self.link, self.twice = home, None, []

    def open(self, path):
        for fresh in (False, True):  # the program behind the connection may have been killed since
            if self.link is None or fresh:
                self.link = http.client.HTTPConnection("127.0.0.1", self.home.ports["portal"], timeout=10)
            try:
                self.link.request("GET", path)
                answer = self.link.getresponse()
                return answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException):
                self.link.close()
        return 0, ""

    def places(self, sitemap):
        """Of pages; a map of maps is followed."""
        places = [urlsplit(url).path for url in re.findall(r"<loc>([^<]+)</loc>", self.open(sitemap)[1])]
        return [page for place in places for page in (self.places(place) if place.endswith(".xml") else [place])]

    def visible(self):
        """Release to revision; of what stands there twice the number of pages is kept in `twice`."""
        shown, self.twice = {}, []
        for url in self.places("/sitemap.xml"):
            status, page = self.open(url)
            release = re.search(r"编号(.+?)，第(\d+)版", page)
            if status != 200 or release is None:
                continue
            if release[1] in shown:
                self.twice.append(release[1])
            shown[release[1]] = int(release[2])
        return shown


class PortalTest(unittest.TestCase):
    def test_swarm(self):
        releases, kills = (1000, 200) if LONG else (60, 20)
        with Home() as home:
            home.start("gulou-broker")
            home.start("gulou-portal")
            swarm = Swarm(home, "portal", "gulou-portal", releases, seed=11)
            citizen = Citizen(home)
            swarm.submit()
            swarm.revise()
            swarm.kill(kills)
            swarm.settle(citizen.visible)

            self.assertEqual([], citizen.twice)
            for seq in swarm.withdrawn.values():
                for place in swarm.places(seq):
                    if place.get("url"):
                        self.assertEqual(410, citizen.open(urlsplit(place["url"]).path)[0], place)
            citizen.link.close()


if __name__ == "__main__":
    unittest.main()
