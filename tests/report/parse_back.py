"""Usage: parse_back.py FORMAT FILE [SCHEMA]

Reads a report with a parser of its format and prints a JSON list of what it says: "path", "line" and "text" of each finding.
What its schema complains of comes before, a line each.
"""
import json
import re
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree


def of_sarif(text, schema):
    import jsonschema

    document = json.loads(text)
    for error in jsonschema.Draft4Validator(json.load(open(schema, encoding="utf-8"))).iter_errors(document):
        print(f"{error.path}: {error.message}")
    for result in document["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert document["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        yield urllib.parse.unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"], result["message"]["text"]


def of_gitlab(text, _):
    for each in json.loads(text):
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker") and each["fingerprint"]
        assert isinstance(each["check_name"], str)
        yield each["location"]["path"], each["location"]["lines"]["begin"], each["description"]


def of_rdjson(text, _):
    for each in json.loads(text)["diagnostics"]:
        assert each["severity"] in ("ERROR", "WARNING", "INFO")
        yield each["location"]["path"], each["location"]["range"]["start"]["line"], each["message"]


def of_jsonl(text, _):
    for line in text.splitlines():
        each = json.loads(line)
        if each["type"] == "finding":
            yield each["path"], each["line"], each["message"]


def of_junit(text, _):
    suite = xml.etree.ElementTree.fromstring(text).find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    for case in cases:
        for failure in case.findall("failure"):
            yield case.get("classname"), int(re.search(r"line (\d+)\)$", case.get("name")).group(1)), failure.text


def of_github(text, _):
    """As the runner reads it: a command has a line of its own, its properties and its data are decoded apart."""

    def decoded(value, codes):
        for code, character in codes:
            value = value.replace(code, character)
        return value

    data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
    for line in re.split(r"\r\n|\r|\n", text):
        command = re.match(r"::(\w[\w-]*)(?: ([^:]*))?::(.*)$", line)
        if not command:
            assert not line.lstrip().startswith("::") and "##[" not in line, line
            continue
        assert command.group(1) in ("error", "warning", "notice"), line
        properties = dict(part.split("=", 1) for part in command.group(2).split(","))
        path = decoded(properties["file"], [("%3A", ":"), ("%2C", ","), *data])
        yield path, int(properties["line"]), decoded(command.group(3), data)


def of_markdown(text, _):
    """By cmark: the text between the place of a finding and the next; nothing may have become mark-up of another kind."""
    tree = subprocess.run(["cmark", "--to", "xml"], input=text, capture_output=True, text=True, check=True).stdout
    space = "{http://commonmark.org/xml/1.0}"
    allowed = {"details", "summary"}
    place, said = None, ""
    for block in xml.etree.ElementTree.fromstring(re.sub("<!DOCTYPE[^>]*>", "", tree)):
        kind = block.tag.removeprefix(space)
        assert kind in ("heading", "paragraph", "code_block", "html_block", "list"), kind
        if kind == "html_block":
            tags = set(re.findall(r"</?([a-zA-Z][\w-]*)", block.text))
            assert tags <= allowed, tags
        parts = [(part.tag.removeprefix(space), part.text or "") for part in block.iter() if part is not block]
        assert not {"link", "image", "html_inline"} & {part for part, _ in parts}, parts
        if kind == "paragraph" and parts and parts[0][0] == "strong":
            place, said = next(value for part, value in parts if part == "code"), ""
        elif kind == "paragraph" and place and not said:
            said = "".join(value if part in ("text", "code") else " " for part, value in parts)
            path, line = place.rsplit(":", 1)
            assert "@e" not in said, "nobody is called"
            yield path, int(line), said.replace("\u200b", "")


name, file, *schema = sys.argv[1:]
with open(file, encoding="utf-8", newline="") as report:
    found = globals()["of_" + name](report.read(), schema[0] if schema else None)
    for path, line, text in found:
        print(json.dumps([path, line, text], ensure_ascii=False))
