; Roles of the nodes of Rust's grammar (tree-sitter-rust 0.24). src/extract/host_syntax.h says what each capture means: one capture of
; a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in rust.json, under "nodes". Macros are read
; as calls ("macro_mark" there), so that query!("…", x) has arguments.

(function_item name: (_) @name parameters: (_) @parameters body: (_) @body) @function
; A function that is given to a name has it: let load = |id| …;
(let_declaration pattern: (identifier) @name value: (closure_expression parameters: (_) @parameters body: (_) @body) @function)
(closure_expression parameters: (_) @parameters body: (_) @body) @lambda
(impl_item type: [(type_identifier) (scoped_type_identifier)] @name body: (_) @body) @class
(impl_item type: (generic_type type: (_) @name) body: (_) @body) @class
(trait_item name: (_) @name body: (_) @body) @class
(mod_item name: (_) @name body: (_) @body) @namespace
(parameter pattern: (identifier) @name) @parameter
(parameter pattern: (mut_pattern (identifier) @name)) @parameter

(call_expression function: (identifier) @callee arguments: (_) @arguments) @call
(call_expression function: (scoped_identifier name: (_) @name) @callee arguments: (_) @arguments) @call
(call_expression function: (field_expression value: (_) @receiver field: (_) @name) @callee arguments: (_) @arguments) @call
(call_expression function: (generic_function function: (identifier) @name) @callee arguments: (_) @arguments) @call
(call_expression function: (generic_function function: (scoped_identifier name: (_) @name) @callee) arguments: (_) @arguments) @call
(call_expression function: (generic_function function: (field_expression value: (_) @receiver field: (_) @name) @callee) arguments: (_) @arguments) @call
(call_expression function: [(call_expression) (parenthesized_expression) (closure_expression)] @callee arguments: (_) @arguments) @call
(arguments (assignment_expression left: (_) @name right: (_) @value) @keyword)
(field_expression value: (_) @receiver field: (_) @name) @member
(scoped_identifier path: (_) @receiver name: (_) @name) @member
(reference_expression value: (_) @value) @group
(index_expression . (_) @receiver . (_) @value) @subscript
(field_initializer field: (_) @name value: (_) @value) @pair

(for_expression pattern: _ @variable value: (_) @iterable body: (_) @body) @for
(while_expression condition: (_) @condition body: (_) @body) @while
(loop_expression body: (_) @body) @while

(let_declaration pattern: (_) @left value: (_) @right) @assignment
(const_item name: (_) @left value: (_) @right) @assignment
(static_item name: (_) @left value: (_) @right) @assignment
(expression_statement (assignment_expression left: (_) @left right: (_) @right) @assignment)
(block (assignment_expression left: (_) @left right: (_) @right) @assignment)
(match_arm value: (assignment_expression left: (_) @left right: (_) @right) @assignment)
(compound_assignment_expr left: (_) @left operator: "+=" right: (_) @right) @append
(let_condition pattern: (_) @left value: (_) @right) @bind

(if_expression condition: (_) @condition consequence: (_) @then) @branch
(match_expression value: (_) @condition) @branch
(match_arm value: (_) @value) @arm

(use_declaration argument: (_) @module) @import
(use_declaration argument: (scoped_identifier path: (_) @module name: (_) @name)) @import
(use_declaration argument: (use_as_clause path: (scoped_identifier path: (_) @module name: (_) @name) alias: (_) @alias)) @import
(use_declaration argument: (scoped_use_list path: (_) @module list: (use_list (identifier) @name))) @import
(use_declaration argument: (scoped_use_list path: (_) @module list: (use_list (use_as_clause path: (identifier) @name alias: (_) @alias)))) @import
(extern_crate_declaration name: (_) @module) @import

; What a release has not: #[cfg(test)], #[cfg(all(test, …))], #[cfg(debug_assertions)], #[test], #[tokio::test].
((attribute_item (attribute (identifier) @_name arguments: (token_tree . (identifier) @_value))) @test (#eq? @_name "cfg") (#any-of? @_value "test" "debug_assertions"))
((attribute_item (attribute (identifier) @_name arguments: (token_tree . (identifier) @_all . (token_tree (identifier) @_value)))) @test (#eq? @_name "cfg") (#eq? @_all "all") (#any-of? @_value "test" "debug_assertions"))
((attribute_item (attribute (identifier) @_name)) @test (#any-of? @_name "test" "bench" "rstest"))
((attribute_item (attribute (scoped_identifier name: (_) @_name))) @test (#eq? @_name "test"))

; Types as declared: who a call on a name means.
(parameter type: (_) @type) @parameter
(let_declaration pattern: (identifier) @left type: (_) @type) @typed
(field_declaration name: (_) @left type: (_) @type) @typed
(struct_item name: (_) @name) @record
(impl_item trait: (_) @implements) @class
