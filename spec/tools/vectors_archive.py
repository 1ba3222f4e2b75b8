"""Vectors of chapters 7 and 8: keys, cuts, blocks, links, records, manifests. Must not know: the reference's code.

What a client refuses never goes on the wire, so a refusal here is a word of the list in spec/vectors/README.md.
"""
import archive
import canonical
from archive import CONTENT, ID_LIST, LEAF, NODE
from book import Book

KEYS = archive.Keys(bytes(range(1, 33)), 41, 0x1122334455667788, 0x8877665544332211)
OTHER = archive.Keys(bytes(range(1, 33)), 42, 0x1122334455667788, 0x8877665544332211)  # another user: only the archive identifier differs
NONCE = bytes(range(0xA0, 0xAC))

# One zstd frame made once by zstd 1.5.4 at level 19 without a checksum, and what it holds.
LINES = b"".join(b"line %d of a file that compresses well\n" % (i % 7) for i in range(40))
ZSTD = bytes.fromhex("28b52ffd60f004250200c4026c696e652030206f6620612066696c65207468617420636f6d707265737365732077656c6c0a"
                     "3132333435360800e334ac1f007ec0c3804780e78087012f9c2ef504")
# The same content as a frame that does not state its content size.
ZSTD_UNSTATED = bytes.fromhex("28b52ffd0068250200c4026c696e652030206f6620612066696c65207468617420636f6d707265737365732077656c6c0a"
                              "3132333435360800e334ac1f007ec0c3804780e78087012f9c2ef504")


def zstd_rle(stated, octet=b"z", actual=None):
    """A frame of one run of one octet, by RFC 8878: single segment, content size of four octets, one RLE block."""
    return bytes.fromhex("28b52ffda0") + stated.to_bytes(4, "little") + (1 | 1 << 1 | (actual or stated) << 3).to_bytes(3, "little") + octet


# ---- Keys and cuts ---------------------------------------------------------------------------------------------------------------
def keys():
    book = Book()
    for name, comment, k in (("typical", "every identifier another number", KEYS), ("another-user", "only the archive identifier changes", OTHER),
                             ("highest-identifiers", "identifiers are 8 octets each", archive.Keys(bytes(range(255, 223, -1)), 2**64 - 1, 2**64 - 1, 2**64 - 1))):
        book.accepted(name, "KEY-002", "keys", comment, k.owner(),
                 {"block_id": k.block_id.hex(), "block": k.block.hex(), "record": k.record.hex(), "chunker": k.chunker.hex(), "check": k.check.hex(), "archive": k.archive.hex()})
    swapped = archive.Keys(KEYS.archive_key, 41, KEYS.server, KEYS.computer)
    book.accepted("computer-and-server-exchanged", "KEY-003", "archive_identifier", "the order of the identifiers counts", swapped.owner(), {"archive": swapped.archive.hex()})
    for name, octets in (("eight-different", bytes(range(8)) * 4), ("typical-key", KEYS.archive_key)):
        book.accepted(name, "KEY-004", "given_key", "eight different octets are enough", {"archive_key": octets.hex()}, {"check": archive.Keys(octets, 0, 0, 0).check.hex()})
    for name, octets in (("zeros", bytes(32)), ("seven-different", (bytes(range(7)) * 5)[:32])):
        book.refused(name, "KEY-004", "given_key", "fewer than eight different octets", {"archive_key": octets.hex()}, "weak", "eight-different")
    for name, length in (("short", 31), ("long", 33)):
        book.refused(name, "KEY-001", "given_key", "32 octets, no more and no less", {"archive_key": bytes(range(1, length + 1)).hex()}, "wrong_length", "typical-key")
    return book.rows


def cuts():
    book = Book()
    octets, table = archive.gear(KEYS)
    book.accepted("gear-table", "ARC-019", "gear", "the first two and the last number, and SHA-256 of all 2,048 octets", KEYS.owner(),
             {"first": f"{table[0]:016x}", "second": f"{table[1]:016x}", "last": f"{table[255]:016x}", "sha256": archive.sha256(octets).hex()})
    content = archive.stream(b"coffer", 2_000_000)
    for name, comment, prefix, length in (("one-octet", "a file may be shorter than the least block", b"", 1), ("least", "65,536 octets that end no block by their hash", b"", 65_536),
                                          ("random", "content that looks random", b"", 2_000_000), ("shifted", "the same, 1,000 octets later: cuts move with the content", bytes(1_000), 1_999_000)):
        data = prefix + content[:length]
        book.accepted(name, "ARC-018", "cuts", comment, KEYS.owner() | {"zeros": len(prefix), "seed": b"coffer".hex(), "length": length}, {"lengths": archive.cut(table, data)})
    book.accepted("zeros", "ARC-018", "cuts", "octets that are all alike have one hash, so every block is of one length", KEYS.owner() | {"zeros": 1_100_000, "seed": "", "length": 0},
             {"lengths": archive.cut(table, bytes(1_100_000))})
    return book.rows


# ---- Blocks ----------------------------------------------------------------------------------------------------------------------
def blocks():
    book = Book()
    for name, kind in (("content", CONTENT), ("leaf", LEAF), ("id-list", ID_LIST), ("node", NODE)):
        book.accepted(f"id-{name}", "ARC-001", "block_id", "the same octets under each type have another id", KEYS.owner() | {"type": kind, "block": b"coffer".hex()}, {"id": archive.block_id(KEYS, kind, b"coffer").hex()})
    book.accepted("id-of-nothing", "ARC-001", "block_id", "a block of no octets has an id", KEYS.owner() | {"type": CONTENT, "block": ""}, {"id": archive.block_id(KEYS, CONTENT, b"").hex()})

    def given(identity, sealed, kind=CONTENT, k=KEYS):
        return k.owner() | {"type": kind, "block_id": identity.hex(), "sealed": sealed.hex()}

    def good(name, requirement, comment, kind, block, packed):
        identity = archive.block_id(KEYS, kind, block)
        book.accepted(name, requirement, "open_block", comment, given(identity, archive.seal_block(KEYS, identity, NONCE, packed), kind), {"block": block.hex()})

    good("stored", "ARC-012", "six octets, stored", CONTENT, b"coffer", b"\0coffer")
    good("stored-leaf", "ARC-014", "the type is in the id alone", LEAF, b"coffer", b"\0coffer")
    good("stored-one-octet", "ARC-012", "the least block, 31 octets sealed", CONTENT, b"c", b"\0c")
    good("compressed", "ARC-015", "a zstd frame that states its content size", CONTENT, LINES, b"\1" + ZSTD)
    good("compressed-though-larger", "ARC-015", "whoever opens does not ask whether compression was worth it", CONTENT, b"z" * 8, b"\1" + zstd_rle(8))
    identity = archive.block_id(KEYS, CONTENT, b"coffer")
    book.accepted("seal-stored", "ARC-013", "seal_block", "with this nonce there is one right form; compression does not make six octets smaller",
             KEYS.owner() | {"type": CONTENT, "block": b"coffer".hex(), "nonce": NONCE.hex()},
             {"id": identity.hex(), "sealed": (sealed := archive.seal_block(KEYS, identity, NONCE, b"\0coffer")).hex(), "checksum": archive.sha256(sealed).hex()})

    def refused(name, requirement, comment, reason, octets, identity=identity, kind=CONTENT, k=KEYS, twin="stored"):
        book.refused(name, requirement, "open_block", comment, given(identity, octets, kind, k), reason, twin)

    def packed(octets):
        return archive.seal_block(KEYS, identity, NONCE, octets)

    def as_zstd(name, requirement, comment, reason, twin, block, octets):
        """Named by what a reader that overlooks the failure would make of it, so that nothing but the failure can refuse it."""
        of_block = archive.block_id(KEYS, CONTENT, block)
        refused(name, requirement, comment, reason, archive.seal_block(KEYS, of_block, NONCE, b"\1" + octets), identity=of_block, twin=twin)

    refused("too-short", "ARC-012", "29 octets", "sealed_length", sealed[:29])
    refused("nothing", "ARC-012", "no octets", "sealed_length", b"")
    refused("format-0", "ARC-012", "the format octet is 0x00", "unknown_format", b"\0" + sealed[1:])
    refused("format-2", "ARC-012", "a good seal under another format octet", "unknown_format", archive.seal_block(KEYS, identity, NONCE, b"\0coffer", form=b"\2"))
    refused("nonce-changed", "ARC-012", "one bit of the nonce", "tag_wrong", sealed[:1] + bytes([sealed[1] ^ 1]) + sealed[2:])
    refused("ciphertext-changed", "ARC-011", "one bit of the ciphertext", "tag_wrong", sealed[:13] + bytes([sealed[13] ^ 1]) + sealed[14:])
    refused("tag-changed", "ARC-012", "one bit of the tag", "tag_wrong", sealed[:-1] + bytes([sealed[-1] ^ 128]))
    refused("cut", "ARC-012", "the last octet is missing", "tag_wrong", sealed[:-1])
    refused("longer", "ARC-012", "an octet behind", "tag_wrong", sealed + b"\0")
    refused("another-archive", "ARC-014", "sealed for another user's archive under the same archive key", "tag_wrong", sealed, k=OTHER)
    refused("another-id", "ARC-013", "asked for under another block's id", "tag_wrong", sealed, identity=archive.block_id(KEYS, CONTENT, b"other"))
    refused("id-not-in-associated-data", "ARC-014", "sealed without the block's id in the associated data", "tag_wrong",
            archive.sealed(archive.mac(KEYS.block, identity), NONCE, b"\1" + KEYS.archive, b"\0coffer"))
    refused("sealed-under-the-block-key", "ARC-013", "the block key itself, not the block's own key", "tag_wrong", archive.sealed(KEYS.block, NONCE, b"\1" + KEYS.archive + identity, b"\0coffer"))
    refused("a-record-s-associated-data", "ARC-014", "0x02 in front, as records have", "tag_wrong",
            archive.sealed(archive.mac(KEYS.block, identity), NONCE, b"\2" + KEYS.archive + identity, b"\0coffer"))
    refused("compression-2", "ARC-015", "neither stored nor zstd", "unknown_compression", packed(b"\2coffer"))
    refused("other-content", "ARC-016", "a good seal around another block", "id_differs", packed(b"\0caffee"))
    refused("other-type", "ARC-016", "a content block asked for as a leaf", "id_differs", sealed, kind=LEAF)
    refused("stored-as-zstd", "ARC-015", "marked as zstd, but not", "not_one_zstd_frame", packed(b"\1coffer"))
    good("compressed-nothing", "ARC-015", "a frame of no octets, for a block of no octets", CONTENT, b"", b"\1" + bytes.fromhex("28b52ffd2000010000"))
    as_zstd("zstd-without-size", "ARC-015", "the frame does not state its content size", "not_one_zstd_frame", "compressed", LINES, ZSTD_UNSTATED)
    as_zstd("zstd-nothing", "ARC-015", "marked as zstd, and nothing follows", "not_one_zstd_frame", "compressed-nothing", b"", b"")
    as_zstd("zstd-two-frames", "ARC-015", "a second frame, of no octets, behind the first", "not_one_zstd_frame", "compressed", LINES, ZSTD + bytes.fromhex("28b52ffd2000010000"))
    as_zstd("zstd-trailing", "ARC-015", "an octet behind the frame", "not_one_zstd_frame", "compressed", LINES, ZSTD + b"\0")
    as_zstd("zstd-skippable", "ARC-015", "a skippable frame is not a zstd frame with a content size", "not_one_zstd_frame", "compressed-nothing", b"", bytes.fromhex("502a4d1800000000"))
    as_zstd("zstd-claims-too-much", "ARC-017", "4,194,305 octets are claimed; to be refused on the claim", "content_size", "compressed-though-larger", b"z" * 8, zstd_rle(4_194_305, actual=8))
    as_zstd("zstd-claims-everything", "ARC-017", "4,294,967,295 octets are claimed", "content_size", "compressed-though-larger", b"z" * 8, zstd_rle(2**32 - 1, actual=8))
    as_zstd("zstd-claims-more-than-it-has", "ARC-015", "nine octets are claimed, eight are there", "content_differs", "compressed-though-larger", b"z" * 8, zstd_rle(9, actual=8))
    return book.rows


# ---- Links and chains ------------------------------------------------------------------------------------------------------------
def chain(spec, count=3):
    """Versions 1 … count of one archive, each with its sealed record and link."""
    versions, previous = [], bytes(32)
    for number in range(1, count + 1):
        plain = archive.record(spec, number=number, previous=previous, created_ns=10**18 + number, depth=0, root=archive.block_id(KEYS, LEAF, bytes([number])), entry_count=number, content_octets=1000 * number)
        sealed = archive.seal_record(KEYS, number, previous, bytes([number]) * 12, plain)
        versions.append({"number": number, "previous": previous, "record": sealed, "link": archive.link(previous, number, sealed)})
        previous = versions[-1]["link"]
    return versions


def shown(versions):
    return [{"number": str(v["number"]), "link": v["link"].hex(), "record": v["record"].hex()} for v in versions]


def links(spec):
    book = Book()
    one, two, three = chain(spec)
    for v in (one, two):
        book.accepted(f"link-{v['number']}", "ARC-021", "link", "of a version and all before it", {"previous": v["previous"].hex(), "number": str(v["number"]), "record": v["record"].hex()}, {"link": v["link"].hex()})
    book.accepted("link-highest-number", "ARC-021", "link", "the number has 8 octets", {"previous": "ff" * 32, "number": str(2**64 - 1), "record": "00"}, {"link": archive.link(b"\xff" * 32, 2**64 - 1, b"\0").hex()})

    def chained(name, requirement, comment, versions, reason=None, twin=None, remembered=None):
        given = KEYS.owner() | {"versions": shown(versions), "remembered": remembered and {"number": str(remembered["number"]), "link": remembered["link"].hex()}}
        newest = versions[-1] if versions else {"number": 0, "link": bytes(32)}
        if reason:
            book.refused(name, requirement, "chain", comment, given, reason, twin)
        else:
            book.accepted(name, requirement, "chain", comment, given, {"number": str(newest["number"]), "link": newest["link"].hex()})

    chained("empty", "ARC-024", "an archive without versions, to who remembers none", [])
    chained("whole", "ARC-024", "three versions from the first", [one, two, three])
    chained("remembered-is-newest", "ARC-025", "what is remembered is the newest", [one, two, three], remembered=three)
    chained("remembered-is-older", "ARC-025", "another computer has committed since", [one, two, three], remembered=two)
    chained("remembered-is-first", "ARC-025", "two versions that this computer has not seen yet", [one, two, three], remembered=one)
    chained("two-versions", "ARC-024", "what those of two versions are made from", [one, two])
    chained("two-versions-remembered", "ARC-025", "the second of two is remembered", [one, two], remembered=two)
    chained("rolled-back", "ARC-025", "the newest version is withheld", [one, two], "rolled_back", "remembered-is-newest", remembered=three)
    chained("emptied", "ARC-025", "every version is withheld", [], "rolled_back", "remembered-is-first", remembered=one)
    chained("first-missing", "ARC-024", "the chain begins with its second version", [two, three], "number_not_next", "whole")
    chained("gap", "ARC-024", "the second version is left out", [one, three], "number_not_next", "whole")
    chained("reordered", "ARC-024", "second and third are exchanged", [one, three, two], "number_not_next", "whole")
    chained("repeated", "ARC-024", "the first comes twice", [one, one], "number_not_next", "whole")
    chained("link-changed", "ARC-024", "one bit of a link", [one, two | {"link": bytes([two["link"][0] ^ 1]) + two["link"][1:]}], "link_differs", "two-versions")
    forged = bytes(two["record"][:-1]) + bytes([two["record"][-1] ^ 1])
    chained("record-changed", "ARC-024", "one bit of a record's tag, under a link that a server can compute", [one, two | {"record": forged, "link": archive.link(one["link"], 2, forged)}], "tag_wrong", "two-versions")
    moved = archive.link(one["link"], 2, three["record"])
    chained("record-moved", "ARC-020", "the third version's record as the second's", [one, two | {"record": three["record"], "link": moved}], "tag_wrong", "two-versions")
    plain = archive.record(spec, number=2, previous=one["link"], created_ns=7, root=b"", entry_count=0, content_octets=0)
    other = archive.seal_record(KEYS, 2, one["link"], bytes(12), plain)
    chained("another-second", "ARC-025", "a chain that is whole, but whose second version is not the one that is remembered", [one, two | {"record": other, "link": archive.link(one["link"], 2, other)}], "rolled_back", "two-versions-remembered", remembered=two)
    return book.rows


# ---- Records ---------------------------------------------------------------------------------------------------------------------
def records(spec):
    book = Book()
    previous = archive.sha256(b"previous")
    fields = dict(number=7, previous=previous, created_ns=1_700_000_000_123_456_789, depth=2, root=bytes(range(32)), entry_count=12_345, content_octets=2**40, retired=archive.numbers(2, 5))

    def shown_record(f):
        return {"number": str(f["number"]), "previous": f["previous"].hex(), "created_ns": str(f.get("created_ns", 0)), "kind": f.get("kind", 0), "depth": f.get("depth", 0), "root": f.get("root", b"").hex(),
                "entry_count": str(f.get("entry_count", 0)), "content_octets": str(f.get("content_octets", 0)), "retired": f.get("retired", b"").hex()}

    def given(sealed, number=7, before=previous, k=KEYS):
        return k.owner() | {"number": str(number), "previous": before.hex(), "sealed": sealed.hex()}

    def good(name, comment, f):
        sealed = archive.seal_record(KEYS, f["number"], f["previous"], NONCE, archive.record(spec, **f))
        book.accepted(name, "ARC-020", "open_record", comment, given(sealed, f["number"], f["previous"]), {"record": shown_record(f)})
        book.accepted(f"seal-{name}", "ARC-028", "seal_record", "with this nonce there is one right form", KEYS.owner() | {"nonce": NONCE.hex(), "record": shown_record(f)}, {"sealed": sealed.hex()})
        return sealed

    sealed = good("typical", "every field another value", fields)
    good("first", "an empty archive's first version", dict(number=1, previous=bytes(32)))
    good("before-1970", "times have a sign", dict(number=2, previous=previous, created_ns=-1, root=bytes(32), entry_count=1))
    good("retention", "no tree, and two versions retired", dict(number=9, previous=previous, created_ns=5, kind=1, retired=archive.numbers(1, 8)))
    good("retention-of-nothing", "no tree, and nothing retired: it goes with a release of what no version needs", dict(number=9, previous=previous, created_ns=5, kind=1))
    good("retires-most", "128 versions at once", dict(number=200, previous=previous, kind=1, retired=archive.numbers(*range(72, 200))))
    good("deepest", "a tree of the greatest depth", dict(number=2, previous=previous, depth=8, root=bytes(32), entry_count=2**40))

    def refused(name, requirement, comment, reason, octets, twin="typical", **where):
        book.refused(name, requirement, "open_record", comment, given(octets, **where), reason, twin)

    def around(plain, number=7, before=previous):
        return archive.seal_record(KEYS, number, before, NONCE, plain)

    plain = archive.record(spec, **fields)
    refused("too-short", "ARC-012", "29 octets", "record_length", sealed[:29])
    refused("too-long", "ARC-020", "2,049 octets", "record_length", sealed + bytes(2_049 - len(sealed)))
    refused("format-2", "ARC-020", "another format octet", "unknown_format", b"\2" + sealed[1:])
    refused("tag-changed", "ARC-020", "one bit of the tag", "tag_wrong", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    refused("as-another-number", "ARC-020", "shown as version 8", "tag_wrong", sealed, number=8)
    refused("after-another", "ARC-020", "shown after another version", "tag_wrong", sealed, before=archive.sha256(b"other"))
    refused("in-another-archive", "ARC-020", "shown in another user's archive", "tag_wrong", sealed, k=OTHER)
    refused("under-the-block-key", "ARC-020", "another key of the same archive", "tag_wrong", archive.sealed(KEYS.block, NONCE, b"\2" + KEYS.archive + archive.u64(7) + previous, plain))
    refused("a-block-s-associated-data", "ARC-020", "0x01 in front, as blocks have", "tag_wrong", archive.sealed(KEYS.record, NONCE, b"\1" + KEYS.archive + archive.u64(7) + previous, plain))
    refused("with-a-compression-octet", "ARC-028", "packed as blocks are", "record_malformed", around(b"\0" + plain))
    refused("a-word-behind", "ARC-028", "a zero word behind the record", "record_malformed", around(plain + bytes(8)))
    refused("not-canonical", "ARC-028", "a gap before the struct", "record_malformed", around(canonical.struct_pointer(1, plain[4] | plain[5] << 8, 3) + bytes(8) + plain[8:]))
    refused("nothing-sealed", "ARC-028", "one zero octet", "record_malformed", around(b"\0"))
    refused("another-number-inside", "ARC-045", "sealed as version 7, and says 8", "record_differs", around(archive.record(spec, **fields | {"number": 8})))
    refused("another-previous-inside", "ARC-045", "sealed after one version, and names another", "record_differs", around(archive.record(spec, **fields | {"previous": bytes(32)})))
    refused("number-0", "ARC-045", "there is no version 0", "record_out_of_range", around(archive.record(spec, **fields | {"number": 0}), number=0), number=0)
    refused("short-previous", "ARC-045", "a previous link of 31 octets", "record_out_of_range", around(archive.record(spec, **fields | {"previous": previous[:31]})))
    for name, comment, changed in (
            ("short-root", "a root of 31 octets", {"root": bytes(31)}), ("long-root", "a root of 33 octets", {"root": bytes(33)}), ("too-deep", "a depth of 9", {"depth": 9}),
            ("another-kind", "a kind that the table does not have", {"kind": 2}), ("entries-without-a-root", "entries, and no root", {"root": b"", "depth": 0}),
            ("depth-without-a-root", "a depth, and no root", {"root": b"", "entry_count": 0, "content_octets": 0}), ("root-without-entries", "a root, and no entries", {"entry_count": 0, "content_octets": 0}),
            ("content-without-entries", "content, and no entries", {"root": b"", "depth": 0, "entry_count": 0}),
            ("retires-itself", "its own number is retired", {"retired": archive.numbers(2, 7)}), ("retires-a-later-one", "a later number is retired", {"retired": archive.numbers(8)}),
            ("retires-version-0", "there is no version 0 to retire", {"retired": archive.numbers(0, 1)}), ("retires-one-twice", "one number twice", {"retired": archive.numbers(3, 3)}),
            ("retires-backwards", "5 before 2", {"retired": archive.numbers(5, 2)}), ("retires-part-of-a-number", "nine octets of numbers", {"retired": archive.numbers(2) + b"\0"}),
            ("retention-with-a-tree", "a record of retention alone with a root", {"kind": 1})):
        refused(name, "ARC-045", comment, "record_out_of_range", around(archive.record(spec, **fields | changed)))
    many = archive.record(spec, number=200, previous=previous, kind=1, retired=archive.numbers(*range(71, 200)))
    refused("retires-too-many", "ARC-045", "129 versions at once", "record_out_of_range", around(many, number=200), twin="retires-most", number=200)
    return book.rows


# ---- Leaves, nodes and id lists --------------------------------------------------------------------------------------------------
def manifests(spec):
    book = Book()
    identity = bytes(range(32))
    entries = [
        dict(path=b"a", type=1, mode=0o755, modified_ns=-5, owner=1000, group=100, owner_name=b"alice", group_name=b"users"),
        dict(path=b"a/b", type=0, mode=0o7777, modified_ns=1_700_000_000_000_000_001, size=70_000, blocks=identity + identity),
        dict(path=b"a/device", type=6, mode=0o660, device=8 << 32 | 17),
        dict(path=b"a/empty", type=0, mode=0o600, owner=2**32 - 1, group=2**32 - 1, attributes=[dict(name=b"user.empty"), dict(name=b"user.note", value=b"\0\xff")]),
        dict(path=b"a/link", type=2, target=b"../../anywhere at all"),
        dict(path=b"a/pipe", type=4),
        dict(path=b"b", type=3, target=b"a/b"),
        dict(path=b"sparse", type=0, size=2**40, blocks=identity, extents=archive.numbers(0, 10, 2**40 - 1, 1)),
        dict(path=b"\xff\xfe", type=0, size=1, blocks=identity),
    ]

    def shown_entry(e):
        return ({name: e.get(name, b"").hex() for name in ("path", "target", "blocks", "extents", "owner_name", "group_name")}
                | {name: e.get(name, 0) for name in ("type", "mode", "depth", "owner", "group")} | {name: str(e.get(name, 0)) for name in ("modified_ns", "size", "device")}
                | {"attributes": [{"name": a["name"].hex(), "value": a.get("value", b"").hex()} for a in e.get("attributes", [])]})

    def octets(items):
        return archive.rows(spec, "Entry", items)

    def good(name, requirement, comment, items, **place):
        book.accepted(name, requirement, "leaf", comment, {"octets": octets(items).hex()} | place, {"entries": [shown_entry(r) for r in items]})

    def refused(name, requirement, comment, reason, raw, twin, **place):
        book.refused(name, requirement, "leaf", comment, {"octets": raw.hex()} | place, reason, twin)

    TWINS = {1: "directory", 2: "symbolic-link", 3: "hard-link", 4: "named-pipe", 5: "character-device", 6: "block-device", 7: "socket"}

    def entry(name, requirement, comment, reason, twin=None, **fields):
        """One entry, made from the good one of its type."""
        refused(name, requirement, comment, reason, octets([fields]), twin or TWINS.get(fields.get("type"), "one-octet" if fields.get("blocks") else "one-file"))

    good("typical", "ARC-022", "most types; paths in the order of their octets", entries)
    good("prefix-before-longer", "ARC-022", "a shorter path comes before what begins with it; `-` comes before `/`", [dict(path=b"a", type=1), dict(path=b"a-b"), dict(path=b"a/b")])
    good("dots-in-names", "ARC-029", "three dots, leading dots and trailing dots are names", [dict(path=p) for p in sorted((b"...", b"..a", b".a", b"a..", b"a/..."))])
    good("longest-path", "ARC-029", "4,096 octets", [dict(path=b"p" * 4096)])
    good("one-file", "ARC-022", "a file of no octets", [dict(path=b"a")])
    good("one-octet", "ARC-044", "a file of one octet", [dict(path=b"a", size=1, blocks=identity)])
    good("two-files", "ARC-022", "a before b", [dict(path=b"a"), dict(path=b"b")])
    good("directory", "ARC-044", "a directory", [dict(path=b"a", type=1)])
    good("symbolic-link", "ARC-044", "a symbolic link", [dict(path=b"a", type=2, target=b"b")])
    good("hard-link", "ARC-044", "a second name of what comes earlier; that it is there is the restore's question", [dict(path=b"z", type=3, target=b"a")])
    good("named-pipe", "ARC-044", "a named pipe", [dict(path=b"a", type=4)])
    good("character-device", "ARC-044", "a character device", [dict(path=b"a", type=5, device=1 << 32 | 3)])
    good("block-device", "ARC-044", "a block device", [dict(path=b"a", type=6, device=8 << 32)])
    good("socket", "ARC-044", "a socket", [dict(path=b"a", type=7)])
    for name, path in (("empty", b""), ("absolute", b"/etc/passwd"), ("root", b"/"), ("dot", b"."), ("dots", b".."), ("leaves", b"../x"), ("leaves-within", b"a/../../x"), ("dots-at-the-end", b"a/.."),
                       ("dot-within", b"a/./b"), ("empty-component", b"a//b"), ("trailing-slash", b"a/"), ("nul", b"a\0b"), ("too-long", b"p" * 4097)):
        entry(f"path-{name}", "ARC-029", "a path that no entry may have", "path_unsafe", path=path)
        if path:
            entry(f"first-name-{name}", "ARC-029", "nor may a hard link's first name", "path_unsafe", path=b"z", type=3, target=path)

    def contradicts(name, comment, twin=None, **fields):
        entry(name, "ARC-044", comment, "entry_out_of_range", twin, **fields)

    contradicts("type-8", "a type that the table does not have", path=b"a", type=8)
    contradicts("mode-bit-12", "a thirteenth bit of mode", path=b"a", mode=0o10000)
    contradicts("file-with-target", "files have no target", path=b"a", target=b"b")
    contradicts("file-with-device", "files have no device", path=b"a", device=1)
    contradicts("file-blocks-without-size", "a block, and no size", path=b"a", blocks=identity)
    contradicts("file-part-of-an-id", "33 octets of ids", path=b"a", size=1, blocks=identity + b"\1")
    contradicts("file-more-blocks-than-octets", "two blocks for one octet", path=b"a", size=1, blocks=identity + identity)
    contradicts("directory-with-size", "directories have no size", path=b"a", type=1, size=1)
    contradicts("directory-with-blocks", "directories have no blocks", path=b"a", type=1, blocks=identity)
    contradicts("directory-with-target", "directories have no target", path=b"a", type=1, target=b"b")
    contradicts("directory-with-device", "directories have no device", path=b"a", type=1, device=1)
    contradicts("symbolic-link-without-target", "a link to nothing", path=b"a", type=2)
    contradicts("symbolic-link-with-nul", "a target that no system takes", path=b"a", type=2, target=b"b\0c")
    contradicts("symbolic-link-too-long", "a target of 4,097 octets", path=b"a", type=2, target=b"t" * 4097)
    contradicts("symbolic-link-with-size", "links have no size", path=b"a", type=2, target=b"b", size=1)
    contradicts("hard-link-to-a-later-name", "the first name comes first", path=b"z", type=3, target=b"zz")
    contradicts("hard-link-to-itself", "the first name is another", path=b"z", type=3, target=b"z")
    contradicts("hard-link-with-blocks", "its blocks are the first name's", path=b"z", type=3, target=b"a", blocks=identity)
    contradicts("named-pipe-with-size", "pipes have no size", path=b"a", type=4, size=1)
    contradicts("device-with-target", "devices have no target", path=b"a", type=5, target=b"b")
    contradicts("socket-with-device", "a socket is no device", path=b"a", type=7, device=1)

    good("most-ids", "ARC-044", "64 ids", [dict(path=b"a", size=64, blocks=identity * 64)])
    good("deepest-lists", "ARC-044", "ids of id lists of the greatest depth", [dict(path=b"a", size=2**50, blocks=identity, depth=4)])
    contradicts("too-many-ids", "65 ids", "most-ids", path=b"a", size=65, blocks=identity * 65)
    contradicts("lists-too-deep", "a depth of 5", "deepest-lists", path=b"a", size=2**50, blocks=identity, depth=5)
    contradicts("depth-without-blocks", "a depth, and no ids", path=b"a", depth=1)

    ext = archive.numbers
    good("all-hole", "ARC-044", "a size, and nothing that holds it: zeros", [dict(path=b"a", size=2**40)])
    good("sparse", "ARC-044", "data at the beginning, in the middle and at the end", [dict(path=b"a", size=100, blocks=identity, extents=ext(0, 10, 50, 1, 99, 1))])
    good("most-extents", "ARC-044", "4,096 extents", [dict(path=b"a", size=8192, blocks=identity, extents=ext(*(n for i in range(4096) for n in (2 * i, 1))))])
    for name, comment, extents in (("part-of-an-extent", "15 octets of extents", ext(0, 10)[:15]), ("extent-of-nothing", "an extent of no octets", ext(0, 0)), ("extents-descending", "the later one first", ext(50, 1, 0, 10)),
                                   ("extents-overlap", "one begins in another", ext(0, 10, 9, 2)), ("extents-touch", "no hole between them", ext(0, 10, 10, 2)), ("extent-beyond-the-size", "one octet beyond the size", ext(99, 2)),
                                   ("extent-wraps", "an end that 64 bits do not hold", ext(2**64 - 1, 2)), ("fewer-octets-than-blocks", "no octet for the second block", None)):
        fields = dict(path=b"a", size=100, blocks=identity * 2, extents=ext(0, 1)) if extents is None else dict(path=b"a", size=100, blocks=identity, extents=extents)
        contradicts(name, comment, "sparse", **fields)
    contradicts("too-many-extents", "4,097 extents", "most-extents", path=b"a", size=2**20, blocks=identity, extents=ext(*(n for i in range(4097) for n in (2 * i, 1))))
    contradicts("extents-without-blocks", "extents, and no data", "all-hole", path=b"a", size=100, extents=ext(0, 10))
    contradicts("directory-with-extents", "directories have no extents", path=b"a", type=1, extents=ext(0, 1))

    good("longest-names", "ARC-044", "names of 255 octets", [dict(path=b"a", owner_name=b"o" * 255, group_name=b"g" * 255, attributes=[dict(name=b"n" * 255)])])
    contradicts("long-owner-name", "256 octets", "longest-names", path=b"a", owner_name=b"o" * 256)
    contradicts("long-group-name", "256 octets", "longest-names", path=b"a", group_name=b"g" * 256)
    good("attributes", "ARC-044", "two of them, and of any type", [dict(path=b"a", type=2, target=b"b", attributes=[dict(name=b"security.capability", value=b"v"), dict(name=b"user.a", value=b"v")])])
    for name, comment, attributes in (("attribute-without-a-name", "a name of no octets", [dict(value=b"v")]), ("attribute-with-a-long-name", "256 octets", [dict(name=b"n" * 256)]), ("attribute-with-nul", "a name that no system takes", [dict(name=b"user.\0a")]),
                                      ("attribute-twice", "one name twice", [dict(name=b"user.a"), dict(name=b"user.a", value=b"v")]), ("attributes-descending", "b before a", [dict(name=b"user.b"), dict(name=b"user.a")])):
        contradicts(name, comment, "attributes", path=b"a", type=2, target=b"b", attributes=attributes)

    refused("descending", "ARC-022", "b before a", "paths_not_ascending", octets([dict(path=b"b"), dict(path=b"a")]), "two-files")
    refused("twice", "ARC-022", "one path twice", "paths_not_ascending", octets([dict(path=b"a"), dict(path=b"a")]), "two-files")
    for name, requirement, count, size, comment in (("counts", "ARC-046", 3, 70_001, "three entries, 70,001 octets of content"), ("entry-missing", "ARC-046", 4, 70_001, "the record says four entries"),
                                                    ("content-differs", "ARC-046", 3, 70_000, "the record says 70,000 octets")):
        items = [entries[1], entries[3], entries[8]]
        given = {"octets": octets(items).hex(), "entry_count": str(count), "content_octets": str(size)}
        if name == "counts":
            book.accepted(name, requirement, "leaf", comment, given, {"entries": [shown_entry(r) for r in items]})
        else:
            book.refused(name, requirement, "leaf", comment, given, "counts_differ", "counts")
    pair = [dict(path=b"b"), dict(path=b"c")]
    good("in-its-place", "ARC-064", "its parent names b, and next d", pair, first=b"b".hex(), before=b"d".hex())
    for name, comment, place in (("begins-later", "its parent names a", {"first": "61", "before": "64"}), ("begins-earlier", "its parent names bb", {"first": "6262", "before": "64"}), ("reaches-the-next", "its parent names c next", {"first": "62", "before": "63"})):
        refused(name, "ARC-064", comment, "place_differs", octets(pair), "in-its-place", **place)
    whole = octets([dict(path=b"a")])
    refused("nothing", "ARC-022", "a leaf without entries", "rows_truncated", b"", "one-file")
    refused("cut", "ARC-022", "the last octet is missing", "rows_truncated", whole[:-1], "one-file")
    refused("cut-in-a-length", "ARC-022", "three octets of the next length", "rows_truncated", whole + b"\0\0\0", "one-file")
    refused("length-beyond-the-end", "ARC-022", "a length that the leaf does not have", "rows_truncated", (2**32 - 1).to_bytes(4, "big") + whole[4:], "one-file")
    refused("length-0", "ARC-022", "an entry of no octets", "entry_malformed", bytes(4), "one-file")
    refused("not-canonical", "ARC-022", "a word behind the entry, within its length", "entry_malformed", (len(whole) + 4).to_bytes(4, "big") + whole[4:] + bytes(8), "one-file")

    def node(name, requirement, comment, children, reason=None, raw=None, twin="two-children", **place):
        given = {"octets": (archive.rows(spec, "Child", children) if raw is None else raw).hex()} | place
        if reason:
            book.refused(f"node-{name}", requirement, "node", comment, given, reason, f"node-{twin}")
        else:
            book.accepted(f"node-{name}", requirement, "node", comment, given, {"children": [{"path": c["path"].hex(), "id": c["id"].hex()} for c in children]})

    other = bytes(range(32, 64))
    two = [dict(path=b"b", id=identity), dict(path=b"c/d", id=other)]
    two_rows = archive.rows(spec, "Child", two)
    node("two-children", "ARC-061", "b, and from c/d on", two)
    node("one-child", "ARC-061", "a node may have one child", two[:1])
    node("in-its-place", "ARC-064", "its parent names b, and next d", two, first=b"b".hex(), before=b"d".hex())
    node("begins-later", "ARC-064", "its parent names a", two, "place_differs", twin="in-its-place", first=b"a".hex(), before=b"d".hex())
    node("reaches-the-next", "ARC-064", "its parent names c/d next", two, "place_differs", twin="in-its-place", first=b"b".hex(), before=b"c/d".hex())
    node("descending", "ARC-061", "c/d before b", two[::-1], "paths_not_ascending")
    node("twice", "ARC-061", "one path twice", [two[0], two[0]], "paths_not_ascending")
    node("short-id", "ARC-061", "an id of 31 octets", [two[0] | {"id": identity[:31]}], "child_malformed", twin="one-child")
    node("long-id", "ARC-061", "an id of 33 octets", [two[0] | {"id": identity + b"\0"}], "child_malformed", twin="one-child")
    node("path-that-climbs", "ARC-029", "a path that no entry may have", [two[0] | {"path": b"../b"}], "path_unsafe", twin="one-child")
    node("nothing", "ARC-061", "a node without children", [], "rows_truncated", twin="one-child")
    node("cut", "ARC-061", "the last octet is missing", two, "rows_truncated", raw=two_rows[:-1])
    node("an-entry", "ARC-061", "an entry where a child is due", [], "child_malformed", raw=whole, twin="one-child")

    book.accepted("list-of-two", "ARC-047", "id_list", "two ids", {"block": (identity + bytes(32)).hex()}, {"ids": [identity.hex(), "00" * 32]})
    for name, block in (("list-of-none", b""), ("list-cut", identity + bytes(31)), ("list-longer", identity + b"\1")):
        book.refused(name, "ARC-047", "id_list", "not a whole number of ids, or none", {"block": block.hex()}, "id_list_length", "list-of-two")
    table = archive.gear(KEYS)[1]
    for name, path in (("one-octet", b"a"), ("short", b"etc/passwd"), ("any-octets", b"\xff/\x01"), ("longer-than-the-window", b"d/" * 100 + b"f")):
        book.accepted(f"path-hash-{name}", "ARC-062", "path_hash", "the gear hash of all its octets", KEYS.owner() | {"path": path.hex()}, {"hash": f"{archive.path_hash(table, path):016x}"})
    return book.rows
