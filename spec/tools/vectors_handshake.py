"""Vectors of chapters 5 and 6: the handshake, from the first message to ready, as each side answers frame by frame. Must not know: the reference's code.

Each refusal is the whole handshake with one frame, or one decision of the server's accounts, made another.
"""
import canonical
import session
from book import Book
from vectors_archive import KEYS
from vectors_wire import CONTROL, DATA, frame, header, shown

VERSION, LOGIN, SETTINGS = session.VERSION, session.LOGIN, session.SETTINGS
SERVER_STEPS = [("proceed", dict(major=7, minor=1, patch=2)), ("server_identity", dict(guid=KEYS.server)), ("login_accepted", dict(user=41, permissions=3)),
                ("config_push", dict(version=3, settings=SETTINGS)), ("ready", {})]
CLIENT_STEPS = [("version", VERSION), ("computer", dict(guid=KEYS.computer)), ("login", LOGIN), ("config_state", {}), ("config_ack", dict(version=3))]


def handshake(spec):
    book = Book()

    def framed(step):
        """A (message, fields) as a frame; octets as they are."""
        return step if isinstance(step, bytes) else frame(CONTROL, canonical.message(spec, step[0], **step[1]))

    def all_of(steps):
        return [framed(step).hex() for step in steps]

    def changed(steps, at, *instead):
        return [*steps[:at], *instead, *steps[at + 1 :]]

    data = frame(DATA, canonical.single(spec, "BlockMetadata", id=bytes(32), checksum=bytes(32)) + bytes(8) + bytes(30), 6)
    server_side(spec, book, all_of, changed, framed, data)
    client_side(spec, book, all_of, changed, framed, data)
    return book.rows


def server_side(spec, book, all_of, changed, framed, data):
    def given(received, **other):
        return {"server": f"{KEYS.server:016x}", "version": [7, 1, 2], "minimum_version": [6, 5, 0], "admits_computer": True, "admits_login": True, "user": "41", "permissions": 3,
                "configuration": shown(spec, "ConfigPush", dict(version=3, settings=SETTINGS)), "received": all_of(received)} | other

    def accepted(name, requirement, comment, received, sent):
        book.accepted(f"server-{name}", requirement, "server_handshake", comment, given(received), {"sent": all_of(sent)})

    def refused(name, requirement, comment, reason, received, sent, **other):
        book.refused(f"server-{name}", requirement, "server_handshake", comment, given(received, **other), reason, "server-whole", sent=all_of(SERVER_STEPS[:sent]))

    def instead(name, requirement, comment, reason, at, step):
        """All steps, but for one that is another: what came before it is answered."""
        refused(name, requirement, comment, reason, changed(CLIENT_STEPS, at, step), at)

    accepted("whole", "SES-001", "each step is answered by the next", CLIENT_STEPS, SERVER_STEPS)
    accepted("begun", "SES-013", "what has not come is not answered", CLIENT_STEPS[:1], SERVER_STEPS[:1])
    accepted("configuration-current", "CFG-005", "a client that has version 3 is ready at once", [*CLIENT_STEPS[:3], ("config_state", dict(version=3))], [*SERVER_STEPS[:3], ("ready", {})])
    accepted("least-version", "SES-012", "6.5.0 is not below 6.5.0", changed(CLIENT_STEPS, 0, ("version", VERSION | dict(major=6, minor=5))), SERVER_STEPS)
    accepted("versions-are-numbers", "SES-016", "6.10.0 is above 6.5.0", changed(CLIENT_STEPS, 0, ("version", VERSION | dict(major=6, minor=10))), SERVER_STEPS)
    accepted("deferred", "IDN-020", "a deferred login is granted nothing", changed(CLIENT_STEPS, 2, ("login", LOGIN | dict(deferred=True))),
             changed(SERVER_STEPS, 2, ("login_accepted", dict(user=41, permissions=0))))

    for protocol in (0, 5, 7, 6 << 8):
        instead(f"protocol-{protocol}", "SES-011", "only 6 is this protocol", "version_invalid", 0, ("version", VERSION | dict(protocol=protocol)))
    for name, numbers in (("patch", (6, 4, 65535)), ("minor", (6, 4, 0)), ("major", (5, 9, 9))):
        instead(f"too-old-{name}", "SES-012", "{}.{}.{} is below 6.5.0".format(*numbers), "version_too_old", 0, ("version", VERSION | dict(zip(("major", "minor", "patch"), numbers))))
    for at, (message, _) in enumerate(CLIENT_STEPS):
        if at < 4:
            refused(f"without-{message}", "SES-001", f"{message} is left out: the next step comes too early", "unexpected_message", changed(CLIENT_STEPS, at), at)
        refused(f"{message}-twice", "SES-002", f"{message} once more", "unexpected_message", changed(CLIENT_STEPS, at, CLIENT_STEPS[at], CLIENT_STEPS[at]), at + 1)
        instead(f"ping-for-{message}", "SES-002", "pings belong to ready", "unexpected_message", at, ("ping", dict(token=7)))
        instead(f"data-for-{message}", "FRM-016", "so do data frames", "unexpected_message", at, data)
        instead(f"a-server-s-message-for-{message}", "SES-002", "what servers say", "unexpected_message", at, SERVER_STEPS[0])
    refused("computer-not-admitted", "IDN-003", "whatever the cause", "computer_refused", CLIENT_STEPS, 1, admits_computer=False)
    refused("login-not-admitted", "IDN-014", "whatever the cause", "login_refused", CLIENT_STEPS, 2, admits_login=False)
    instead("login-on-another-computer", "IDN-017", "the login names another computer than was presented", "login_refused", 2, ("login", LOGIN | dict(computer=KEYS.computer + 1)))
    instead("another-configuration-acknowledged", "CFG-004", "3 was pushed, 4 is acknowledged", "bad_config_ack", 4, ("config_ack", dict(version=4)))
    instead("address-is-none", "MSG-005", "`localhost` is no address", "field_out_of_range", 0, ("version", VERSION | dict(address="localhost")))
    instead("computer-0", "MSG-005", "0 is no computer", "field_out_of_range", 1, ("computer", dict(guid=0)))
    instead("no-user-name", "MSG-005", "a login without a name", "field_out_of_range", 2, ("login", LOGIN | dict(user_name="")))
    instead("version-with-a-word-behind", "MSG-002", "a zero word behind the message", "malformed_message", 0, frame(CONTROL, canonical.message(spec, "version", **VERSION) + bytes(8)))
    instead("login-too-long", "FRM-010", "4,097 octets before the user is verified: the header alone is refused", "frame_too_large", 2, header(CONTROL, 0, 4_097))
    instead("unknown-kind", "FRM-004", "no kind of the TLS channel", "unknown_frame_kind", 1, header(3, 0, 16))
    instead("state-before-fields", "MSG-006", "a computer of identity 0 where a version is due", "unexpected_message", 0, ("computer", dict(guid=0)))
    instead("encoding-before-state", "MSG-006", "a malformed ping where a version is due", "malformed_message", 0, frame(CONTROL, canonical.message(spec, "ping", token=7) + bytes(8)))


def client_side(spec, book, all_of, changed, framed, data):
    def given(received, server=f"{KEYS.server:016x}", has=0):
        return {"version": shown(spec, "Version", VERSION), "login": shown(spec, "Login", LOGIN), "server": server, "configuration_version": str(has), "received": all_of(received)}

    def accepted(name, requirement, comment, received, sent, **other):
        book.accepted(f"client-{name}", requirement, "client_handshake", comment, given(received, **other), {"sent": all_of(sent)})

    def refused(name, requirement, comment, reason, received, answered, **other):
        book.refused(f"client-{name}", requirement, "client_handshake", comment, given(received, **other), reason, "client-whole", sent=all_of(CLIENT_STEPS[: answered + 1]))

    def instead(name, requirement, comment, reason, at, step):
        refused(name, requirement, comment, reason, changed(SERVER_STEPS, at, step), at)

    accepted("whole", "SES-001", "each answer leads to the next step", SERVER_STEPS, CLIENT_STEPS)
    accepted("begins", "SES-010", "a client speaks first", [], CLIENT_STEPS[:1])
    accepted("configuration-current", "CFG-001", "version 3 is stated, and nothing is pushed", [*SERVER_STEPS[:3], ("ready", {})], [*CLIENT_STEPS[:3], ("config_state", dict(version=3))], has=3)
    accepted("first-seen", "IDN-006", "whoever has seen no server yet takes the first", SERVER_STEPS, CLIENT_STEPS, server=None)
    accepted("disconnected", "SES-031", "after a Disconnect nothing more is said, whatever comes", [SERVER_STEPS[0], ("disconnect", dict(reason=10)), *SERVER_STEPS[1:]], CLIENT_STEPS[:2])

    instead("another-server", "IDN-006", "not the identity that was configured", "server_refused", 1, ("server_identity", dict(guid=KEYS.server ^ 1)))
    for at, (message, _) in enumerate(SERVER_STEPS[:3]):
        refused(f"without-{message}", "SES-001", f"{message} is left out: the next answer comes too early", "unexpected_message", changed(SERVER_STEPS, at), at)
        refused(f"{message}-twice", "SES-002", f"{message} once more", "unexpected_message", changed(SERVER_STEPS, at, SERVER_STEPS[at], SERVER_STEPS[at]), at + 1)
        instead(f"pong-for-{message}", "SES-002", "nobody has pinged", "unexpected_message", at, ("pong", dict(token=7)))
        instead(f"data-for-{message}", "FRM-016", "nobody has fetched", "unexpected_message", at, data)
        instead(f"a-client-s-message-for-{message}", "SES-002", "what clients say", "unexpected_message", at, CLIENT_STEPS[0])
    refused("config-push-twice", "CFG-007", "a second configuration before ready", "unexpected_message", changed(SERVER_STEPS, 3, SERVER_STEPS[3], SERVER_STEPS[3]), 4)
    instead("server-0", "MSG-005", "0 is no server", "field_out_of_range", 1, ("server_identity", dict(guid=0)))
    instead("user-0", "MSG-005", "0 is no user", "field_out_of_range", 2, ("login_accepted", dict(user=0, permissions=3)))
    instead("proceed-with-a-word-behind", "MSG-002", "a zero word behind the message", "malformed_message", 0, frame(CONTROL, canonical.message(spec, "proceed", major=7) + bytes(8)))
    instead("unknown-kind", "FRM-004", "no kind of the TLS channel", "unknown_frame_kind", 2, header(3, 0, 16))
    instead("control-too-long", "FRM-008", "65,537 octets: the header alone is refused", "frame_too_large", 3, header(CONTROL, 0, 65_537))
    instead("state-before-fields", "MSG-006", "a server's identity of 0 where proceed is due", "unexpected_message", 0, ("server_identity", dict(guid=0)))
