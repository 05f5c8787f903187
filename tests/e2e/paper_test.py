"""Sheets signed on paper, from the printed sheet to the evidence: scanned, turned, noisy, small, photographed by a phone;
of another bundle, without a code, damaged.

paper_test.py [unittest options], with GULOU_BIN. The broker reads the pictures itself, whatever a publisher says of them.
"""
import hashlib
import json
import math
import os
import random
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zipfile
import zlib

from gulou_client import Refused
from home import Home, canonical, notice

BROKER = "gulou-broker"
NEWS = """+++
id = "{id}"
kind = "news"
column = "dtyw"
title = "{title}"
disclosure_type = "proactive"
classification = "public"
[issuer]
name = "云溪县人民政府办公室"
org_code = "014820037"
+++
11月20日起，县城公交新增3路、5路两条线路。编号{id}。
"""
ROLES = (("drafter", "陈晓雨", ()), ("secrecy_reviewer", "周建民", ("--result", "disclose", "--basis", "条例第十九条")),
         ("approver", "何志远", ()))


class Picture:
    """Grey, row by row."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    @staticmethod
    def of_page(pdf, width):
        made = subprocess.run(["pdftoppm", "-gray", "-singlefile", "-scale-to-x", str(width), "-scale-to-y", "-1", pdf],
                              capture_output=True, check=True).stdout
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", made)
        width, height = int(head[1]), int(head[2])
        pixels = made[head.end():]
        return Picture(width, height, [pixels[y * width:(y + 1) * width] for y in range(height)])

    def turned(self, degrees):
        """About its middle; what comes in from outside is white."""
        sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        middle_x, middle_y = self.width / 2, self.height / 2
        rows = []
        for y in range(self.height):
            row = bytearray(b"\xff" * self.width)
            from_x = middle_x - middle_x * cosine - (y - middle_y) * sine
            from_y = middle_y - middle_x * -sine + (y - middle_y) * cosine
            for x in range(self.width):
                at_x, at_y = int(from_x + x * cosine), int(from_y - x * sine)
                if 0 <= at_x < self.width and 0 <= at_y < self.height:
                    row[x] = self.rows[at_y][at_x]
            rows.append(bytes(row))
        return Picture(self.width, self.height, rows)

    def noisy(self, share, seed):
        """Grey paper, and specks on this share of it."""
        chance = random.Random(seed)
        rows = [bytearray(row.translate(bytes(40 + value * 180 // 255 for value in range(256)))) for row in self.rows]
        for _ in range(int(self.width * self.height * share)):
            rows[chance.randrange(self.height)][chance.randrange(self.width)] = chance.randrange(256)
        return Picture(self.width, self.height, [bytes(row) for row in rows])

    def png(self):
        def chunk(kind, content):
            body = kind + content
            return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
        size = struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)
        content = zlib.compress(b"".join(b"\0" + row for row in self.rows), 6)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def jpeg(pdf, width):
    return subprocess.run(["pdftoppm", "-jpeg", "-singlefile", "-scale-to-x", str(width), "-scale-to-y", "-1", pdf],
                          capture_output=True, check=True).stdout


def multipart(content):
    body = (b'--sheet\r\nContent-Disposition: form-data; name="sheet"; filename="IMG_0012.JPG"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n--sheet--\r\n")
    return body, "multipart/form-data; boundary=sheet"


class PaperTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gulou-paper.")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def content(self, path):
        with open(path, "rb") as file:
            return file.read()

    def news(self, name, title):
        return self.write(name + ".md", NEWS.format(id=name, title=title).encode())

    def sheet(self, home, path):
        return home.gulou_json("approval", "sheet", path, "--out", path + ".pdf")["file"]

    def on_paper(self, home, path, scan, code=0):
        """Each of the three says that they have signed it; the first refusal ends it."""
        for role, name, more in ROLES:
            done = home.gulou("--lang", "zh", "approve", path, "--paper", scan, "--role", role, "--name", name, *more,
                              code=code)
            if code != 0:
                return done.stderr
        return done.stdout

    def home(self):
        """Whose policy takes nobody's word."""
        home = Home(approvals=True)
        home.replace("principals.toml", "asserted = true", "asserted = false")
        return home

    def test_what_a_scanner_makes_of_a_sheet_is_read(self):
        with self.home() as home:
            home.start(BROKER)
            path = self.news("bus-1", "县城公交新增两条线路")
            sheet = self.sheet(home, path)
            self.assertIn("保密审查", home.gulou("--lang", "zh", "publish", path, code=1).stderr)
            page = Picture.of_page(sheet, 900)
            scanned = page.turned(7).noisy(0.02, 5).png()
            scan = self.write("scan.png", scanned)
            self.assertIn("纸质", self.on_paper(home, path, scan))
            home.gulou("publish", path, "--check")
            self.assertEqual(home.head(), 0)
            home.gulou("publish", path)
            self.assertEqual(home.head(), 1)
            home.gulou("publish", path)  # again: nothing new
            self.assertEqual(home.head(), 1)
            shown = home.gulou("--lang", "zh", "release", "show", "#1").stdout
            self.assertIn("纸质", shown)
            self.evidence_holds(home, hashlib.sha256(scanned).hexdigest())

            for name, content in (("small.jpg", jpeg(sheet, 700)), ("upside.png", page.turned(180).png()),
                                  ("whole.pdf", self.content(sheet))):
                home.gulou("approve", path, "--paper", self.write(name, content), "--role", "approver", "--name", "何志远")

    def evidence_holds(self, home, scan):
        file, keys = self.path("e.zip"), self.path("keys")
        os.mkdir(keys)
        shutil.copy(os.path.join(home.path, "keys", "checkpoint.public"), keys)
        home.gulou("evidence", "export", "1", "--out", file)
        self.assertEqual(home.run(BROKER, "evidence", "verify", file, "--keys", keys).returncode, 0)
        with zipfile.ZipFile(file) as archive:
            self.assertEqual(hashlib.sha256(archive.read("files/" + scan)).hexdigest(), scan)
        private = home.http("GET", "/v1/blobs/" + scan, token=home.token)
        self.assertEqual(private.status, 200)

    def test_a_scan_that_is_not_of_this_is_refused_here_and_by_the_broker(self):
        with self.home() as home:
            home.start(BROKER)
            path, other = self.news("bus-1", "县城公交新增两条线路"), self.news("bus-2", "县城公交调整首末班车")
            of_other = self.write("other.jpg", jpeg(self.sheet(home, other), 900))
            self.assertIn("重新打印签字", self.on_paper(home, path, of_other, code=1))
            blank = Picture(900, 1200, [b"\xff" * 900] * 1200).noisy(0.02, 3)
            self.assertIn("二维码", self.on_paper(home, path, self.write("blank.png", blank.png()), code=1))
            self.assertIn("JPEG", self.on_paper(home, path, self.write("text.jpg", b"signed, honestly"), code=1))

            # A publisher that claims it all the same.
            publisher = home.publisher()
            parts = [canonical(notice("water-1"))]
            digest = hashlib.sha256(canonical([hashlib.sha256(parts[0]).hexdigest()])).hexdigest()
            scans = {"scan_of_other_bundle": self.content(of_other), "scan_without_code": blank.png(),
                     "scan_unreadable": b"%PDF-1.4\nno page", "scan_wrong_type": b"PK\3\4 no picture"}
            for code, content in scans.items():
                home.http("PUT", "/v1/blobs/" + hashlib.sha256(content).hexdigest(), content)
                self.assertEqual(self.codes(publisher, parts, digest, content), {code})
            self.assertEqual(self.codes(publisher, parts, digest, b"never uploaded"), {"scan_missing"})
            self.assertEqual(home.head(), 0)

            # What was printed and changed afterwards is something else.
            right = self.write("right.jpg", jpeg(self.sheet(home, path), 900))
            self.on_paper(home, path, right)
            with open(path, "a", encoding="utf-8") as file:
                file.write("改动。\n")
            self.assertIn("重新审签", home.gulou("--lang", "zh", "publish", path, code=1).stderr)
            self.assertIn("重新打印签字", self.on_paper(home, path, right, code=1))

    def approvals(self, digest, scan):
        more = {"secrecy_reviewer": {"result": "disclose", "basis": "条例第十九条"}}
        return [canonical({"role": role, "name": name, "at": "2026-11-20T09:00:00+08:00", "bundle_digest": digest,
                           "scan": scan, **more.get(role, {})}) for role, name, _ in ROLES]

    def codes(self, publisher, parts, digest, scan):
        with self.assertRaises(Refused) as caught:
            publisher.submit(parts, self.approvals(digest, hashlib.sha256(scan).hexdigest()))
        return {error["reason"] for error in caught.exception.errors}

    def test_a_check_reads_what_was_uploaded(self):
        with self.home() as home:
            home.start(BROKER)
            part = notice("water-1")
            digest = hashlib.sha256(canonical([hashlib.sha256(canonical(part)).hexdigest()])).hexdigest()
            sheet = self.sheet(home, self.write("water.json", canonical(part)))
            scan = jpeg(sheet, 900)
            name = hashlib.sha256(scan).hexdigest()
            body = json.dumps({"parts": [part], "approvals": [json.loads(a) for a in self.approvals(digest, name)]})
            checked = home.http("POST", "/v1/submissions?check=1", body).json
            self.assertEqual({error["code"] for error in checked["errors"]}, {"scan_missing"})
            home.http("PUT", "/v1/blobs/" + name, scan)
            checked = home.http("POST", "/v1/submissions?check=1", body).json
            self.assertTrue(checked["ok"], checked)

    def test_a_phone_brings_the_sheet(self):
        with self.home() as home:
            home.start(BROKER)
            path, other = self.news("bus-1", "县城公交新增两条线路"), self.news("bus-2", "县城公交调整首末班车")
            for role, name, more in ROLES:
                asking = subprocess.Popen([home.program("gulou"), "--home", home.path, "approve", path, "--phone",
                                           "--role", role, "--name", name, *more, "--json"], stdout=subprocess.PIPE,
                                          stderr=subprocess.PIPE, text=True)
                link = "/scan/" + asking.stderr.readline().strip().rsplit("/", 1)[1]
                if role == "drafter":
                    self.wrong_photographs(home, link, jpeg(self.sheet(home, other), 900))
                body, kind = multipart(jpeg(self.sheet(home, path), 1100))
                page = home.http("POST", link, body, token="", Content_Type=kind)
                self.assertEqual(page.status, 200, page.body)
                self.assertIn("已收到", page.body.decode())
                said, complaint = asking.communicate(timeout=60)
                self.assertEqual(asking.returncode, 0, complaint)
                self.assertEqual(json.loads(said)["approval"]["role"], role)
            home.gulou("publish", path)
            self.assertEqual(home.head(), 1)

    def wrong_photographs(self, home, link, of_other):
        page = home.http("GET", link, token="")
        self.assertEqual(page.status, 200)
        self.assertIn('type="file"', page.body.decode())
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        body, kind = multipart(of_other)
        page = home.http("POST", link, body, token="", Content_Type=kind)
        self.assertEqual(page.status, 400)
        self.assertIn("不是此件的审批单", page.body.decode())
        page = home.http("POST", link, b"sheet=x", token="", Content_Type="application/x-www-form-urlencoded")
        self.assertIn("请先选择照片", page.body.decode())
        self.assertEqual(home.http("GET", link[:-4] + "0000", token="").status, 404)


if __name__ == "__main__":
    unittest.main()
