; Roles of the nodes of C#'s grammar (tree-sitter-c-sharp). src/extract/host_syntax.h says what each capture means: one
; capture of a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in csharp.json, under "nodes".

(method_declaration name: (_) @name parameters: (_) @parameters body: (_)? @body) @function
(constructor_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(local_function_statement name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(property_declaration name: (_) @name accessors: (accessor_list (accessor_declaration body: (_) @body))) @function
(lambda_expression parameters: (_) @parameters body: (_) @body) @lambda
(anonymous_method_expression parameters: (_)? @parameters (block) @body) @lambda
(class_declaration name: (_) @name (base_list)? @bases body: (_) @body) @class
(record_declaration name: (_) @name (base_list)? @bases body: (_) @body) @class
(struct_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @class
(parameter name: (_) @name) @parameter

(invocation_expression function: (identifier) @callee arguments: (_) @arguments) @call
(invocation_expression function: (generic_name (identifier) @name) @callee arguments: (_) @arguments) @call
(invocation_expression function: (member_access_expression expression: _ @receiver name: (identifier) @name) @callee arguments: (_) @arguments) @call
(invocation_expression function: (member_access_expression expression: _ @receiver name: (generic_name (identifier) @name)) @callee arguments: (_) @arguments) @call
(invocation_expression function: (conditional_access_expression condition: (_) @receiver (member_binding_expression name: (identifier) @name)) @callee arguments: (_) @arguments) @call
(object_creation_expression type: (identifier) @callee arguments: (_) @arguments) @call
(object_creation_expression type: (qualified_name name: (_) @name) @callee arguments: (_) @arguments) @call
(object_creation_expression type: (generic_name) @callee arguments: (_) @arguments) @call
(variable_declaration type: (identifier) @callee (variable_declarator (implicit_object_creation_expression (argument_list) @arguments) @call))
(member_access_expression expression: _ @receiver name: (_) @name) @member
(element_access_expression expression: (_) @receiver subscript: (bracketed_argument_list . (_) @value)) @subscript
(argument name: (_) @name (_) @value .) @keyword

(foreach_statement left: (_) @variable right: (_) @iterable body: (_) @body) @for
(foreach_statement type: (_) @type) @for
(for_statement condition: (_)? @condition update: (_)? @value body: (_) @body) @for
(for_statement initializer: (variable_declaration (variable_declarator name: (_) @variable))) @for
(while_statement condition: (_) @condition body: (_) @body) @while
(do_statement body: (_) @body condition: (_) @condition) @while
(query_expression (select_clause (_) @body)) @comprehension
(from_clause name: (_) @variable "in" . (_) @iterable) @clause

(variable_declarator name: (identifier) @left "=" . (_) @right) @assignment
(property_declaration name: (_) @left "=" . value: (_) @right) @assignment
(property_declaration name: (_) @left value: (arrow_expression_clause (_) @right)) @assignment
(assignment_expression left: (_) @left operator: "=" right: (_) @right) @assignment
(assignment_expression left: (_) @left operator: "??=" right: (_) @right) @assignment
(assignment_expression left: (_) @left operator: "+=" @operator right: (_) @right) @append
(assignment_expression left: (_) @left operator: ["-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" ">>>="]) @bind
(postfix_unary_expression (identifier) @left ["++" "--"]) @bind
(postfix_unary_expression (_) @value "!") @group
(declaration_expression name: (_) @left) @bind
(catch_declaration name: (_) @left) @bind

(if_statement condition: (_) @condition consequence: (_) @then alternative: (_)? @else) @branch
(switch_statement value: (_) @condition) @switch
(switch_section "case") @arm
(switch_section "default") @default
(switch_expression . (_) @condition) @branch
(switch_expression_arm . (discard)) @default
(try_statement body: (_) @body) @try

(cast_expression value: (_) @value) @group
(as_expression left: (_) @value) @group
(array_creation_expression (initializer_expression) @value) @group
(implicit_array_creation_expression (initializer_expression) @value) @group
(object_creation_expression !arguments initializer: (_) @value) @group
(initializer_expression (initializer_expression)) @map
(initializer_expression (assignment_expression left: (element_binding_expression))) @map
(initializer_expression (initializer_expression . (_) @name . (_) @value .) @pair)
(assignment_expression left: (element_binding_expression (_) @name) right: (_) @value) @pair

(string_literal . "\"" @start)
(interpolated_string_expression (interpolation_start) . "\"" @start)
(interpolation . (interpolation_brace) . (_) @value) @interpolation
(binary_expression left: (_) @then operator: "??" right: (_) @else) @conditional
(binary_expression left: (_) @left operator: ["+" "-" "*" "/" "%" "<" "<=" ">" ">=" "==" "!="] @operator right: (_) @right) @binary
(conditional_expression consequence: (_) @then alternative: (_) @else) @conditional

(using_directive !name (qualified_name) @module) @import
(using_directive !name (identifier) @module) @import
(using_directive "static" (qualified_name qualifier: (_) @module name: (_) @name)) @import
(using_directive name: (_) @alias (qualified_name) @module) @import

; Types as declared: who a call on a name means.
(parameter type: (_) @type) @parameter
(variable_declaration type: (_) @type (variable_declarator name: (identifier) @left)) @typed
(property_declaration type: (_) @type name: (_) @left) @typed
(interface_declaration (base_list) @bases) @class
