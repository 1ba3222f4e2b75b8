"""What must hold of all vectors together: each refusal is an accepted vector with one thing broken, and every layer and reason has one.

It must not know: what any input means, save where a header's fields lie.
"""
from book import LAYERS

# Refusals in which more than one member of the input is another than in the twin, and why that is still one thing.
TWO_MEMBERS = {
    "records/number_0": "the number is part of what is sealed, so that the sealed octets follow it",
    "wraps/server_point_of_small_order": "the wrap is good under the secret of that point, so that nothing but the point is wrong",
    "wraps/server_another_point_of_small_order": "the wrap is good under the secret of that point, so that nothing but the point is wrong",
}


def problems(files):
    """`files`: name -> vectors. Yields a sentence for each thing that is wrong."""
    used = set()
    for file, vectors in files.items():
        accepted = {v["id"]: v for v in vectors if "accepted" in v["expect"]}
        for v in vectors:
            place = f"{file}/{v['id']}"
            if set(v["expect"]) not in ({"accepted"}, {"refused"}):
                yield f"{place}: expects neither one acceptance nor one refusal"
            elif "accepted" in v["expect"]:
                if not v["expect"]["accepted"]:
                    yield f"{place}: is accepted and says nothing of what comes out: whoever accepts everything would pass"
            else:
                used.add((v["expect"]["refused"]["layer"], v["expect"]["refused"]["reason"]))
                yield from refusal(place, v, accepted)
    for layer, reasons in LAYERS.items():
        for reason in reasons:
            if (layer, reason) not in used:
                yield f"no vector is refused by the layer {layer} for {reason}"
    for place in TWO_MEMBERS:
        file, _, identity = place.partition("/")
        if all(v["id"] != identity for v in files.get(file, [])):
            yield f"{place}: excused, and not there"


def refusal(place, vector, accepted):
    said = vector["expect"]["refused"]
    if said["reason"] not in LAYERS.get(said["layer"], ()):
        yield f"{place}: the layer {said['layer']} has no reason {said['reason']}"
    twin = accepted.get(vector.get("twin"))
    if twin is None:
        yield f"{place}: its twin {vector.get('twin')} is no accepted vector of its file"
    elif twin["kind"] != vector["kind"]:
        yield f"{place}: its twin {twin['id']} is of kind {twin['kind']}, not {vector['kind']}"
    else:
        broken = differing(vector["input"], twin["input"])
        # [FRM-011] is about what happens when more than one check fails.
        wanted = 2 if vector["requirement"] == "FRM-011" or place in TWO_MEMBERS else 1
        if len(broken) != wanted:
            yield f"{place}: differs from its twin {twin['id']} in {', '.join(broken) or 'nothing'}"


def differing(one, other):
    """Names of the members in which two inputs differ; a header counts as its three fields."""
    one, other = parts(one), parts(other)
    return sorted(k for k in one.keys() | other.keys() if one.get(k) != other.get(k))


def parts(given):
    if "header" not in given:
        return given
    rest = {k: v for k, v in given.items() if k != "header"}
    return rest | {"kind": given["header"][:2], "metadata_blocks": given["header"][2:4], "length": given["header"][4:]}
