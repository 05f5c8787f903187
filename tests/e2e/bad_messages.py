"""What bad input looks like: parts of submissions and messages, each with the reason and field of its refusal."""
import msgpack

from home import attachment, canonical, notice

GOOD = canonical(notice("bad-1"))


def but(**fields):
    return canonical(notice("bad-1", **fields))


def without(field):
    return canonical({key: value for key, value in notice("bad-1").items() if key != field})


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def envelope(verb, **fields):
    return msgpack.packb({"v": 1, "verb": verb, "corr": 9, **fields})


# One part of a submission: what is wrong, its bytes, the reason, the field.
PARTS = (
    ("larger than 1 MiB", but(body={"format": "text", "content": "字" * 400_000}), "frame_too_large", ""),
    ("nested too deeply", but(x=nested(30)), "json_too_deep", ""),
    ("blanks", GOOD.replace(b'":', b'": '), "json_not_canonical_blank", ""),
    ("a key twice", GOOD[:-1] + b',"written_on":"2026-11-20"}', "json_duplicate_key", ""),
    ("keys out of order", GOOD[:-1] + b',"a":1}', "json_not_canonical_order", ""),
    ("a float", but(x=1.5), "json_float", ""),
    ("null", but(x=None), "json_null", ""),
    ("no UTF-8", GOOD.replace("春".encode(), b"\xff\xfe\xfd"), "json_not_utf8", ""),
    ("no JSON", b"hello", "json_syntax", ""),
    ("half of it", GOOD[:100], "json_truncated", ""),
    ("nothing", b"", "json_truncated", ""),
    ("no such day", but(written_on="2026-02-30"), "date_invalid", ".written_on"),
    ("a day to come", but(written_on="2099-02-20"), "clock_ahead", ".written_on"),
    ("no title", without("title"), "field_missing", ".title"),
    ("unknown kind", but(kind="poem"), "word_unknown", ".kind"),
    ("unknown column", but(column="nope"), "column_unknown", ".column"),
    ("a path as id", canonical(notice("../x")), "id_malformed", ".id"),
    ("private use", but(title="\ue000"), "text_private_use", ".title"),
    ("a script", but(body={"format": "html", "content": "<script>x</script>"}), "html_not_normal", ".body.content"),
    ("a blob not there", but(attachments=[attachment(b"\1" * 32, 5)]), "attachment_missing", ".attachments[0].digest"),
)

# A message: what is wrong, its frames, the reason, the field.
MESSAGES = (
    ("unknown verb", [envelope("SHOUT")], "verb_unknown", "verb"),
    ("a verb of adapters", [envelope("HELLO", channel="portal", instance="x")], "verb_not_for_publishers", "verb"),
    ("a verb of devices", [envelope("SYNC")], "verb_not_for_publishers", "verb"),
    ("no verb", [msgpack.packb({"v": 1, "corr": 9})], "message_field_missing", "verb"),
    ("another version", [msgpack.packb({"v": 2, "verb": "STATUS", "corr": 9, "id": "x"})], "version_unknown", "v"),
    ("no map", [b"\x01"], "message_malformed", ""),
    ("no msgpack", [b"\xc1\xff\x00"], "message_malformed", ""),
    ("empty", [b""], "message_malformed", ""),
    ("nested envelope", [b"\x83\xa1v\x01\xa4verb\xa6SUBMIT\xa1x" + b"\x91" * 10_000 + b"\xc0"], "message_malformed", ""),
    ("a list that lies", [b"\x83\xa1v\x01\xa4verb\xa6SUBMIT\xa9approvals\xdd\xff\xff\xff\xff"], "message_malformed", ""),
    ("a text that lies", [b"\x83\xa1v\x01\xa4verb\xa6STATUS\xa2id\xdb\xff\xff\xff\xffx"], "message_malformed", ""),
    ("ext type", [b"\x83\xa1v\x01\xa4verb\xa6SUBMIT\xa1x\xd4\x01\x00"], "message_malformed", ""),
    ("a key twice", [b"\x83\xa1v\x01\xa4verb\xa6STATUS\xa1v\x01"], "field_twice", "v"),
    ("45 frames", [envelope("SUBMIT")] + [GOOD] * 45, "too_many_frames", "frames"),
    ("17 parts", [envelope("SUBMIT")] + [GOOD] * 17, "frames_wrong", "frames"),
    ("no part", [envelope("SUBMIT")], "frames_wrong", "frames"),
    ("large envelope", [envelope("STATUS", id="x" * 300_000)], "frame_too_large", "envelope"),
    ("a number as id", [envelope("STATUS", id=5)], "field_wrong_type", "id"),
    ("no id", [envelope("STATUS")], "message_field_missing", "id"),
    ("long id", [envelope("STATUS", id="x" * 200)], "field_too_long", "id"),
    ("id without UTF-8", [envelope("STATUS", id="?").replace(b"?", b"\xff")], "field_not_utf8", "id"),
    ("wrong digest", [envelope("BLOB_PUT", digest=b"\1" * 32, total=5), b"Gulou"], "blob_digest_differs", "digest"),
    ("short digest", [envelope("BLOB_PUT", digest=b"\1", total=5), b"Gulou"], "field_wrong_type", "digest"),
    ("piece outside", [envelope("BLOB_PUT", digest=b"\1" * 32, total=4), b"Gulou"], "blob_piece_outside", "offset"),
    ("large piece", [envelope("BLOB_PUT", digest=b"\1" * 32, total=5 << 20), bytes(1 << 20)], "frame_too_large", "bytes"),
    ("large blob", [envelope("BLOB_PUT", digest=b"\1" * 32, total=1 << 40), b"Gulou"], "field_out_of_range", "total"),
)


OF_ADAPTERS = [("", frames, "", "") for frames in (
    [envelope("HELLO", channel="portal", instance="x")], [envelope("CREDIT", messages=1 << 63, bytes=1 << 63)],
    [envelope("REPORT", lease=1, items=[{"from": 1, "to": 1 << 60, "outcome": "published", "level": "public"}])],
    [envelope("PROGRESS", lease=1, seq=1, platform_id="x" * 900)], [envelope("GOODBYE")],
    [envelope("BLOB_GET", digest=b"\1" * 32, offset=1 << 62, length=262_144)])]


def garbage(chance, usual):
    """A message of the list with some bytes changed, or nothing that ever was one."""
    if chance.random() < 0.3:
        return [chance.randbytes(chance.randrange(200)) for _ in range(chance.randrange(1, 6))]
    frames = [bytearray(frame) for frame in chance.choice(usual)[1][:3]]
    for frame in frames:
        for _ in range(chance.randrange(4) if frame else 0):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
    return frames
