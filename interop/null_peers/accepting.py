"""The peers that accept everything: whatever comes, plausible or not, they go on with the plausible next message and never refuse."""

import hashlib
import os
import struct

from messages import METADATA, control, data, decode, read_struct

FRAME_OCTETS_MAX = 1 << 23
STEPS = ["version", "computer", "login", "config_state", "ping"]  # what a server takes an unreadable message for, step by step


def frames(buffer):
    """Takes whole frames out of a buffer; a frame too long to wait for counts as whole without its body."""
    while len(buffer) >= 6:
        kind, blocks, length = struct.unpack_from(">BBI", buffer)
        if length > FRAME_OCTETS_MAX:
            del buffer[:6]
            yield kind, blocks, b""
        elif len(buffer) >= 6 + length:
            body = bytes(buffer[6:6 + length])
            del buffer[:6 + length]
            yield kind, blocks, body
        else:
            return


class Server:
    """One connection. `world` is what all connections share: the fixture, and each computer's versions and blocks."""

    def __init__(self, world):
        self.world, self.step, self.computer, self.config, self.leaving = world, 0, 0, world.config_version, False

    def answer(self, kind, blocks, body):
        if kind == 2:
            self.world.keep(body[:16 * blocks], body[16 * blocks:])
            return b""
        read = decode(body)
        name, values = read if kind == 1 and read is not None else (STEPS[min(self.step, 4)], {})
        self.step += 1
        return getattr(self, "on_" + name, self.on_other)(values)

    def on_version(self, _):
        major, minor, patch = self.world.version
        return control("proceed", major=major, minor=minor, patch=patch)

    def on_computer(self, values):
        self.computer = values.get("guid", 0)
        return control("server_identity", guid=self.world.guid)

    def on_login(self, values):
        user = values.get("user_name", b"").rstrip(b"\0").decode(errors="replace")
        return control("login_accepted", user=self.world.users.get(user, 1), permissions=3)

    def on_config_state(self, values):
        if values.get("version") == self.config:
            return control("ready")
        return control("config_push", version=self.config, settings=self.world.settings)

    def on_config_ack(self, _):
        return control("ready")

    def on_ping(self, values):
        return control("pong", token=values.get("token", 0))

    def on_goodbye(self, _):
        self.leaving = True
        return control("disconnect", reason=0)

    def on_disconnect(self, _):
        return b""

    def on_offer_blocks(self, values):
        ids = values.get("ids", b"")
        return control("missing_blocks", indices=list(range(len(ids) // 32)))

    def on_commit_version(self, values):
        self.world.versions.setdefault(self.computer, {})[values.get("number", 0)] = values
        return control("version_committed", number=values.get("number") or 1)

    def on_list_blocks(self, _):
        return control("block_list")

    def on_release_blocks(self, _):
        return control("blocks_released")

    def on_fetch_key(self, _):
        return control("key_state", modes=7, escrow_key=bytes([9]) + bytes(31), device_key=bytes(range(32)))

    def on_store_key(self, _):
        return control("key_stored", generation=1)

    def on_recover_key(self, _):
        return control("key_recovered", wrap=bytes(range(72)))

    def on_change_password(self, _):
        return control("password_changed")

    def on_list_versions(self, values):
        numbers = sorted(n for n in self.world.versions.get(self.computer, {}) if n >= values.get("from", 0))
        entries = [self.world.versions[self.computer][n] for n in numbers[:3]]
        return control("versions", entries=entries, more=len(numbers) > 3)

    def on_restore_begin(self, _):
        return control("restore_begun")

    def on_fetch_blocks(self, values):
        ids = [values.get("ids", b"")[at:at + 32] for at in range(0, len(values.get("ids", b"")), 32)]
        sent = b"".join(data(block, hashlib.sha256(self.world.blocks[block]).digest(), self.world.blocks[block]) for block in ids if block in self.world.blocks)
        return sent + control("blocks_fetched", missing=[index for index, block in enumerate(ids) if block not in self.world.blocks])

    def on_restore_end(self, _):
        return control("restore_ended")

    def on_other(self, _):
        return control("pong", token=0)


class World:
    """What an accepting server remembers; filled from the fixture it was prepared with."""

    def __init__(self, fixture=None):
        fixture = fixture or {}
        server, configuration = fixture.get("server", {}), fixture.get("configuration", {})
        self.guid = int(server.get("guid", "c0ffe70000000001"), 16)
        self.version = tuple(int(part) for part in server.get("version", "7.0.0").split("."))
        self.users = {user["name"]: user["id"] for user in fixture.get("users", [])}
        self.config_version, self.settings = configuration.get("version", 1), configuration.get("settings", [])
        self.versions, self.blocks = {}, {}

    def keep(self, metadata, sealed):
        try:
            self.blocks[read_struct(metadata, 0, METADATA)[0]["id"]] = sealed
        except (struct.error, IndexError):
            pass


def client_messages(drive):
    """What a client sends, in the order in which a good one would; it takes whatever arrives between two of them for the answer."""
    computer = int(drive.get("computer", "c0ffe70000000002"), 16)
    block, sealed = os.urandom(32), os.urandom(64)
    yield control("version", protocol=6, major=7, operating_system="Linux", address="127.0.0.1")
    yield control("computer", guid=computer)
    yield control("login", registration_key=drive.get("registration_key", ""), user_name=drive.get("user", ""), password=drive.get("password", "").encode(),
                  computer=computer, deferred=bool(drive.get("deferred")))
    yield control("config_state", version=0)
    yield control("config_ack", version=1)
    if drive["do"] == "key":
        yield control("fetch_key")
        yield control("store_key", record=os.urandom(98))
    elif drive["do"] == "backup":
        yield control("fetch_key")
        yield control("offer_blocks", ids=block)
        yield data(block, hashlib.sha256(sealed).digest(), sealed)
        yield control("commit_version", number=1, previous=bytes(32), link=os.urandom(32), record=os.urandom(64))
    elif drive["do"] in ("restore", "verify"):
        yield control("list_versions", **{"from": 1})
        yield control("restore_begin", version=drive.get("version") or 1, purpose=0)
        yield control("fetch_blocks", ids=block)
        yield control("restore_end", complete=True)
    elif drive["do"] == "versions":
        yield control("list_versions", **{"from": 1})
    elif drive["do"] == "prune":
        yield control("list_versions", **{"from": 1})
        yield control("list_blocks", after=bytes(32))
        yield control("release_blocks", ids=block)
        yield control("commit_version", number=3, previous=os.urandom(32), link=os.urandom(32), record=os.urandom(64))
    elif drive["do"] == "ping":
        yield control("ping", token=1)
    yield control("goodbye")

