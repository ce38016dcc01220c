#!/usr/bin/env python3
"""Prints the token of an application: client.py URL"""

import json, os, socket, sys

env = os.environ.get
base = env("XDG_RUNTIME_DIR") or env("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
path = env("USHER_SOCK") or os.path.join(base, "usher", "agent.sock")
try:
    folder = os.stat(os.path.dirname(path), follow_symlinks=False)
    if folder.st_uid != os.geteuid() or folder.st_mode & 0o022:
        raise OSError("another user could have put it there")
    agent = socket.socket(socket.AF_UNIX)
    agent.settimeout(40)
    agent.connect(path)
    agent.sendall(json.dumps({"token": {"app": sys.argv[1]}}).encode() + b"\n")
    answer = json.loads(agent.makefile("rb").readline())
except (OSError, ValueError) as error:
    print(f"no answer at {path}: {error}\n  hint: start the agent with `usher agent start`", file=sys.stderr)
    sys.exit(4)
if error := answer.get("error"):
    print(f"{error['message']}\n  hint: {error['hint']}", file=sys.stderr)
    sys.exit({"bad-request": 2, "not-found": 3, "login-required": 3, "locked": 5}.get(error["code"], 1))
print(answer["token"]["token"], end="")
