"""Connects the suite to the reference programs: `adapter.py --server PATH/cofferd --client PATH/coffer --vectors PATH/coffer-vector`.
Any of them may be left out.

One JSON object per line in, one per line out, as interop/README.md says. Python's standard library only.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

START_SECONDS_MAX = 30
DRIVE_SECONDS_MAX = 25
VERBS = ("hello", "prepare", "serve", "drive", "admin", "observe", "vector", "reset", "bye")
IDENTITY = ("server.key.pem", "server.certificate.pem")
FIXTURE_REFUSED = 2  # of cofferd, before it does anything
ENDED = {0: "ok", 2: "refused"}  # the client's exit status; everything else is a failure


class Unimplemented(Exception):
    pass


class Reference:
    def __init__(self, server, client, vectors):
        self.server, self.client, self.process = server, client, None
        self.vectors, self.answering = vectors, None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coffer-adapter-"))
        self.data, self.fixture, self.devices = self.folder / "data", self.folder / "fixture.json", self.folder / "devices"
        self.fault, self.faults = None, self.offered_faults()
        self.identity = self.folder / "identity"  # the server's key and certificate outlive its data: making them is slow

    def offered_faults(self):
        """Programs of an ordinary build know nothing of faults, and refuse to be called without a command."""
        if not (self.server or self.client):
            return []
        told = subprocess.run([self.server or self.client], env=os.environ | {"COFFER_FAULT": "list"}, capture_output=True, text=True)
        return json.loads(told.stdout) if told.returncode == 0 else []

    def environment(self):
        """Of the programs, which have the fault that `prepare` asked for; what only looks at them goes without."""
        return os.environ | {"COFFER_FAULT": self.fault or ""}

    def hello(self, _):
        roles = [role for role, program in (("server", self.server), ("client", self.client)) if program] or ["server", "client"]
        answer = {"name": "coffer reference", "version": "0.1.0", "roles": roles, "destinations": True, "claims": {"channels": ["tls"], "profiles": ["test", "production"]}}
        kinds = json.loads(subprocess.run([self.vectors, "--kinds"], capture_output=True, text=True, check=True).stdout) if self.vectors else []
        return answer | ({"faults": self.faults} if self.faults else {}) | ({"vectors": kinds} if kinds else {})

    def reset(self, _):
        self.end("kill")
        for folder in (self.data, self.devices):
            shutil.rmtree(folder, ignore_errors=True)
        return {}

    def bye(self, _):
        self.reset(_)
        self.end_answering()
        shutil.rmtree(self.folder, ignore_errors=True)
        return {}

    def prepare(self, request):
        if "fault" in request and request["fault"] not in [fault["name"] for fault in self.faults]:
            raise Unimplemented(f"there is no fault {request['fault']}")
        self.fault = request.get("fault")
        self.end_answering()
        self.fixture.write_text(json.dumps(request["fixture"]))
        return {}

    def serve(self, _=None):
        if not self.server:
            raise Unimplemented("no server program was given")
        self.end("kill")
        command = [self.server, "run", "--data", str(self.data), "--fixture", str(self.fixture), "--listen", "127.0.0.1:0"]
        if self.identity.exists():
            command += ["--key", str(self.identity / IDENTITY[0]), "--certificate", str(self.identity / IDENTITY[1])]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=self.environment())
        line = self.process.stdout.readline()
        if not line and self.process.wait(START_SECONDS_MAX) == FIXTURE_REFUSED:
            return {"refused": "cofferd does not serve that fixture; its reason stands in its standard error"}
        if not line:
            raise RuntimeError(f"cofferd ended with status {self.process.wait(START_SECONDS_MAX)} before it listened")
        said = json.loads(line)
        if not self.identity.exists():
            self.identity.mkdir()
            for name in IDENTITY:
                shutil.copy(self.data / name, self.identity / name)
        return {"host": said["listening"]["address"], "port": said["listening"]["port"], "pin": said["pin"], "process": self.process.pid}

    def end(self, how):
        process, self.process = self.process, None
        if process is None:
            return 0
        process.kill() if how == "kill" else process.terminate()
        process.stdout.close()
        return process.wait(START_SECONDS_MAX)

    def admin(self, request):
        if request["do"] == "stop":
            return {"exit": self.end("stop")}
        if request["do"] in ("restart", "kill"):  # kill: without any warning, then started again on the same data
            self.end("kill" if request["do"] == "kill" else "stop")
            return self.serve()
        if request["do"] == "damage":
            return self.damage(bytes.fromhex(request["octets"]))
        raise Unimplemented(f"nothing is known of {request['do']}")

    def damage(self, sealed):
        """Alters the last octet of a stored block. A pack has it as it was sent, and the server opens packs anew for nobody: it may go on."""
        packs = [(path, path.read_bytes().find(sealed)) for path in (self.data / "packs").iterdir()]
        places = [(path, at + len(sealed) - 1) for path, at in packs if at >= 0]
        if not places:
            raise RuntimeError("no pack has that block")
        for path, at in places:
            with path.open("r+b") as pack:
                pack.seek(at)
                pack.write(bytes([sealed[-1] ^ 1]))
        return {}

    def observe(self, request):
        answer = {}
        if request.get("events"):
            told = subprocess.run([self.server, "events", "--data", str(self.data), "--json"], capture_output=True, text=True, check=True)
            answer["events"] = [json.loads(line) for line in told.stdout.splitlines()]
        if "find" in request:  # which of these octets stand anywhere in what the server stores
            stored = [path.read_bytes() for path in self.data.rglob("*") if path.is_file()]
            answer["found"] = [wanted for wanted in request["find"] if any(bytes.fromhex(wanted) in octets for octets in stored)]
        if request.get("databases"):
            answer["databases"] = [str(path) for path in self.data.rglob("*.sqlite*") if path.is_file()]
        if "device" in request:  # where a client's device keeps its files
            answer["home"] = str(self.devices / request["device"])
        if not answer:
            raise Unimplemented("events, find, databases and device are what can be observed")
        return answer

    def vector(self, request):
        """Handed on line by line to a program that stays up; its answer is the reply."""
        if not self.vectors:
            raise Unimplemented("no program for vectors was given")
        if self.answering is None:
            self.answering = subprocess.Popen([self.vectors], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment())
        self.answering.stdin.write(json.dumps({"kind": request["kind"], "input": request["input"]}) + "\n")
        self.answering.stdin.flush()
        return json.loads(self.answering.stdout.readline())

    def end_answering(self):
        program, self.answering = self.answering, None
        if program is not None:
            program.communicate(timeout=START_SECONDS_MAX)

    def run(self, home, request, *words, given=None):
        command = [self.client, "--home", str(home), "--json"]
        if request.get("timers_ms"):
            command += ["--timers-ms", ",".join(f"{name}={ms}" for name, ms in request["timers_ms"].items())]
        return subprocess.run([*command, *words], input=given, capture_output=True, text=True, timeout=DRIVE_SECONDS_MAX, env=self.environment())

    def device(self, request):
        """The device's directory, pointed at the servers that the request names, and the words that name them to commands."""
        destination = request.get("destination", "default")
        home = self.devices / request["device"]
        if not home.exists():
            self.devices.mkdir(exist_ok=True)
            words = ["init", "--name", destination, "--server", "127.0.0.1:1", "--pin", request["pin"], "--computer", request["computer"]]
            made = self.run(home, {}, *words)
            if made.returncode != 0:
                raise RuntimeError("coffer init: " + made.stderr)
        servers = [request | {"name": destination}, *request.get("destinations", [])]
        config = json.loads((home / "config.json").read_text())
        for server in servers:
            if server["name"] not in [known["name"] for known in config["destinations"]]:
                added = self.run(home, {}, "destination", "add", server["name"], "--server", f"{server['host']}:{server['port']}", "--pin", server["pin"])
                if added.returncode != 0:
                    raise RuntimeError("coffer destination add: " + added.stderr)
                config = json.loads((home / "config.json").read_text())
        for server in servers:
            known = next(known for known in config["destinations"] if known["name"] == server["name"])
            known |= {"host": server["host"], "port": server["port"], "pin": server["pin"]} | ({"guid": server["server"]} if "server" in server else {})
        (home / "config.json").write_text(json.dumps(config))
        several = len(config["destinations"]) > 1
        return home, [f"--destination={server['name']}" for server in servers if several]

    def drive(self, request):
        if not self.client:
            raise Unimplemented("no client program was given")
        (home, destinations), do, given = self.device(request), request["do"], None
        key = self.folder / "archive.key"  # what its user has elsewhere, and never among what the device keeps
        if do == "connect":
            words, given = ["login", "--registration-key", request["registration_key"], "--user", request["user"], "--password-file", "-"], request["password"]
            if request.get("deferred"):
                words += ["--deferred"]  # without permissions there is nothing to lock a key with
            elif "archive_key" in request:
                key.write_text(request["archive_key"])
                words += ["--archive-key", str(key)]
        elif do == "logout":
            words = ["logout"]
        elif do == "restore":
            words = ["--json", "restore", str(request["version"]), "--target", request["target"]] + (["--overwrite"] if request.get("overwrite") else [])
        elif do == "key":  # the first mode of the archive's key, or a higher one
            known = (home / "keys.json").exists()
            words, given = ["key", "upgrade" if known else "create", "--mode", request["mode"], "--password-file", "-"], request.get("archive_password", "") + "\n"
        elif do == "unlock":
            words, given = ["key", "import", "--password-file", "-"], request["archive_password"] + "\n"
        elif do == "prune":
            words = ["prune", *(f"--keep-{what}={count}" for what, count in request.get("keep", {}).items())] + ([] if "keep" in request else ["--unused"])
        elif do in ("ping", "versions", "backup", "verify"):
            words = [do, *request.get("paths", []), *([str(request["version"])] if "version" in request else [])]
        else:
            raise Unimplemented(f"nothing is known of {do}")
        try:
            ended = self.run(home, request, *words, *destinations, given=given)
        except subprocess.TimeoutExpired:
            return {"ended": "failed", "detail": f"the client was ended after {DRIVE_SECONDS_MAX} s"}
        finally:
            key.unlink(missing_ok=True)
        word = ENDED.get(ended.returncode, "failed")
        if do == "restore" and word == "failed" and all_is_there(ended.stdout):
            word = "ok"
        return {"ended": word, "detail": (ended.stdout + ended.stderr).strip()}


def all_is_there(said):
    """Whether a restore lacks nothing but what this user may not set, such as another's ownership."""
    try:
        told = json.loads(said)
        return told["exit_code"] == 1 and told["problems"] == told["reduced"]
    except (ValueError, KeyError, TypeError):
        return False


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--server")
    options.add_argument("--client")
    options.add_argument("--vectors")
    reference = Reference(**vars(options.parse_args()))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["verb"] not in VERBS:
                raise Unimplemented(f"there is no verb {request['verb']}")
            reply = getattr(reference, request["verb"])(request)
        except Unimplemented as reason:
            reply = {"unimplemented": str(reason)}
        except Exception as trouble:
            reply = {"error": f"{type(trouble).__name__}: {trouble}"}
        print(json.dumps({"id": request["id"], **reply}), flush=True)
        if request["verb"] == "bye":
            return
    reference.bye(None)


if __name__ == "__main__":
    main()
