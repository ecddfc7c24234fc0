; Roles of the nodes of PHP's grammar (tree-sitter-php 0.24). src/extract/host_syntax.h says what each capture means: one
; capture of a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in php.json, under "nodes".

(function_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(anonymous_function parameters: (_) @parameters body: (_) @body) @lambda
(arrow_function parameters: (_) @parameters body: (_) @body) @lambda
(class_declaration name: (_) @name (base_clause)? @bases body: (_) @body) @class
(trait_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @class
(enum_declaration name: (_) @name body: (_) @body) @class
(simple_parameter name: (_) @name) @parameter
(property_promotion_parameter name: (_) @name) @parameter
(variadic_parameter name: (_) @name) @parameter

(function_call_expression function: (name) @_function
  arguments: (arguments . (argument (string (string_content) @left)) . (argument (_) @right))
  (#eq? @_function "define")) @assignment
(function_call_expression function: [(name) (variable_name)] @callee arguments: (_) @arguments) @call
(function_call_expression function: (qualified_name (name) @name .) @callee arguments: (_) @arguments) @call
(function_call_expression function: (subscript_expression . (_) @receiver (string (string_content) @name)) @callee arguments: (_) @arguments) @call
(function_call_expression function: (subscript_expression . (_) @receiver (encapsed_string (string_content) @name)) @callee arguments: (_) @arguments) @call
(member_call_expression object: (_) @receiver name: (name) @name arguments: (_) @arguments) @call
(nullsafe_member_call_expression object: (_) @receiver name: (name) @name arguments: (_) @arguments) @call
(scoped_call_expression scope: (_) @receiver name: (name) @name arguments: (_) @arguments) @call
(object_creation_expression [(name) (qualified_name)] @callee (arguments) @arguments) @call
(member_access_expression object: (_) @receiver name: (name) @name) @member
(nullsafe_member_access_expression object: (_) @receiver name: (name) @name) @member
(scoped_property_access_expression scope: (_) @receiver name: (variable_name (name) @name)) @member
(class_constant_access_expression . (_) @receiver . (name) @name) @member
(subscript_expression . (_) @receiver . (_) @value) @subscript
(argument name: (name) @name . (_) @value) @keyword
(array_element_initializer . (_) @name . (_) @value .) @pair
(array_creation_expression (array_element_initializer . (_) . (_) .)) @map

(foreach_statement . (_) @iterable . (_) @variable body: (_) @body) @for
(while_statement condition: (_) @condition body: (_) @body) @while
(do_statement body: (_) @body condition: (_) @condition) @while
(for_statement initialize: (assignment_expression left: (_) @variable) condition: (_) @condition body: (_) @body) @for
(for_statement update: (_) @value body: (_) @body) @for
(for_statement condition: (_) @condition body: (_) @body) @for
(for_statement body: (_) @body) @for

(assignment_expression left: (_) @left right: (_) @right) @assignment
(reference_assignment_expression left: (_) @left right: (_) @right) @assignment
(augmented_assignment_expression left: (_) @left operator: ".=" @operator right: (_) @right) @append
(augmented_assignment_expression left: (_) @left operator: "??=" right: (_) @right) @assignment
(augmented_assignment_expression left: (_) @left operator: ["+=" "-=" "*=" "/=" "%=" "**=" "|=" "&=" "^=" "<<=" ">>="]) @bind
(const_element . (name) @left . (_) @right) @assignment
(property_element name: (variable_name (name) @left) default_value: (_) @right) @assignment
(static_variable_declaration name: (_) @left value: (_) @right) @assignment
(update_expression argument: (_) @left) @bind
(foreach_statement . (_) . (by_ref (_) @left)) @bind

(if_statement condition: (_) @condition body: (_) @then) @branch
(else_if_clause) @arm
(else_clause) @default
(switch_statement condition: (_) @condition) @switch
(case_statement) @arm
(default_statement) @default
(try_statement body: (_) @body) @try
(conditional_expression body: (_) @then alternative: (_) @else) @conditional
(conditional_expression condition: (_) @then . alternative: (_) @else) @conditional
(binary_expression left: (_) @then operator: "??" right: (_) @else) @conditional

(qualified_name (name) @value .) @group
(heredoc value: (_) @body) @string
(nowdoc value: (_) @body) @string

(namespace_use_clause (qualified_name) @module alias: (name)? @alias) @import
(namespace_use_clause . (name) @module alias: (name)? @alias) @import

; Types as declared: who a call on a name means.
(simple_parameter type: (_) @type) @parameter
(property_promotion_parameter type: (_) @type) @parameter
(property_declaration type: (_) @type (property_element name: (_) @left)) @typed
(class_declaration (class_interface_clause) @implements) @class
