; Roles of the nodes of Kotlin's grammar (@tree-sitter-grammars/tree-sitter-kotlin). src/extract/host_syntax.h says what each capture
; means: one capture of a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in kotlin.json.

(function_declaration name: (_) @name (function_value_parameters) @parameters (function_body)? @body) @function
(function_declaration (user_type (identifier) @receiver (type_arguments)? .) . "." . name: (_)) @function
(secondary_constructor (function_value_parameters) @parameters (block)? @body) @function
(property_declaration (variable_declaration . (identifier) @name) (getter (function_body (block) @body))) @function
(anonymous_function (function_value_parameters) @parameters (function_body) @body) @lambda
(lambda_literal (lambda_parameters)? @parameters) @lambda @body
(class_declaration name: (_) @name (delegation_specifiers)? @bases [(class_body) (enum_class_body)] @body) @class
(object_declaration name: (_) @name (class_body) @body) @class
(parameter . (identifier) @name) @parameter
(class_parameter (identifier) @name) @parameter

(call_expression . (identifier) @callee [(value_arguments) (annotated_lambda)] @arguments .) @call
(call_expression . (identifier) @callee (type_arguments) [(value_arguments) (annotated_lambda)] @arguments .) @call
(call_expression . (navigation_expression . (_) @receiver (identifier) @name .) @callee [(value_arguments) (annotated_lambda)] @arguments .) @call
(call_expression . (navigation_expression . (_) @receiver (identifier) @name .) @callee (type_arguments) [(value_arguments) (annotated_lambda)] @arguments .) @call
(call_expression . (call_expression) @callee (annotated_lambda) @arguments .) @call
(annotation (constructor_invocation (user_type (identifier) @callee .) (value_arguments) @arguments)) @call
(navigation_expression . (_) "::" . (identifier) @_class . (#eq? @_class "class")) @constant
(navigation_expression . (_) @receiver (identifier) @name .) @member
(index_expression . (_) @receiver . (_) @value) @subscript
(value_argument . (identifier) @name "=" . (_) @value .) @keyword

(for_statement . [(variable_declaration) (multi_variable_declaration)] @variable "in" . (_) @iterable ")" . (_)? @body) @for
(while_statement condition: (_) @condition ")" . (_) @body) @while
(do_while_statement . (_) @body condition: (_) @condition) @while

(property_declaration (variable_declaration . (identifier) @left) "=" . (_) @right) @assignment
(property_declaration (variable_declaration . (identifier) @left) (property_delegate (call_expression (identifier) @_lazy
  (annotated_lambda (lambda_literal (_) @right .)))) (#eq? @_lazy "lazy")) @assignment
(property_declaration (variable_declaration . (identifier) @left) (getter (function_body "=" . (_) @right .))) @assignment
(property_declaration (multi_variable_declaration) @left "=" . (_) @right) @assignment
(assignment left: (_) @left operator: "=" right: (_) @right) @assignment
(assignment left: (_) @left operator: "+=" @operator right: (_) @right) @append
(assignment left: (_) @left operator: ["-=" "*=" "/=" "%="]) @bind
(unary_expression argument: (identifier) @left operator: ["++" "--"]) @bind
(unary_expression argument: (_) @value operator: "!!") @group
(as_expression left: (_) @value) @group

(if_expression condition: (_) @condition ")" . (_) @then) @branch
(if_expression "else" . (_) @else) @branch
(when_expression) @branch
(when_entry condition: (_)) @arm
(when_entry . "else") @default
(try_expression . (block) @body) @try

(string_literal . "\"" @start)
(multiline_string_literal . "\"\"\"" @start)
(interpolation (_) @value) @interpolation
(binary_expression left: (_) @left operator: "+" @operator right: (_) @right) @binary
(range_expression . (_) @left ".." @operator (_) @right .) @binary
(infix_expression . (_) @left . (identifier) @operator . (_) @right . (#any-of? @operator "until" "downTo")) @binary
(binary_expression left: (_) @then operator: "?:" right: (_) @else) @conditional
(infix_expression . (_) @name . (identifier) @_to . (_) @value . (#eq? @_to "to")) @pair

(import (qualified_identifier) @module . "." . "*") @import
(import (qualified_identifier (identifier) @name .) @module .) @import
(import (qualified_identifier (identifier) @name .) @module "as" . (identifier) @alias) @import

; Types as declared: who a call on a name means.
(parameter . (identifier) . [(user_type) (nullable_type)] @type) @parameter
(class_parameter (identifier) . [(user_type) (nullable_type)] @type) @parameter
(variable_declaration . (identifier) @left . [(user_type) (nullable_type)] @type) @typed
(callable_reference "::" . (identifier) @name .) @member
