; Roles of the nodes of Python's grammar (tree-sitter-python 0.25). src/extract/host_syntax.h says what each capture means: one
; capture of a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in python.json, under "nodes".

(function_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(lambda parameters: (_)? @parameters body: (_) @body) @lambda
(class_definition name: (_) @name superclasses: (_)? @bases body: (_) @body) @class
(default_parameter name: (_) @name) @parameter
(typed_default_parameter name: (_) @name) @parameter
(typed_parameter . (_) @name) @parameter

(call function: (identifier) @callee arguments: (_) @arguments) @call
(call function: (attribute object: (_) @receiver attribute: (_) @name) @callee arguments: (_) @arguments) @call
(call function: [(call) (subscript) (parenthesized_expression)] @callee arguments: (_) @arguments) @call
(attribute object: (_) @receiver attribute: (_) @name) @member
(subscript value: (_) @receiver subscript: (_) @value) @subscript
(keyword_argument name: (_) @name value: (_) @value) @keyword
(pair key: (_) @name value: (_) @value) @pair

(for_statement left: (_) @variable right: (_) @iterable body: (_) @body) @for
(while_statement condition: (_) @condition body: (_) @body) @while
(list_comprehension body: (_) @body) @comprehension
(set_comprehension body: (_) @body) @comprehension
(dictionary_comprehension body: (_) @body) @comprehension
(generator_expression body: (_) @body) @comprehension
(for_in_clause left: (_) @variable right: (_) @iterable) @clause

(assignment left: (_) @left right: (_) @right) @assignment
(named_expression name: (_) @left value: (_) @right) @assignment
(augmented_assignment left: (_) @left operator: "+=" right: (_) @right) @append
(augmented_assignment left: (_) @left operator: ["-=" "*=" "/=" "@=" "//=" "%=" "**=" ">>=" "<<=" "&=" "^=" "|="]) @bind
(as_pattern alias: (as_pattern_target) @left) @bind

(if_statement condition: (_) @condition) @branch
(if_statement consequence: (_) @arm)
(elif_clause) @arm
(if_statement alternative: (else_clause) @default)
(match_statement subject: (_) @condition) @branch
(case_clause) @arm
(try_statement body: (_) @body) @try

(with_item value: (as_pattern . (_) @value)) @with
(with_item value: (_) @value) @with
(return_statement (_) @value) @return

(interpolation expression: (_) @value) @interpolation
(conditional_expression . (_) @then . (_) . (_) @else .) @conditional

(import_statement name: (dotted_name) @module) @import
(import_statement name: (aliased_import name: (_) @module alias: (_) @alias)) @import
(import_from_statement module_name: (_) @module name: (dotted_name) @name) @import
(import_from_statement module_name: (_) @module name: (aliased_import name: (_) @name alias: (_) @alias)) @import
(import_from_statement module_name: (_) @module (wildcard_import)) @import

; Types as declared: who a call on a name means.
(typed_parameter type: (_) @type) @parameter
(typed_default_parameter type: (_) @type) @parameter
(assignment left: (_) @left type: (_) @type) @typed
