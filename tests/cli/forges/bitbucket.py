"""Bitbucket Cloud's reports, by a client that is made of Atlassian's Swagger description (tests/node/describe.mjs). What that
tells in words alone: a report has at most 1,000 annotations, of which a request brings at most 100; texts are not empty and
have a longest length; what has the external_id of another takes its place.

state["report"], state["annotations"]; state["proxy"]: it is reached by the way that a pipeline has, without a token."""
from description import read
from server import Forge

ORIGIN = "http://api.bitbucket.org/2.0"
LONGEST = {"title": 450, "summary": 450, "details": 2000}


class Bitbucket(Forge):
    token_header, token_prefix = "Authorization", "Bearer "

    def __init__(self, state):
        super().__init__(state)
        self.description = read(".descriptions/bitbucket.json")
        # Its own words on a value: a number, a text, true or false.
        self.description.document["definitions"]["Schema.ReportData"]["properties"]["value"] = {"type": ["number", "string", "boolean"]}
        self.port = 29418 if state.get("proxy") else 0
        state.setdefault("report", None)
        state.setdefault("annotations", [])

    def answer(self, method, target, headers, text):
        if self.state.get("proxy") and not target.startswith(ORIGIN + "/"):
            self.state["problems"].append(f"not by the proxy: {target}")
        return super().answer(method, target.removeprefix(ORIGIN), headers, text)

    def may(self, method, headers):
        if self.state.get("proxy"):
            return headers.get(self.token_header) is None
        return headers.get(self.token_header) == self.token_prefix + self.state["token"]

    def carry_out(self, method, path, query, body):
        state = self.state
        report = f"/repositories/{state['repository']}/commit/{state['head']}/reports/explaingate"
        if not path.startswith(report):
            return 404, {}, {"error": {"message": "Resource not found"}}
        if method == "PUT":
            if self.too_long(body) or len(body.get("data", [])) > 10:
                return 400, {}, {"error": {"message": "Bad request"}}
            state["report"] = body
            return 200, {}, body
        if state["report"] is None:
            return 404, {}, {"type": "error", "error": {"message": "Report not found"}}
        if method == "DELETE":
            state["report"], state["annotations"] = None, []
            return 204, {}, None
        return self.annotate(body)

    @staticmethod
    def too_long(item):
        return any(name in item and not 0 < len(item[name]) <= most for name, most in LONGEST.items())

    def annotate(self, items):
        known = {item["external_id"]: item for item in self.state["annotations"]} | {item["external_id"]: item for item in items}
        wrong = [item for item in items if self.too_long(item) or not item.get("summary") or item["line"] < 1]
        if wrong or not 0 < len(items) <= 100 or len(known) > 1000:
            return 400, {}, {"type": "error", "error": {"message": "Bad request", "detail": str(wrong[:1])}}
        self.state["annotations"] = list(known.values())
        return 200, {}, items
