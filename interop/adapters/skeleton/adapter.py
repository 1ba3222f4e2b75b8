"""The smallest adapter that keeps the contract of interop/README.md: a client that can do nothing yet. Fill in one verb after the other."""
import json
import sys

KNOWN = {"hello": {"name": "mine", "roles": ["client"]}, "reset": {}, "bye": {}}

for line in sys.stdin:
    request = json.loads(line)
    reply = KNOWN.get(request["verb"], {"unimplemented": f"there is no {request['verb']} yet"})
    print(json.dumps({"id": request["id"], **reply}), flush=True)
    if request["verb"] == "bye":
        break
