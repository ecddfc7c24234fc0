"""GitLab. No package has its description, so this one is written down here from its documents: doc/api/discussions.md,
doc/api/notes.md and doc/api/merge_requests.md of gitlab-org/gitlab, and from lib/api/discussions.rb. What they tell in words,
and what its sources do: a position names the latest diff and a line of it exactly, by both numbers where the line is
unchanged; texts lose blanks at their end; a line of a text that begins with "/" can be a command, which is carried out."""
import hashlib
import urllib.parse

from description import Description
from server import Forge, lines_of

MOST_CHARACTERS = 1_000_000
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def record(required, **properties):
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def operation(path, query=None, body=None):
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    out = {"parameters": [{"name": name, "in": "path", "schema": TEXT} for name in names]
           + [{"name": name, "in": "query", "schema": schema} for name, schema in (query or {}).items()]}
    if body:
        out["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return out


def describe():
    request = "/projects/{id}/merge_requests/{merge_request_iid}"
    pages = {"page": {"type": "integer", "minimum": 1}, "per_page": {"type": "integer", "maximum": 100}}
    end = record(["line_code", "type"], line_code=TEXT, type={"enum": ["new", "old"]}, old_line=NUMBER, new_line=NUMBER)
    position = record(["base_sha", "head_sha", "start_sha", "new_path", "old_path", "position_type"], base_sha=TEXT, head_sha=TEXT,
                      start_sha=TEXT, new_path=TEXT, old_path=TEXT, position_type={"enum": ["text"]}, new_line=NUMBER,
                      old_line=NUMBER, line_range=record(["start", "end"], start=end, end=end))
    text = record(["body"], body={"type": "string", "maxLength": MOST_CHARACTERS})
    table = [
        ("get", "/user", None, None),
        ("get", request, None, None),
        ("get", request + "/diffs", pages | {"unidiff": {"type": "boolean"}}, None),
        ("get", request + "/notes", pages | {"sort": {"enum": ["asc", "desc"]},
                                             "order_by": {"enum": ["created_at", "updated_at"]}}, None),
        ("post", request + "/notes", None, text),
        ("put", request + "/notes/{note_id}", None, text),
        ("delete", request + "/notes/{note_id}", None, None),
        ("get", request + "/discussions", pages, None),
        ("post", request + "/discussions", None, record(["body"], body=text["properties"]["body"], position=position)),
        ("put", request + "/discussions/{discussion_id}", None, record(["resolved"], resolved={"type": "boolean"})),
        ("put", request + "/discussions/{discussion_id}/notes/{note_id}", None, text),
        ("delete", request + "/discussions/{discussion_id}/notes/{note_id}", None, None),
    ]
    paths = {}
    for method, path, query, body in table:
        paths.setdefault(path, {})[method] = operation(path, query, body)
    return {"paths": paths}


class GitLab(Forge):
    api_variable, token_header, token_prefix = "CI_API_V4_URL", "PRIVATE-TOKEN", ""

    def __init__(self, state):
        super().__init__(state)
        self.description = Description(describe())
        state.setdefault("base", "1" * 40)
        state.setdefault("start", "2" * 40)

    def may(self, method, headers):
        """Threads and notes of a public project too are for who is signed in."""
        return headers.get(self.token_header) == self.state["token"]

    def refs(self):
        return {"base_sha": self.state["base"], "start_sha": self.state["start"], "head_sha": self.state["head"]}

    def stored(self, text):
        self.state["problems"] += [f"a command: {line}" for line in text.split("\n") if line.startswith("/")]
        return text.rstrip()

    def carry_out(self, method, path, query, body):
        project = urllib.parse.quote(self.state["repository"], safe="")
        request = f"/projects/{project}/merge_requests/{self.state['number']}"
        if path == "/user":
            return 200, {}, {"id": 1, "username": self.state["login"]}
        if path == request:
            return 200, {}, {"iid": self.state["number"], "sha": self.state["head"],
                             "diff_refs": None if self.state.pop("diff_is_made", False) else self.refs()}
        if not path.startswith(request + "/"):
            return 404, {}, {"message": "404 Project Not Found"}
        rest = path[len(request) + 1 :].split("/")
        if method == "GET":
            lists = {"diffs": self.diffs, "notes": self.notes, "discussions": self.threads}
            return self.page(query, lists[rest[0]]())
        if rest == ["notes"]:
            return 201, {}, {"id": self.add("notes", body=self.stored(body["body"]))["id"]}
        if rest == ["discussions"]:
            return self.post(body)
        if len(rest) == 2 and rest[0] == "discussions":
            return self.resolve(rest[1], body["resolved"])
        status = self.change(method, "notes" if rest[0] == "notes" else "comments", rest[-1], (body or {}).get("body"))
        return status, {}, None if status == 204 else {"message": ""}

    def diffs(self):
        return [{"new_path": file["path"], "old_path": file.get("previous") or file["path"], "diff": file["patch"]}
                for file in self.state["files"]]

    def note(self, item, **more):
        return {"id": item["id"], "author": {"username": item["author"]}, "body": item["body"], "system": False} | more

    def notes(self):
        return [self.note(item) for item in self.state["notes"]]

    @staticmethod
    def thread_id(item):
        return hashlib.sha1(str(item["id"]).encode()).hexdigest()

    def threads(self):
        out = [{"id": "0" * 40, "individual_note": True, "notes": [self.note(item)]} for item in self.state["notes"]]
        for item in self.state["comments"]:
            if item.get("answers"):
                continue
            position = self.refs() | {"head_sha": "0" * 40 if item.get("outdated") else self.state["head"], "position_type": "text",
                                      "new_path": item["path"], "old_path": item["path"], "new_line": item["line"], "line_range": item.get("range")}
            closer = item.get("resolved_by")
            first = self.note(item, position=position, resolvable=True, resolved=bool(closer),
                              resolved_by={"username": closer} if closer else None)
            system = self.note(item, body="changed this line in version 2 of the diff", system=True)
            answers = [self.note(each) for each in self.state["comments"] if each.get("answers") == item["id"]]
            out.append({"id": self.thread_id(item), "individual_note": False, "notes": [first, system] + answers})
        return out

    def page(self, query, items):
        part, number, more = self.slice(query, items, "per_page", 20, 100)
        return 200, {"X-Next-Page": str(number + 1) if more else ""}, part

    def post(self, body):
        position = body["position"]
        previous = {file["path"]: file.get("previous") or file["path"] for file in self.state["files"]}
        lines = lines_of(self.patch_of(position["new_path"]))
        wanted = (position.get("old_line"), position.get("new_line"))
        found = [line for line in lines
                 if (line[1] if line[0] != "+" else None, line[2] if line[0] != "-" else None) == wanted]
        right = {key: position[key] for key in ("base_sha", "start_sha", "head_sha")} == self.refs()
        right = right and position["old_path"] == previous.get(position["new_path"])
        first = found
        if "line_range" in position:
            code = hashlib.sha1(position["new_path"].encode()).hexdigest()
            named = {f"{code}_{line[1]}_{line[2]}": line for line in lines}
            first, last = ([named[end["line_code"]]] if end["line_code"] in named
                           and end["type"] == ("new" if named[end["line_code"]][0] == "+" else "old") else []
                           for end in (position["line_range"]["start"], position["line_range"]["end"]))
            right = right and last == found
        if not right or not found or not first:
            return 400, {}, {"message": "400 Bad request - Note {:line_code=>[\"can't be blank\"]}"}
        before = found[0][0] == "-"
        number = 1 if before else 2
        item = self.add("comments", path=position["new_path"], before=before, first=first[0][number], line=found[0][number],
                        range=position.get("line_range"), body=self.stored(body["body"]))
        return 201, {}, {"id": self.thread_id(item)}

    def resolve(self, thread, resolved):
        for item in self.state["comments"]:
            if self.thread_id(item) == thread:
                item["resolved_by"] = self.state["login"] if resolved else None
                return 200, {}, {"id": thread}
        return 404, {}, {"message": "404 Discussion Not Found"}
