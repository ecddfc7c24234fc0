// What the packages of Gitea, Forgejo and Bitbucket tell of their APIs, as OpenAPI documents that the tests check requests
// against: node describe.mjs FOLDER
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { createGenerator } from "ts-json-schema-generator";

const require = createRequire(import.meta.url);
const [folder] = process.argv.slice(2);

/** JSON Schemas of named types of a declaration file, with those that they are made of. */
function schemasOf(path, names) {
  const generator = createGenerator({ path, type: "*", skipTypeCheck: true, additionalProperties: false, expose: "all" });
  return Object.assign({}, ...names.map((name) => generator.createSchema(name).definitions));
}

function bodyOf(schema, required) {
  return { required, content: { "application/json": { schema } } };
}

/** A parameter's type as a schema: parameters are plain values or one of some words. */
function plainSchema(type) {
  if (type.kind === ts.SyntaxKind.NumberKeyword) return { type: "integer" };
  const words = ts.isUnionTypeNode(type) ? type.types : [type];
  return words.every((word) => ts.isLiteralTypeNode(word) && ts.isStringLiteral(word.literal))
    ? { enum: words.map((word) => word.literal.text) } : { type: "string" };
}

/** Gitea and Forgejo: a client in TypeScript, made of their Swagger description. Each method names its request in a comment. */
function describeClient(name, wanted) {
  const path = require.resolve(name).replace(/index\.js$/, "index.d.ts");
  const paths = {}, bodies = new Set();
  const visit = (node) => {
    const tag = ts.getJSDocTags(node).find((each) => each.tagName.text === "request");
    const [method, template] = tag && ts.isPropertySignature(node) ? tag.comment.split(/:(.*)/s) : [];
    if (template && wanted.test(template)) {
      const operation = ((paths[template] ??= {})[method.toLowerCase()] = { parameters: [] });
      const add = (where) => (each) => operation.parameters.push({ name: each.name.text, in: where, schema: plainSchema(each.type) });
      for (const parameter of node.type.parameters) {
        if (parameter.name.text === "query") parameter.type.members.forEach(add("query"));
        else if (template.includes(`{${parameter.name.text}}`)) add("path")(parameter);
        else if (parameter.name.text === "body") {
          bodies.add(parameter.type.getText());
          operation.requestBody = bodyOf({ $ref: `#/definitions/${parameter.type.getText()}` }, !parameter.questionToken);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true));
  return { paths, definitions: schemasOf(path, [...bodies]) };
}

/** Bitbucket: a client that keeps each method's request beside it, made of Atlassian's Swagger description. */
function describeBitbucket() {
  const { Bitbucket } = require("bitbucket");
  const paths = {};
  for (const [name, method] of Object.entries(new Bitbucket({ notice: false }).reports)) {
    const { method: verb, url, request } = method.endpoint.DEFAULTS;
    const operation = ((paths[url] ??= {})[verb.toLowerCase()] = { parameters: [] });
    for (const [key, { required, schema }] of Object.entries(request.validate)) {
      if (key !== "_body") operation.parameters.push({ name: key, in: "path", schema: { type: "string" } });
      else if (schema) operation.requestBody = bodyOf({ $ref: `#/definitions/Schema.${schema}` }, required);
      else if (name === "bulkCreateOrUpdateAnnotations")  // the package tells only what it returns: a list of these
        operation.requestBody = bodyOf({ type: "array", items: { $ref: "#/definitions/Schema.ReportAnnotation" } }, required);
      else throw new Error(`${name}: a body of no known type`);
    }
  }
  const path = require.resolve("bitbucket").replace(/index[.a-z]*js$/, "bitbucket.d.ts");
  return { paths, definitions: schemasOf(path, ["Schema.Report", "Schema.ReportAnnotation"]) };
}

const wanted = /^\/(user|version|repos\/\{owner\}\/\{repo\}\/(pulls|issues)(\/comments\/\{id\}|\/\{index\}(\/comments|\/reviews.*|\.\{diffType\})?)?)$/;
const documents = {
  gitea: describeClient("gitea-js", wanted),
  forgejo: describeClient("forgejo-js", wanted),
  bitbucket: describeBitbucket(),
};
mkdirSync(folder, { recursive: true });
for (const [name, document] of Object.entries(documents)) writeFileSync(`${folder}/${name}.json`, JSON.stringify(document));
