"""What all forges of the tests have in common.

State, beside what a forge adds:
  repository, number, head (the change's last commit), login and token (of whoever runs the command),
  files     [{path, previous, patch}]
  comments  on lines: [{id, author, path, before, first, line, body, outdated, answers (id), resolved_by (login)}]
  notes     in the conversation: [{id, author, body}]
  faults    [{method, path (regular expression), status, times, headers, message, answer (a text), silent (seconds), carried_out}], taken in their order
  log, problems: what was asked, and what was wrong with it
"""
import json
import re
import threading
import time
import urllib.parse


def lines_of(patch):
    """(mark, before, after) of each line of a patch; "after" of a removed line is the next line's, and so on."""
    out, before, after, left = [], 0, 0, (0, 0)
    for line in patch.split("\n"):
        header = re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
        if header:
            before, after = int(header[1]), int(header[3])
            left = (int(header[2] or 1), int(header[4] or 1))
        elif line[:1] in (" ", "+", "-") and any(left):
            out.append((line[0], before, after))
            left = (left[0] - (line[0] != "+"), left[1] - (line[0] != "-"))
            before, after = before + (line[0] != "+"), after + (line[0] != "-")
    return out


class Forge:
    api_variable = token_header = token_prefix = None  # of each forge
    description = None
    port = 0  # any

    def __init__(self, state):
        self.state = state
        self.lock = threading.Lock()
        for key in ("comments", "notes", "files", "faults"):
            state.setdefault(key, [])
        state.setdefault("next_id", 1)
        state["log"], state["problems"] = [], []

    def answer(self, method, target, headers, text):
        """(status, headers, value or None)"""
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = json.loads(text) if text else None
        with self.lock:
            self.state["log"].append(f"{method} {target}")
            problems = self.description.problems(method, url.path, query, body)
            problems += [f"{method} {target}: no {name}" for name in ("User-Agent", "Accept") if not headers.get(name)]
            if problems:
                self.state["problems"] += problems
                return 400, {}, {"message": "; ".join(problems)}
            fault = self.fault(method, url.path)
            time.sleep(fault.get("silent", 0) if fault else 0)
            if fault and not fault.get("carried_out"):
                return fault["status"], fault.get("headers", {}), fault.get("answer") or {"message": fault.get("message", "")}
            if not self.may(method, headers):
                return 401, {}, {"message": "Bad credentials"}
            status, more, value = self.carry_out(method, url.path, query, body)
            return (fault["status"], {}, {"message": ""}) if fault else (status, more, value)

    def may(self, method, headers):
        return method == "GET" or headers.get(self.token_header) == self.token_prefix + self.state["token"]

    def carry_out(self, method, path, query, body):
        raise NotImplementedError

    def fault(self, method, path):
        for fault in self.state["faults"]:
            if fault["method"] == method and re.search(fault["path"], path) and fault["times"] > 0:
                fault["times"] -= 1
                return fault
        return None

    def next_id(self):
        self.state["next_id"] += 1
        return self.state["next_id"]

    def add(self, kind, **fields):
        item = {"id": self.next_id(), "author": self.state["login"]} | fields
        self.state[kind].append(item)
        return item

    def find(self, kind, wanted):
        return next((item for item in self.state[kind] if str(item["id"]) == str(wanted)), None)

    def change(self, method, kind, wanted, body):
        """Status of an edit or a removal: of one's own alone."""
        item = self.find(kind, wanted)
        if item is None:
            return 404
        if item["author"] != self.state["login"]:
            return 403
        if method == "DELETE":
            self.state[kind].remove(item)
            return 204
        item["body"] = self.stored(body)
        return 200

    def stored(self, text):
        """A body as the forge keeps it."""
        return text

    def patch_of(self, path):
        return next((file["patch"] for file in self.state["files"] if file["path"] == path), "")

    @staticmethod
    def slice(query, items, size_name, size_default, size_most):
        """The elements of the asked page, its number, and whether there is a next one."""
        size, page = min(int(query.get(size_name, size_default)), size_most), int(query.get("page", 1))
        return items[(page - 1) * size : page * size], page, page * size < len(items)
