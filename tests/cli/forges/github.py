"""GitHub, by its own OpenAPI description. What that tells only in words is kept here: lines of comments lie in a hunk of the
diff, all of a review is refused where one isn't, bodies hold at most 65,536 characters, lists come in pages."""
import re

from description import read
from server import Forge

MOST_CHARACTERS = 65536


class GitHub(Forge):
    api_variable, token_header, token_prefix = "GITHUB_API_URL", "Authorization", "Bearer "

    def __init__(self, state):
        super().__init__(state)
        self.description = read("@octokit/openapi/generated/api.github.com.json")
        state.setdefault("reviews", [])
        state.setdefault("check_runs", [])

    def carry_out(self, method, path, query, body):
        state, repository = self.state, f"/repos/{self.state['repository']}"
        pull, issue = f"{repository}/pulls/{state['number']}", f"{repository}/issues/{state['number']}"
        if path == "/user":
            if "bot" in state["login"]:
                return 403, {}, {"message": "Resource not accessible by integration"}
            return 200, {}, {"login": state["login"]}
        if path == pull and method == "GET":
            return 200, {}, self.pull()
        if path == f"{repository}/pulls":
            return 200, {}, [self.pull()] if query.get("head") == state["branch"] else []
        if method == "GET":
            lists = {f"{pull}/files": self.files, f"{pull}/comments": self.comments, f"{issue}/comments": self.notes}
            if path == f"{repository}/commits/{state['head']}/check-runs":
                return 200, {}, self.check_runs(query)
            return self.page(path, query, lists[path]()) if path in lists else (404, {}, {"message": "Not Found"})
        if body and len(body.get("body", "")) > MOST_CHARACTERS:
            return 422, {}, {"message": "body is too long (maximum is 65536 characters)"}
        if path == f"{pull}/reviews":
            return self.review(body)
        if path.startswith(f"{repository}/check-runs"):
            return self.check_run(method, path.rsplit("/", 1)[1], body)
        if method == "POST" and path == f"{issue}/comments":
            return 201, {}, {"id": self.add("notes", body=body["body"])["id"]}
        kind = "comments" if path.startswith(f"{repository}/pulls/comments/") else "notes"
        status = self.change(method, kind, path.rsplit("/", 1)[1], (body or {}).get("body"))
        return status, {}, None if status == 204 else {"message": ""}

    def pull(self):
        owner, name = self.state["branch"].split(":")
        head = {"sha": self.state["head"], "ref": name, "repo": {"owner": {"login": owner}}}
        return {"number": self.state["number"], "head": head}

    def files(self):
        return [{"filename": file["path"], "patch": file["patch"]}
                | ({"previous_filename": file["previous"]} if file.get("previous") else {}) for file in self.state["files"]]

    def comments(self):
        return [{"id": item["id"], "user": {"login": item["author"]}, "body": item["body"], "path": item["path"],
                 "line": None if item.get("outdated") else item["line"], "side": "LEFT" if item["before"] else "RIGHT",
                 "start_line": item["first"] if item["first"] < item["line"] and not item.get("outdated") else None, "in_reply_to_id": item.get("answers")}
                for item in self.state["comments"]]

    def notes(self):
        return [{"id": item["id"], "user": {"login": item["author"]}, "body": item["body"]} for item in self.state["notes"]]

    def page(self, path, query, items):
        part, number, more = self.slice(query, items, "per_page", 30, 100)
        link = f'<http://elsewhere.invalid{path}?page={number + 1}>; rel="next"'
        return 200, {"Link": link} if more else {}, part

    def review(self, body):
        wrong = [item["path"] for item in body["comments"] if not self.in_diff(item) or len(item["body"]) > MOST_CHARACTERS]
        if wrong or body["commit_id"] != self.state["head"]:
            return 422, {}, {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}
        self.state["reviews"].append({"body": body["body"], "event": body["event"]})
        for item in body["comments"]:
            self.add("comments", path=item["path"], before=item["side"] == "LEFT", line=item["line"],
                     first=item.get("start_line", item["line"]), body=item["body"])
        return 200, {}, {"id": self.next_id()}

    def check_runs(self, query):
        """The latest of the name in each suite: programs have one, jobs of a workflow another."""
        latest = {item["external_id"].startswith("explaingate:"): item for item in self.state["check_runs"]
                  if item["name"] == query["check_name"]}
        found = [item | {"output": item["output"] | {"annotations_count": len(item["output"].get("annotations", []))}}
                 for item in latest.values()]
        return {"total_count": len(found), "check_runs": found}

    def check_run(self, method, wanted, body):
        if method == "POST":
            if body["head_sha"] != self.state["head"]:
                return 422, {}, {"message": f"No commit found for SHA: {body['head_sha']}"}
            self.state["check_runs"].append(body | {"id": self.next_id()})
            return 201, {}, self.state["check_runs"][-1]
        item = self.find("check_runs", wanted)
        if item is None:
            return 404, {}, {"message": "Not Found"}
        there = item["output"].get("annotations", [])
        item.update(body)  # of the annotations none is taken back
        item["output"]["annotations"] = there + body["output"].get("annotations", [])
        return 200, {}, item

    def in_diff(self, item):
        for hunk in re.finditer(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", self.patch_of(item["path"]), re.M):
            at = 1 if item["side"] == "LEFT" else 3
            first = int(hunk[at])
            last = first + int(hunk[at + 1] or 1) - 1
            if first <= item.get("start_line", item["line"]) and item["line"] <= last:
                return item.get("start_line", 0) < item["line"]
        return False
