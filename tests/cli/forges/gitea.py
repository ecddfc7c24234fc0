"""Gitea, and Forgejo, by the clients that are made of their Swagger descriptions (tests/node/describe.mjs). What those tell
only in words, or their sources do (routers/api/v1/repo/pull_review.go, issue_comment.go): comments of a review are stored one
by one in a draft, which is submitted last; no comment says that it is outdated; deleting a comment of a review by the way of
issues changes nothing and is answered with 204; comments of an issue come in one page, reviews in pages that are counted in
a header and named in none."""
from description import read
from server import Forge, lines_of


class Gitea(Forge):
    api_variable, token_header, token_prefix = "GITHUB_API_URL", "Authorization", "token "
    version, job_login = "1.23.4", "gitea-actions"

    def __init__(self, state):
        super().__init__(state)
        self.description = read(f".descriptions/{state['forge']}.json")
        state.setdefault("reviews", [])

    def carry_out(self, method, path, query, body):
        state, repository = self.state, f"/repos/{self.state['repository']}"
        pull, issue = f"{repository}/pulls/{state['number']}", f"{repository}/issues/{state['number']}"
        if path == "/version":
            return 200, {}, {"version": self.version}
        if path == "/user":
            return (403, {}, {"message": ""}) if state["login"] == self.job_login else (200, {}, {"login": state["login"]})
        if path == pull:
            return 200, {}, self.pull(state["number"], state["branch"])
        if path == f"{repository}/pulls":
            return 200, {"X-Total-Count": "2"}, [self.pull(6, "victim:topic"), self.pull(state["number"], state["branch"])]
        if path == f"{pull}.diff":
            return 200, {}, self.diff()
        if path == f"{issue}/comments":
            if method == "GET":
                return 200, {}, [self.note(item) for item in state["notes"]]
            return 201, {}, {"id": self.add("notes", body=body["body"])["id"]}
        if path.startswith(f"{repository}/issues/comments/"):
            return self.comment(method, path.rsplit("/", 1)[1], body)
        if path == f"{pull}/reviews":
            return self.post(body) if method == "POST" else self.reviews(query)
        if path.startswith(f"{pull}/reviews/"):
            return self.review(method, path[len(pull) + 9 :].split("/"))
        return 404, {}, {"message": "The target couldn't be found."}

    def pull(self, number, branch):
        """All pull requests are at the same commit."""
        owner, name = branch.split(":")
        return {"number": number, "head": {"sha": self.state["head"], "ref": name, "repo": {"owner": {"login": owner}}}}

    def diff(self):
        out = ""
        for file in self.state["files"]:
            old = file.get("previous") or file["path"]
            out += f"diff --git a/{old} b/{file['path']}\n"
            out += f"similarity index 90%\nrename from {old}\nrename to {file['path']}\n" if file.get("previous") else ""
            out += f"index 1111111..2222222 100644\n--- a/{old}\n+++ b/{file['path']}\n{file['patch']}"
        return out

    @staticmethod
    def note(item, **more):
        return {"id": item["id"], "user": {"login": item["author"]}, "body": item["body"]} | more

    def comment(self, method, wanted, body):
        if method == "DELETE" and self.find("comments", wanted):
            return 204, {}, None
        kind = "notes" if self.find("notes", wanted) else "comments"
        status = self.change(method, kind, wanted, (body or {}).get("body"))
        return status, {}, None if status == 204 else {"message": ""}

    def reviews(self, query):
        shown = [review for review in self.state["reviews"] if review["state"] != "PENDING" or review["author"] == self.state["login"]]
        part, _, _ = self.slice(query, shown, "limit", 30, 50)
        total = {"X-Total-Count": str(len(self.state["reviews"]))}
        return 200, total, [{"id": review["id"], "user": {"login": review["author"]}, "state": review["state"],
                             "comments_count": len(self.of_review(review["id"]))} for review in part]

    def of_review(self, review):
        return [item for item in self.state["comments"] if str(self.review_of(item)) == str(review)]

    def review_of(self, item):
        """An answer belongs to the review that it answers."""
        return item["review"] if "review" in item else self.find("comments", item["answers"])["review"]

    def review(self, method, rest):
        review = self.find("reviews", rest[0])
        if review is None:
            return 404, {}, {"message": ""}
        if len(rest) == 1:
            self.state["reviews"].remove(review)
            self.state["comments"] = [item for item in self.state["comments"] if self.review_of(item) != review["id"]]
            return 204, {}, None
        if len(rest) == 2:
            return 200, {}, [self.note(item, path=item["path"], position=0 if item["before"] else item["line"],
                                       original_position=item["line"] if item["before"] else 0)
                             for item in self.of_review(rest[0])]
        return self.change(method, "comments", rest[2], None), {}, None

    def post(self, body):
        draft = next((each for each in self.state["reviews"] if each["state"] == "PENDING" and each["author"] == self.state["login"]),
                     None) or self.add("reviews", state="PENDING")
        for item in body["comments"]:
            before = item["old_position"] > 0
            line = item["old_position"] if before else item["new_position"]
            side = (1, "+") if before else (2, "-")
            if not any(each[side[0]] == line and each[0] != side[1] for each in lines_of(self.patch_of(item["path"]))):
                return 500, {}, {"message": ""}
            self.add("comments", path=item["path"], before=before, first=line, line=line, body=item["body"], review=draft["id"])
            if self.state.pop("breaks_off", False):
                return 500, {}, {"message": ""}
        if body["event"] != "COMMENT" or not (body["body"].strip() or body["comments"]):
            return 422, {}, {"message": "review event COMMENT requires a body or a comment"}
        draft |= {"state": "COMMENT", "body": body["body"]}
        return 200, {}, {"id": draft["id"]}


class Forgejo(Gitea):
    version, job_login = "11.0.1+gitea-1.22.0", "forgejo-actions"
