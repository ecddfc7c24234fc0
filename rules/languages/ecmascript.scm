; Roles of the nodes that the grammars of JavaScript (tree-sitter-javascript 0.25) and of TypeScript and TSX (tree-sitter-typescript 0.23)
; have in common; javascript.scm and typescript.scm have the rest. src/extract/host_syntax.h says what each capture means: one capture of a
; pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in javascript.json, under "nodes".

; A function that is given to a name has it.
(function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(generator_function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(variable_declarator name: (identifier) @name value: (arrow_function body: (_) @body) @function)
(variable_declarator name: (identifier) @name value: (function_expression body: (_) @body) @function)
(assignment_expression left: (identifier) @name right: (arrow_function body: (_) @body) @function)
(assignment_expression left: (identifier) @name right: (function_expression body: (_) @body) @function)
(assignment_expression left: (member_expression property: (_) @name) right: (arrow_function body: (_) @body) @function)
(assignment_expression left: (member_expression property: (_) @name) right: (function_expression body: (_) @body) @function)
(pair key: (property_identifier) @name value: (arrow_function body: (_) @body) @function)
(pair key: (property_identifier) @name value: (function_expression body: (_) @body) @function)
(function_expression name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(arrow_function parameters: (_) @parameters body: (_) @body) @lambda
(arrow_function parameter: (_) @parameters body: (_) @body) @lambda
(function_expression parameters: (_) @parameters body: (_) @body) @lambda
(generator_function parameters: (_) @parameters body: (_) @body) @lambda
(class_declaration name: (_) @name body: (_) @body) @class
(class body: (_) @body) @class
(assignment_pattern left: (_) @name) @parameter

; sql`…` is a call too: its argument is the template.
(call_expression function: (identifier) @callee arguments: (_) @arguments) @call
(call_expression function: (member_expression object: (_) @receiver property: (_) @name) @callee arguments: (_) @arguments) @call
(call_expression function: (call_expression function: (member_expression object: (_) @receiver property: (_) @name)) @callee arguments: (template_string) @arguments) @call
(call_expression function: [(call_expression) (subscript_expression) (parenthesized_expression)] @callee arguments: (_) @arguments) @call
(new_expression constructor: (identifier) @callee arguments: (_) @arguments) @call
(new_expression constructor: (member_expression object: (_) @receiver property: (_) @name) @callee arguments: (_) @arguments) @call
(member_expression object: (_) @receiver property: (_) @name) @member
(subscript_expression object: (_) @receiver index: (_) @value) @subscript
(pair key: (_) @name value: (_) @value) @pair

(for_in_statement left: (_) @variable right: (_) @iterable body: (_) @body) @for
(for_statement initializer: (lexical_declaration (variable_declarator name: (_) @variable)) condition: (_) @condition body: (_) @body) @for
(for_statement initializer: (variable_declaration (variable_declarator name: (_) @variable)) condition: (_) @condition body: (_) @body) @for
(for_statement initializer: (assignment_expression left: (_) @variable) condition: (_) @condition body: (_) @body) @for
(for_statement increment: (_) @value body: (_) @body) @for
(for_statement body: (_) @body) @for
(while_statement condition: (_) @condition body: (_) @body) @while
(do_statement body: (_) @body condition: (_) @condition) @while

(variable_declarator name: (_) @left value: (_) @right) @assignment
(assignment_expression left: (_) @left right: (_) @right) @assignment
(augmented_assignment_expression left: (_) @left operator: "+=" right: (_) @right) @append
(augmented_assignment_expression left: (_) @left operator: ["-=" "*=" "/=" "%=" "**=" "<<=" ">>=" ">>>=" "&=" "^=" "|=" "&&=" "||=" "??="]) @bind
(update_expression argument: (_) @left) @bind

(if_statement condition: (_) @condition consequence: (_) @then) @branch
(if_statement alternative: (else_clause (_) @else)) @branch
(switch_statement value: (_) @condition) @switch
(switch_case) @arm
(switch_default) @default
(try_statement body: (_) @body) @try

(ternary_expression condition: (_) consequence: (_) @then alternative: (_) @else) @conditional

(import_statement source: (string (string_fragment) @module)) @import
(import_statement (import_clause (identifier) @name) source: (string (string_fragment) @module)) @import
(import_statement (import_clause (namespace_import (identifier) @alias)) source: (string (string_fragment) @module)) @import
(import_statement (import_clause (named_imports (import_specifier !alias name: (_) @name))) source: (string (string_fragment) @module)) @import
(import_statement (import_clause (named_imports (import_specifier name: (_) @name alias: (_) @alias))) source: (string (string_fragment) @module)) @import
(export_statement source: (string (string_fragment) @module)) @import
(call_expression function: (import) arguments: (arguments . (string (string_fragment) @module))) @import
((call_expression function: (identifier) @callee arguments: (arguments . (string (string_fragment) @module))) @import (#any-of? @callee "require"))
((variable_declarator name: (identifier) @alias value: (call_expression function: (identifier) @_require arguments: (arguments . (string (string_fragment) @module)))) @import (#eq? @_require "require"))
((variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @name) value: (call_expression function: (identifier) @_require arguments: (arguments . (string (string_fragment) @module)))) @import (#eq? @_require "require"))
((variable_declarator name: (object_pattern (pair_pattern key: (_) @name value: (identifier) @alias)) value: (call_expression function: (identifier) @_require arguments: (arguments . (string (string_fragment) @module)))) @import (#eq? @_require "require"))
