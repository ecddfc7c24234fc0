"""Requests against an OpenAPI description: the operation is there, parameters and body are of the kind that it names, and no
others."""
import json
import pathlib
import re
import sys

import jsonschema

NODE_MODULES = pathlib.Path(__file__).parents[2] / "node/node_modules"


def read(path):
    """A description that a package of tests/node has, or that tests/node/describe.mjs made of one."""
    if not (NODE_MODULES / path).exists():
        sys.exit(f"{NODE_MODULES / path} is not there: run ci/setup test")
    return Description(json.loads((NODE_MODULES / path).read_text(encoding="utf-8")))


def strict(schema):
    """The same schema, in which properties that it doesn't name are wrong."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = isinstance(schema.get("properties"), dict)
    # What stands beside properties as an alternative names some of the same ones again.
    out = {key: value if named and key in ("anyOf", "oneOf") else strict(value) for key, value in schema.items()}
    if named:
        out["additionalProperties"] = False
    return out


class Description:
    def __init__(self, document):
        self.document = document

    def resolve(self, item):
        while "$ref" in item:
            found = self.document
            for part in item["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            item = found
        return item

    @staticmethod
    def match(template, path):
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        return re.fullmatch(pattern, path)

    def problems(self, method, path, query, body):
        fitting = [(template, self.match(template, path)) for template in self.document["paths"]
                   if template.count("/") == path.count("/") and method.lower() in self.document["paths"][template]]
        fitting = [(template, match) for template, match in fitting if match]
        if not fitting:
            return [f"{method} {path}: no such operation"]
        # The one with most of it spelt out: /issues/comments/1 is no issue, and /pulls/1.diff no pull request.
        template, match = max(fitting, key=lambda each: len(re.sub(r"\{\w+\}", "", each[0])))
        operation = self.document["paths"][template][method.lower()]
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
            schema |= {"definitions": strict(self.document.get("definitions", {}))}
            found += [f"{method} {path}: {e.message}" for e in jsonschema.Draft4Validator(schema).iter_errors(body)]
        return found
