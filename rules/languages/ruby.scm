; Roles of the nodes of Ruby's grammar (tree-sitter-ruby 0.23). src/extract/host_syntax.h says what each capture means: one
; capture of a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in ruby.json, under "nodes".

; Of several patterns on one node the first decides.
((call !receiver method: (identifier) @_name arguments: (_)? @arguments) @return (#any-of? @_name "raise" "fail"))
(call !receiver method: (identifier) @_name arguments: (argument_list (string (string_content) @module))
  (#any-of? @_name "require" "require_relative")) @import
; Sequel's DB["SELECT …"]: a call whose first argument is the object itself.
((element_reference object: (constant) @callee (string)) @call @arguments (#any-of? @callee "DB"))
((element_reference object: (constant) @callee (heredoc_beginning)) @call @arguments (#any-of? @callee "DB"))

(method name: (_) @name parameters: (_)? @parameters body: (_)? @body) @function
(singleton_method name: (_) @name parameters: (_)? @parameters body: (_)? @body) @function
; loop do … end: its block is the loop.
((call !receiver method: (identifier) @_name block: (do_block body: (_) @body) @while) (#eq? @_name "loop"))
((call !receiver method: (identifier) @_name block: (block body: (_) @body) @while) (#eq? @_name "loop"))
((call receiver: (constant) @_module method: (identifier) @_name block: (do_block body: (_) @body) @while) (#eq? @_module "Kernel") (#eq? @_name "loop"))
((call receiver: (constant) @_module method: (identifier) @_name block: (block body: (_) @body) @while) (#eq? @_module "Kernel") (#eq? @_name "loop"))
(block parameters: (_)? @parameters body: (_)? @body) @lambda
(do_block parameters: (_)? @parameters body: (_)? @body) @lambda
(class name: (_) @name superclass: (_)? @bases body: (_)? @body) @class
(module name: (_) @name body: (_)? @body) @class
(optional_parameter name: (_) @name) @parameter
(keyword_parameter name: (_) @name) @parameter
(splat_parameter name: (_) @name) @parameter
(hash_splat_parameter name: (_) @name) @parameter
(block_parameter name: (_) @name) @parameter

(call !receiver method: (_) @callee arguments: (_)? @arguments) @call
(call receiver: (_) @receiver method: (_) @name arguments: (_)? @arguments) @call
(scope_resolution scope: (_) @receiver name: (_) @name) @member
(element_reference object: (_) @receiver . (_) @value) @subscript
(argument_list (pair key: (_) @name value: (_) @value) @keyword)
(hash (pair key: (_) @name value: (_) @value) @pair)

(for pattern: (_) @variable value: (in (_) @iterable) body: (_) @body) @for
(while condition: (_) @condition body: (_) @body) @while
(until condition: (_) @condition body: (_) @body) @while
(while_modifier body: (_) @body condition: (_) @condition) @while
(until_modifier body: (_) @body condition: (_) @condition) @while

(assignment left: (_) @left right: (_) @right) @assignment
(operator_assignment left: (_) @left operator: "+=" @operator right: (_) @right) @append
(operator_assignment left: (_) @left operator: ["||=" "&&="] right: (_) @right) @assignment
(operator_assignment left: (_) @left operator: ["-=" "*=" "/=" "%=" "**=" "|=" "&=" "^=" "<<=" ">>="]) @bind
(binary left: (_) @left operator: "<<" @operator right: (_) @right) @append
(exception_variable (_) @left) @bind

(if condition: (_) @condition consequence: (_)? @then alternative: (_)? @else) @branch
(elsif condition: (_) @condition consequence: (_)? @then alternative: (_)? @else) @branch
(unless condition: (_) @condition consequence: (_)? @then alternative: (_)? @else) @branch
(if_modifier body: (_) @then condition: (_) @condition) @branch
(unless_modifier body: (_) @then condition: (_) @condition) @branch
(case value: (_)? @condition) @branch
(case (when) @arm)
(case (else) @default)
(case_match value: (_) @condition) @branch
(in_clause) @arm
(case_match (else) @default)
(begin (rescue)) @try
(body_statement (rescue)) @try
(conditional consequence: (_) @then alternative: (_) @else) @conditional
