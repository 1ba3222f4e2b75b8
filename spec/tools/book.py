"""The vectors of one file, each under a name that is given once; what may be said of a refusal.

A vector is accepted, and says what comes out; or it is refused, and says which layer refuses it, for what reason, and which accepted vector
(its twin) it is made from by breaking one thing.
"""
import re

# The layers, from the outside in, and the reasons that each has. Reasons of the first four are what Disconnect carries (chapter 13).
LAYERS = {
    "frame": ("unknown_frame_kind", "bad_metadata_length", "frame_too_large"),
    "encoding": ("malformed_message", "record_malformed", "entry_malformed", "child_malformed", "rows_truncated", "id_list_length"),
    "field": ("field_out_of_range", "record_out_of_range", "entry_out_of_range", "path_unsafe"),
    "session": ("unexpected_message", "version_invalid", "version_too_old", "computer_refused", "server_refused", "login_refused", "bad_config_ack"),
    "key": ("wrong_length", "weak"),
    "wrap": ("wrap_length", "secret_of_zeros", "wrap_broken"),
    "key_record": ("key_record_length", "unknown_key_record_format", "unknown_key_mode", "generation_0", "another_owner", "rounds_out_of_range"),
    "key_tag": ("check_differs", "tag_differs"),
    "envelope": ("sealed_length", "record_length", "unknown_format"),
    "seal": ("tag_wrong",),
    "compression": ("unknown_compression", "not_one_zstd_frame", "content_size", "content_differs"),
    "identity": ("id_differs",),
    "manifest": ("paths_not_ascending", "place_differs", "counts_differ"),
    "chain": ("number_not_next", "link_differs", "record_differs", "rolled_back"),
}
LAYER_OF = {reason: layer for layer, reasons in LAYERS.items() for reason in reasons}


def symbol(name):
    """Ids are words joined by `_`, so that they need no quoting anywhere."""
    made = re.sub(r"[-.]", "_", name)
    if not re.fullmatch(r"[a-z0-9_]+", made):
        raise ValueError(f"{name} is no name for a vector")
    return made


class Book:
    def __init__(self):
        self.rows = []

    def accepted(self, name, requirement, kind, comment, given, output):
        self._add(name, requirement, kind, comment, given, {"accepted": output})

    def refused(self, name, requirement, kind, comment, given, reason, twin, **more):
        self._add(name, requirement, kind, comment, given, {"refused": {"layer": LAYER_OF[reason], "reason": reason, **more}}, {"twin": symbol(twin)})

    def _add(self, name, requirement, kind, comment, given, expected, more=None):
        identity = symbol(name)
        if any(r["id"] == identity for r in self.rows):
            raise ValueError(f"vector {identity} is there twice")
        self.rows.append({"id": identity, "requirement": requirement, "kind": kind, "comment": comment, "input": given, "expect": expected, **(more or {})})
