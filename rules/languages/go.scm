; Roles of the nodes of Go's grammar (tree-sitter-go 0.25). src/extract/host_syntax.h says what each capture means: one capture of a
; pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in go.json, under "nodes".

(function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration receiver: (parameter_list (parameter_declaration type: (type_identifier) @receiver))) @function
(method_declaration receiver: (parameter_list (parameter_declaration type: (pointer_type (type_identifier) @receiver)))) @function
(method_declaration receiver: (parameter_list (parameter_declaration type: (generic_type type: (_) @receiver)))) @function
(method_declaration receiver: (parameter_list (parameter_declaration type: (pointer_type (generic_type type: (_) @receiver))))) @function
; A function that is given to a name has it: load := func(id int) error { … }
(short_var_declaration left: (expression_list . (identifier) @name .) right: (expression_list . (func_literal parameters: (_) @parameters body: (_) @body) @function .))
(assignment_statement left: (expression_list . (identifier) @name .) right: (expression_list . (func_literal parameters: (_) @parameters body: (_) @body) @function .))
(func_literal parameters: (_) @parameters body: (_) @body) @lambda
(parameter_declaration name: (identifier) @parameter)
(variadic_parameter_declaration name: (identifier) @parameter)

(call_expression function: (identifier) @callee arguments: (_) @arguments) @call
(call_expression function: (selector_expression operand: (_) @receiver field: (_) @name) @callee arguments: (_) @arguments) @call
(call_expression function: [(call_expression) (index_expression) (parenthesized_expression) (func_literal) (type_instantiation_expression)] @callee arguments: (_) @arguments) @call
(selector_expression operand: (_) @receiver field: (_) @name) @member
(index_expression operand: (_) @receiver index: (_) @value) @subscript
(slice_expression operand: (_) @value) @group
(unary_expression operator: "&" operand: (_) @value) @group
(composite_literal body: (_) @value) @group
(composite_literal type: (map_type) body: (literal_value) @map)
(keyed_element key: (literal_element (_) @name) value: (literal_element (_) @value)) @pair

(for_statement (range_clause right: (_) @iterable) body: (_) @body) @for
(for_statement (range_clause left: (_) @variable)) @for
(for_statement (for_clause condition: (_) @condition) body: (_) @body) @for
(for_statement (for_clause initializer: (_) @variable)) @for
(for_statement (for_clause update: (_) @value)) @for
(for_statement . "for" . (_expression) @condition . body: (_) @body) @while
(for_statement . "for" . body: (_) @body) @while

; One name and one value; several names and one call; several of both.
(short_var_declaration left: (expression_list . (_) @left .) right: (expression_list . (_) @right .)) @assignment
(short_var_declaration left: (expression_list (_) . (_)) @left right: (expression_list . (_) @right .)) @assignment
(short_var_declaration left: (expression_list (_) . (_)) @left right: (expression_list (_) . (_)) @right) @assignment
(assignment_statement left: (expression_list . (_) @left .) operator: "=" right: (expression_list . (_) @right .)) @assignment
(assignment_statement left: (expression_list (_) . (_)) @left operator: "=" right: (expression_list . (_) @right .)) @assignment
(assignment_statement left: (expression_list (_) . (_)) @left operator: "=" right: (expression_list (_) . (_)) @right) @assignment
(assignment_statement left: (expression_list . (_) @left .) operator: "+=" right: (expression_list . (_) @right .)) @append
(const_spec name: (identifier) @left value: (expression_list . (_) @right .)) @assignment
(var_spec name: (identifier) @left value: (expression_list . (_) @right .)) @assignment
(var_spec name: (identifier) @left type: (_) @right !value) @assignment

(if_statement condition: (_) @condition consequence: (_) @then) @branch
(if_statement alternative: (_) @else) @branch
(expression_switch_statement) @switch
(expression_switch_statement value: (_) @condition) @switch
(type_switch_statement) @switch
(select_statement) @switch

(import_spec path: (interpreted_string_literal (_) @module)) @import
(import_spec name: (_) @alias path: (interpreted_string_literal (_) @module)) @import

; Types as declared: who a call on a name means.
(parameter_declaration name: (identifier) @left type: (_) @type) @typed
(var_spec name: (identifier) @left type: (_) @type) @typed
(field_declaration name: (_) @left type: (_) @type) @typed
(type_spec name: (_) @name type: [(struct_type) (interface_type)]) @record
(type_spec type: (struct_type (field_declaration_list (field_declaration !name type: (_) @bases)))) @record
(method_elem name: (_) @name) @function
