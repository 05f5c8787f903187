"""Writes the first pinyin letter of every character from U+4E00 to U+9FFF, one letter each, '-' where there is none.

initials.py OUT: made at build time with ICU's transliterator (uconv), so that a kiosk finds titles by their initials.
"""
import subprocess
import sys

FIRST, LAST = 0x4E00, 0x9FFF

characters = "\n".join(map(chr, range(FIRST, LAST + 1)))
done = subprocess.run(["uconv", "-f", "utf-8", "-t", "utf-8", "-x", "Han-Latin; Latin-ASCII; Lower"],
                      input=characters.encode(), capture_output=True, check=True)
readings = done.stdout.decode().split("\n")
assert len(readings) == LAST - FIRST + 1, len(readings)
letters = "".join(reading[:1] if reading[:1].isascii() and reading[:1].isalpha() else "-" for reading in readings)
assert letters[ord("停") - FIRST] == "t" and letters[ord("水") - FIRST] == "s"
with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(letters)
