"""Usage: forge.py STATE COMMAND...   Runs COMMAND with GITHUB_API_URL at a GitHub of its own on the loopback interface.

STATE is a JSON file, read at the start and written at the end: pull requests, comments, and what goes wrong ("faults").
Every request is checked against GitHub's own OpenAPI description; what differs from it is listed in "problems" and answered
with 400. Rules that the description tells only in words are kept here: lines of comments lie in a hunk of the diff, all of
a review is refused where one isn't, bodies hold at most 65,536 characters, lists come in pages.
"""
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

import jsonschema

DESCRIPTION = pathlib.Path(__file__).parent.parent / "node/node_modules/@octokit/openapi/generated/api.github.com.json"
MOST_CHARACTERS = 65536


def strict(schema):
    """The same schema, in which properties that it doesn't name are wrong."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        out.setdefault("additionalProperties", False)
    return out


class Description:
    def __init__(self):
        with open(DESCRIPTION, encoding="utf-8") as file:
            self.document = json.load(file)
        self.operations = []
        for template, item in self.document["paths"].items():
            pattern = re.compile("^" + re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)) + "$")
            for method, operation in item.items():
                self.operations.append((method.upper(), pattern, operation))

    def resolve(self, item):
        while "$ref" in item:
            found = self.document
            for part in item["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            item = found
        return item

    def problems(self, method, path, query, body):
        fitting = [(p.match(path), o) for m, p, o in self.operations if m == method and p.match(path)]
        if not fitting:
            return [f"{method} {path}: no such operation"]
        match, operation = min(fitting, key=lambda each: len(each[0].groupdict()))  # /issues/comments/1 is no issue
        found, known = [], {}
        for parameter in map(self.resolve, operation.get("parameters", [])):
            known[parameter["name"]] = parameter
        for place, given in (("path", match.groupdict()), ("query", query)):
            for name, text in given.items():
                if name not in known or known[name]["in"] != place:
                    found.append(f"{method} {path}: unknown {place} parameter {name}")
                    continue
                schema = self.resolve(known[name]["schema"])
                value = int(text) if schema.get("type") == "integer" and text.isdigit() else text
                found += [f"{name}: {e.message}" for e in jsonschema.Draft4Validator(schema).iter_errors(value)]
        wanted = self.resolve(operation.get("requestBody", {}))
        if body is None:
            if wanted.get("required"):
                found.append(f"{method} {path}: has no body")
        elif "content" not in wanted:
            found.append(f"{method} {path}: takes no body")
        else:
            schema = strict(wanted["content"]["application/json"]["schema"])
            found += [f"{method} {path}: {e.message}" for e in jsonschema.Draft4Validator(schema).iter_errors(body)]
        return found


class Forge:
    def __init__(self, state):
        self.state = state
        self.lock = threading.Lock()
        self.description = Description()
        for key in ("issue_comments", "review_comments", "reviews", "files", "faults"):
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
            if fault and not fault.get("carried_out"):
                return fault["status"], fault.get("headers", {}), {"message": fault.get("message", "")}
            if headers.get("Authorization") != "Bearer " + self.state["token"] and method != "GET":
                return 401, {}, {"message": "Bad credentials"}
            status, more, value = self.carry_out(method, url.path, query, body)
            return (fault["status"], {}, {"message": ""}) if fault else (status, more, value)

    def fault(self, method, path):
        for fault in self.state["faults"]:
            if fault["method"] == method and re.search(fault["path"], path) and fault["times"] > 0:
                fault["times"] -= 1
                return fault
        return None

    def carry_out(self, method, path, query, body):
        state, pull = self.state, f"/repos/{self.state['repository']}/pulls"
        number = state["number"]
        if path == "/user":
            if "bot" in state["login"]:
                return 403, {}, {"message": "Resource not accessible by integration"}
            return 200, {}, {"login": state["login"]}
        if path == f"{pull}/{number}" and method == "GET":
            return 200, {}, self.pull()
        if path == pull:
            return 200, {}, [self.pull()] if query.get("head") == state["branch"] else []
        if method == "GET":
            lists = {f"{pull}/{number}/files": "files", f"{pull}/{number}/comments": "review_comments",
                     f"/repos/{state['repository']}/issues/{number}/comments": "issue_comments"}
            return self.page(path, query, state[lists[path]]) if path in lists else (404, {}, {"message": "Not Found"})
        if body and len(body.get("body", "")) > MOST_CHARACTERS:
            return 422, {}, {"message": "body is too long (maximum is 65536 characters)"}
        if path == f"{pull}/{number}/reviews":
            return self.review(body)
        if method == "POST" and path == f"/repos/{state['repository']}/issues/{number}/comments":
            state["issue_comments"].append(self.comment({"body": body["body"]}))
            return 201, {}, state["issue_comments"][-1]
        for kind, where in (("review_comments", pull + "/comments/"), ("issue_comments", "issues/comments/")):
            if where in path:
                return self.change(method, kind, int(path.rsplit("/", 1)[1]), body)
        return 404, {}, {"message": "Not Found"}

    def pull(self):
        return {"number": self.state["number"], "head": {"sha": self.state["head"]}}

    def page(self, path, query, items):
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        more = page * size < len(items)
        link = f'<http://elsewhere.invalid{path}?page={page + 1}>; rel="next"'
        return 200, {"Link": link} if more else {}, items[(page - 1) * size : page * size]

    def comment(self, fields):
        self.state["next_id"] += 1
        return {"id": self.state["next_id"], "user": {"login": self.state["login"]}} | fields

    def review(self, body):
        wrong = [item["path"] for item in body["comments"] if not self.in_diff(item) or len(item["body"]) > MOST_CHARACTERS]
        if wrong or body["commit_id"] != self.state["head"]:
            return 422, {}, {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}
        self.state["reviews"].append({"body": body["body"], "event": body["event"]})
        for item in body["comments"]:
            self.state["review_comments"].append(self.comment(dict(item)))
        return 200, {}, {"id": self.state["next_id"]}

    def in_diff(self, item):
        for file in self.state["files"]:
            if file["filename"] != item["path"]:
                continue
            for hunk in re.finditer(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", file.get("patch", ""), re.M):
                at = 1 if item["side"] == "LEFT" else 3
                first = int(hunk[at])
                last = first + int(hunk[at + 1] or 1) - 1
                if first <= item.get("start_line", item["line"]) and item["line"] <= last:
                    return item.get("start_line", 0) < item["line"]
        return False

    def change(self, method, kind, wanted, body):
        for at, item in enumerate(self.state[kind]):
            if item["id"] == wanted:
                if item["user"]["login"] != self.state["login"]:
                    return 403, {}, {"message": "not yours"}
                if method == "DELETE":
                    del self.state[kind][at]
                    return 204, {}, None
                item["body"] = body["body"]
                return 200, {}, item
        return 404, {}, {"message": "Not Found"}


def handler(forge):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, value = forge.answer(self.command, self.path, self.headers, text)
            answer = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            for name, content in headers.items():
                self.send_header(name, content)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

        def log_message(self, *_):
            pass

    return Handler


def main():
    path, command = sys.argv[1], sys.argv[2:]
    if not DESCRIPTION.exists():
        sys.exit(f"{DESCRIPTION} is not there: run ci/setup test")
    with open(path, encoding="utf-8") as file:
        forge = Forge(json.load(file))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(forge))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {"GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}"}
    code = subprocess.run(command, env=environment, check=False).returncode
    server.shutdown()
    with open(path, "w", encoding="utf-8") as file:
        json.dump(forge.state, file)
    sys.exit(code)


main()
