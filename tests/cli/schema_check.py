"""Usage: schema_check.py (SCHEMA INSTANCE)...   Prints what is wrong with each instance; comments are allowed in them."""
import json
import sys

import jsonschema


def without_comments(text):
    """Strips // and /* */ outside strings."""
    out, at = [], 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            out.append(text[at : end + 1])
            at = end + 1
        elif text.startswith("//", at):
            at = (text.find("\n", at) + len(text) + 1) % (len(text) + 1)
        elif text.startswith("/*", at):
            at = text.index("*/", at) + 2
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def main(paths):
    for schema_path, instance_path in zip(paths[::2], paths[1::2]):
        with open(schema_path, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        with open(instance_path, encoding="utf-8") as file:
            instance = json.loads(without_comments(file.read()))
        for error in jsonschema.Draft202012Validator(schema).iter_errors(instance):
            print(f"{instance_path}: {error.json_path}: {error.message}")


main(sys.argv[1:])
