#!/usr/bin/python3
"""A whole channel in Python: a notice board, one file per publication in a folder. The example of adapters/README.md.

board_adapter.py DIRECTORY           serves; the link stands in the environment, as `gulou adapter check` sets it
board_adapter.py --look DIRECTORY    prints what readers see: "ID REVISION" a line
"""
import json
import os
import sys
import time

from gulou_client import Adapter, Refused, Unreachable


class Board:
    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)

    def path(self, name):
        return os.path.join(self.directory, name.replace("/", "~") + ".json")

    def find(self, name):
        """What is on the board under this name; None: nothing."""
        try:
            with open(self.path(name), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def put(self, name, notice):
        new = self.path(name) + ".new"
        with open(new, "w", encoding="utf-8") as file:
            json.dump(notice, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.rename(new, self.path(name))  # there whole, or as it was


def publish(adapter, board, delivery):
    parts = []
    for part in delivery["parts"]:
        name, number = part["publisher"] + "/" + part["id"], part.get("part", 0)
        there = board.find(name)
        if not there or there["revision"] < part["revision"]:  # looked before posting
            release = json.loads(part["body"])
            adapter.progress(delivery, "board:" + name, number)  # on the broker's disk before anybody sees it
            there = {"id": part["id"], "revision": part["revision"], "title": release["title"], "body": release.get("body")}
            board.put(name, there)
        parts.append({"part": number, "revision": there["revision"], "platform_id": name, "url": "file:" + board.path(name)})
    adapter.report(delivery, "published", level="public", at=int(time.time() * 1000), parts=parts)


def withdraw(adapter, board, delivery):
    if delivery.get("withdrawal") == "mark_invalid":
        adapter.report(delivery, "content", reason="board_cannot_mark")
        return
    for part in delivery["parts"]:
        name = part["publisher"] + "/" + part["id"]
        there = board.find(name)
        if there and there["revision"] <= part["revision"]:  # what is newer stays
            os.remove(board.path(name))
    adapter.report(delivery, "gone")  # it is not there: done


def serve(board, given):
    with open(given["GULOU_KEY_FILE"], encoding="utf-8") as file:
        secret = file.read().strip()
    link = [given["GULOU_" + name] for name in ("ENDPOINT", "BROKER_KEY", "CHANNEL", "INSTANCE")]
    adapter = Adapter(*link[:2], secret, *link[2:], window=4)
    try:
        while True:
            delivery = adapter.next_delivery(3600)
            if delivery and (delivery["lease"], delivery["seq"]) in adapter.recalled:
                adapter.report(delivery, "transient", reason="recalled")
            elif delivery:
                (withdraw if delivery["action"] == "withdraw" else publish)(adapter, board, delivery)
    finally:
        adapter.close()


def main():
    board = Board(sys.argv[-1])
    if sys.argv[1] == "--look":
        for name in sorted(one for one in os.listdir(board.directory) if one.endswith(".json")):
            notice = board.find(name.removesuffix(".json"))
            print(notice["id"], notice["revision"])
        return
    while True:
        try:
            serve(board, os.environ)
        except (Unreachable, Refused):  # the broker is away, or the lease is over: from the start
            time.sleep(0.2)


if __name__ == "__main__":
    main()
