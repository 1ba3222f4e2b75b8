"""Vectors of chapters 7 and 8: keys, cuts, blocks, links, records, manifests. Must not know: the reference's code.

What a client refuses never goes on the wire, so a refusal here is a word of the list in spec/vectors/README.md.
"""
import archive
import canonical
from archive import CONTENT, ID_LIST, MANIFEST
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
    for name, kind in (("content", CONTENT), ("manifest", MANIFEST), ("id-list", ID_LIST)):
        book.accepted(f"id-{name}", "ARC-001", "block_id", "the same octets under each type have another id", KEYS.owner() | {"type": kind, "block": b"coffer".hex()}, {"id": archive.block_id(KEYS, kind, b"coffer").hex()})
    book.accepted("id-of-nothing", "ARC-001", "block_id", "a block of no octets has an id", KEYS.owner() | {"type": CONTENT, "block": ""}, {"id": archive.block_id(KEYS, CONTENT, b"").hex()})

    def given(identity, sealed, kind=CONTENT, k=KEYS):
        return k.owner() | {"type": kind, "block_id": identity.hex(), "sealed": sealed.hex()}

    def good(name, requirement, comment, kind, block, packed):
        identity = archive.block_id(KEYS, kind, block)
        book.accepted(name, requirement, "open_block", comment, given(identity, archive.seal_block(KEYS, identity, NONCE, packed), kind), {"block": block.hex()})

    good("stored", "ARC-012", "six octets, stored", CONTENT, b"coffer", b"\0coffer")
    good("stored-manifest", "ARC-014", "the type is in the id alone", MANIFEST, b"coffer", b"\0coffer")
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
    refused("other-type", "ARC-016", "a content block asked for as a manifest block", "id_differs", sealed, kind=MANIFEST)
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
        plain = archive.record(spec, number=number, previous=previous, created_ns=10**18 + number, depth=0, ids=archive.block_id(KEYS, MANIFEST, bytes([number])), entry_count=number, content_octets=1000 * number)
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
    plain = archive.record(spec, number=2, previous=one["link"], created_ns=7, ids=b"", entry_count=0, content_octets=0)
    other = archive.seal_record(KEYS, 2, one["link"], bytes(12), plain)
    chained("another-second", "ARC-025", "a chain that is whole, but whose second version is not the one that is remembered", [one, two | {"record": other, "link": archive.link(one["link"], 2, other)}], "rolled_back", "two-versions-remembered", remembered=two)
    return book.rows


# ---- Records ---------------------------------------------------------------------------------------------------------------------
def records(spec):
    book = Book()
    previous = archive.sha256(b"previous")
    fields = dict(number=7, previous=previous, created_ns=1_700_000_000_123_456_789, depth=1, ids=bytes(range(64)), entry_count=12_345, content_octets=2**40)

    def shown_record(f):
        return {"number": str(f["number"]), "previous": f["previous"].hex(), "created_ns": str(f.get("created_ns", 0)), "depth": f.get("depth", 0), "ids": f.get("ids", b"").hex(),
                "entry_count": str(f.get("entry_count", 0)), "content_octets": str(f.get("content_octets", 0))}

    def given(sealed, number=7, before=previous, k=KEYS):
        return k.owner() | {"number": str(number), "previous": before.hex(), "sealed": sealed.hex()}

    def good(name, comment, f):
        sealed = archive.seal_record(KEYS, f["number"], f["previous"], NONCE, archive.record(spec, **f))
        book.accepted(name, "ARC-020", "open_record", comment, given(sealed, f["number"], f["previous"]), {"record": shown_record(f)})
        book.accepted(f"seal-{name}", "ARC-028", "seal_record", "with this nonce there is one right form", KEYS.owner() | {"nonce": NONCE.hex(), "record": shown_record(f)}, {"sealed": sealed.hex()})
        return sealed

    sealed = good("typical", "every field another value", fields)
    good("first", "an empty archive's first version", dict(number=1, previous=bytes(32)))
    good("before-1970", "times have a sign", dict(number=2, previous=previous, created_ns=-1, ids=bytes(32)))

    def refused(name, requirement, comment, reason, octets, **where):
        book.refused(name, requirement, "open_record", comment, given(octets, **where), reason, "typical")

    def around(plain, number=7, before=previous):
        return archive.seal_record(KEYS, number, before, NONCE, plain)

    plain = archive.record(spec, **fields)
    refused("too-short", "ARC-012", "29 octets", "record_length", sealed[:29])
    refused("too-long", "ARC-020", "16,385 octets", "record_length", sealed + bytes(16_385 - len(sealed)))
    refused("format-2", "ARC-020", "another format octet", "unknown_format", b"\2" + sealed[1:])
    refused("tag-changed", "ARC-020", "one bit of the tag", "tag_wrong", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    refused("as-another-number", "ARC-020", "shown as version 8", "tag_wrong", sealed, number=8)
    refused("after-another", "ARC-020", "shown after another version", "tag_wrong", sealed, before=archive.sha256(b"other"))
    refused("in-another-archive", "ARC-020", "shown in another user's archive", "tag_wrong", sealed, k=OTHER)
    refused("under-the-block-key", "ARC-020", "another key of the same archive", "tag_wrong", archive.sealed(KEYS.block, NONCE, b"\2" + KEYS.archive + archive.u64(7) + previous, plain))
    refused("a-block-s-associated-data", "ARC-020", "0x01 in front, as blocks have", "tag_wrong", archive.sealed(KEYS.record, NONCE, b"\1" + KEYS.archive + archive.u64(7) + previous, plain))
    refused("with-a-compression-octet", "ARC-028", "packed as blocks are", "record_malformed", around(b"\0" + plain))
    refused("a-word-behind", "ARC-028", "a zero word behind the record", "record_malformed", around(plain + bytes(8)))
    refused("not-canonical", "ARC-028", "a gap before the struct", "record_malformed", around(canonical.struct_pointer(1, 5, 2) + bytes(8) + plain[8:]))
    refused("nothing-sealed", "ARC-028", "one zero octet", "record_malformed", around(b"\0"))
    refused("another-number-inside", "ARC-045", "sealed as version 7, and says 8", "record_differs", around(archive.record(spec, **fields | {"number": 8})))
    refused("another-previous-inside", "ARC-045", "sealed after one version, and names another", "record_differs", around(archive.record(spec, **fields | {"previous": bytes(32)})))
    refused("number-0", "ARC-045", "there is no version 0", "record_out_of_range", around(archive.record(spec, **fields | {"number": 0}), number=0), number=0)
    refused("short-previous", "ARC-045", "a previous link of 31 octets", "record_out_of_range", around(archive.record(spec, **fields | {"previous": previous[:31]})))
    refused("part-of-an-id", "ARC-045", "33 octets of ids", "record_out_of_range", around(archive.record(spec, **fields | {"ids": bytes(33)})))
    refused("too-deep", "ARC-045", "a depth of 5", "record_out_of_range", around(archive.record(spec, **fields | {"depth": 5})))
    return book.rows


# ---- Manifests -------------------------------------------------------------------------------------------------------------------
def manifests(spec):
    book = Book()
    identity = bytes(range(32))
    entries = [
        dict(path=b"a", type=1, mode=0o755, modified_ns=-5),
        dict(path=b"a/b", type=0, mode=0o7777, modified_ns=1_700_000_000_000_000_001, size=70_000, blocks=identity + identity),
        dict(path=b"a/empty", type=0, mode=0o600),
        dict(path=b"a/link", type=2, target=b"../../anywhere at all"),
        dict(path=b"b", type=3, target=b"a/b"),
        dict(path=b"\xff\xfe", type=0, size=1, blocks=identity),
    ]

    def shown_entry(e):
        return {"path": e["path"].hex(), "type": e.get("type", 0), "mode": e.get("mode", 0), "modified_ns": str(e.get("modified_ns", 0)), "size": str(e.get("size", 0)),
                "target": e.get("target", b"").hex(), "blocks": e.get("blocks", b"").hex()}

    def octets(rows):
        return b"".join(archive.manifest_entry(spec, **r) for r in rows)

    def good(name, requirement, comment, rows):
        book.accepted(name, requirement, "manifest", comment, {"octets": octets(rows).hex()}, {"entries": [shown_entry(r) for r in rows]})

    def refused(name, requirement, comment, reason, raw, twin):
        book.refused(name, requirement, "manifest", comment, {"octets": raw.hex()}, reason, twin)

    def entry(name, requirement, comment, reason, **fields):
        """One entry, made from the good one of its type."""
        twin = {1: "directory", 2: "symbolic-link", 3: "hard-link"}.get(fields.get("type"), "one-octet" if fields.get("blocks") else "one-file")
        refused(name, requirement, comment, reason, octets([fields]), twin)

    good("empty", "ARC-022", "a version without entries", [])
    good("typical", "ARC-022", "each type; paths in the order of their octets", entries)
    good("prefix-before-longer", "ARC-022", "a shorter path comes before what begins with it; `-` comes before `/`", [dict(path=b"a", type=1), dict(path=b"a-b"), dict(path=b"a/b")])
    good("dots-in-names", "ARC-029", "three dots, leading dots and trailing dots are names", [dict(path=p) for p in (b"...", b"..a", b".a", b"a..", b"a/...")])
    good("longest-path", "ARC-029", "4,096 octets", [dict(path=b"p" * 4096)])
    good("one-file", "ARC-022", "a file of no octets", [dict(path=b"a")])
    good("one-octet", "ARC-044", "a file of one octet", [dict(path=b"a", size=1, blocks=identity)])
    good("two-files", "ARC-022", "a before b", [dict(path=b"a"), dict(path=b"b")])
    good("directory", "ARC-044", "a directory", [dict(path=b"a", type=1)])
    good("symbolic-link", "ARC-044", "a symbolic link", [dict(path=b"a", type=2, target=b"b")])
    good("hard-link", "ARC-044", "a second name of what comes earlier; that it is there is the restore's question", [dict(path=b"z", type=3, target=b"a")])
    for name, path in (("empty", b""), ("absolute", b"/etc/passwd"), ("root", b"/"), ("dot", b"."), ("dots", b".."), ("leaves", b"../x"), ("leaves-within", b"a/../../x"), ("dots-at-the-end", b"a/.."),
                       ("dot-within", b"a/./b"), ("empty-component", b"a//b"), ("trailing-slash", b"a/"), ("nul", b"a\0b"), ("too-long", b"p" * 4097)):
        entry(f"path-{name}", "ARC-029", "a path that no entry may have", "path_unsafe", path=path)
        if path:
            entry(f"first-name-{name}", "ARC-029", "nor may a hard link's first name", "path_unsafe", path=b"z", type=3, target=path)
    entry("type-4", "ARC-044", "a type that the table does not have", "entry_out_of_range", path=b"a", type=4)
    entry("mode-bit-12", "ARC-044", "a thirteenth bit of mode", "entry_out_of_range", path=b"a", mode=0o10000)
    entry("file-with-target", "ARC-044", "files have no target", "entry_out_of_range", path=b"a", target=b"b")
    entry("file-size-without-blocks", "ARC-044", "a size, and nothing that holds it", "entry_out_of_range", path=b"a", size=1)
    entry("file-blocks-without-size", "ARC-044", "a block, and no size", "entry_out_of_range", path=b"a", blocks=identity)
    entry("file-part-of-an-id", "ARC-044", "33 octets of ids", "entry_out_of_range", path=b"a", size=1, blocks=identity + b"\1")
    entry("file-more-blocks-than-octets", "ARC-044", "two blocks for one octet", "entry_out_of_range", path=b"a", size=1, blocks=identity + identity)
    entry("directory-with-size", "ARC-044", "directories have no size", "entry_out_of_range", path=b"a", type=1, size=1)
    entry("directory-with-blocks", "ARC-044", "directories have no blocks", "entry_out_of_range", path=b"a", type=1, blocks=identity)
    entry("directory-with-target", "ARC-044", "directories have no target", "entry_out_of_range", path=b"a", type=1, target=b"b")
    entry("symbolic-link-without-target", "ARC-044", "a link to nothing", "entry_out_of_range", path=b"a", type=2)
    entry("symbolic-link-with-nul", "ARC-044", "a target that no system takes", "entry_out_of_range", path=b"a", type=2, target=b"b\0c")
    entry("symbolic-link-too-long", "ARC-044", "a target of 4,097 octets", "entry_out_of_range", path=b"a", type=2, target=b"t" * 4097)
    entry("symbolic-link-with-size", "ARC-044", "links have no size", "entry_out_of_range", path=b"a", type=2, target=b"b", size=1)
    entry("hard-link-to-a-later-name", "ARC-044", "the first name comes first", "entry_out_of_range", path=b"z", type=3, target=b"zz")
    entry("hard-link-to-itself", "ARC-044", "the first name is another", "entry_out_of_range", path=b"z", type=3, target=b"z")
    entry("hard-link-with-blocks", "ARC-044", "its blocks are the first name's", "entry_out_of_range", path=b"z", type=3, target=b"a", blocks=identity)
    refused("descending", "ARC-022", "b before a", "entries_not_ascending", octets([dict(path=b"b"), dict(path=b"a")]), "two-files")
    refused("twice", "ARC-022", "one path twice", "entries_not_ascending", octets([dict(path=b"a"), dict(path=b"a")]), "two-files")
    for name, requirement, count, size, comment in (("counts", "ARC-046", 3, 70_001, "three entries, 70,001 octets of content"), ("entry-missing", "ARC-046", 4, 70_001, "the record says four entries"),
                                                    ("content-differs", "ARC-046", 3, 70_000, "the record says 70,000 octets")):
        rows = [entries[1], entries[2], entries[5]]
        given = {"octets": octets(rows).hex(), "entry_count": str(count), "content_octets": str(size)}
        if name == "counts":
            book.accepted(name, requirement, "manifest", comment, given, {"entries": [shown_entry(r) for r in rows]})
        else:
            book.refused(name, requirement, "manifest", comment, given, "manifest_differs", "counts")
    book.accepted("list-of-two", "ARC-047", "id_list", "two ids", {"block": (identity + bytes(32)).hex()}, {"ids": [identity.hex(), "00" * 32]})
    for name, block in (("list-of-none", b""), ("list-cut", identity + bytes(31)), ("list-longer", identity + b"\1")):
        book.refused(name, "ARC-047", "id_list", "not a whole number of ids, or none", {"block": block.hex()}, "id_list_length", "list-of-two")
    whole = octets([dict(path=b"a")])
    refused("cut", "ARC-022", "the last octet is missing", "manifest_truncated", whole[:-1], "one-file")
    refused("cut-in-a-length", "ARC-022", "three octets of the next length", "manifest_truncated", whole + b"\0\0\0", "one-file")
    refused("length-beyond-the-end", "ARC-022", "a length that the manifest does not have", "manifest_truncated", (2**32 - 1).to_bytes(4, "big") + whole[4:], "one-file")
    refused("length-0", "ARC-022", "an entry of no octets", "entry_malformed", bytes(4), "one-file")
    refused("not-canonical", "ARC-022", "a word behind the entry, within its length", "entry_malformed", (len(whole) + 4).to_bytes(4, "big") + whole[4:] + bytes(8), "one-file")
    return book.rows
