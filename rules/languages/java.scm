; Roles of the nodes of Java's grammar (tree-sitter-java). src/extract/host_syntax.h says what each capture means: one
; capture of a pattern is a role (@call, @for …), the others are its parts. Roles without parts stand in java.json, under "nodes".

(method_declaration name: (_) @name parameters: (_) @parameters body: (_)? @body) @function
(constructor_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(lambda_expression parameters: (_) @parameters body: (_) @body) @lambda
(class_declaration name: (_) @name superclass: (_)? @bases body: (_) @body) @class
(interface_declaration name: (_) @name (extends_interfaces (type_list) @bases)? body: (_) @body) @class
(enum_declaration name: (_) @name body: (_) @body) @class
(record_declaration name: (_) @name body: (_) @body) @class
(formal_parameter name: (_) @name) @parameter
(spread_parameter (variable_declarator name: (_) @name)) @parameter

(method_invocation !object name: (_) @callee arguments: (_) @arguments) @call
(method_invocation object: (_) @receiver name: (_) @name arguments: (_) @arguments) @call
(object_creation_expression type: (_) @callee arguments: (_) @arguments) @call
(annotation name: (_) @callee arguments: (_) @arguments) @call
(element_value_pair key: (_) @name value: (_) @value) @keyword
(field_access object: (_) @receiver field: (_) @name) @member
(array_access array: (_) @receiver index: (_) @value) @subscript

(enhanced_for_statement name: (_) @variable value: (_) @iterable body: (_) @body) @for
(for_statement condition: (_)? @condition update: (_)? @value body: (_) @body) @for
(for_statement init: (local_variable_declaration declarator: (variable_declarator name: (_) @variable))) @for
(while_statement condition: (_) @condition body: (_) @body) @while
(do_statement body: (_) @body condition: (_) @condition) @while

(variable_declarator name: (_) @left value: (_) @right) @assignment
(resource name: (_) @left value: (_) @right) @assignment
(assignment_expression left: (_) @left operator: "=" right: (_) @right) @assignment
(assignment_expression left: (_) @left operator: "+=" @operator right: (_) @right) @append
(assignment_expression left: (_) @left operator: ["-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" ">>>="]) @bind
(update_expression (identifier) @left) @bind
(catch_formal_parameter name: (_) @left) @bind

(if_statement condition: (_) @condition consequence: (_) @then alternative: (_)? @else) @branch
(switch_expression condition: (_) @condition) @switch
(switch_block_statement_group (switch_label "default")) @default
(switch_block_statement_group (switch_label "case")) @arm
(switch_rule (switch_label "default")) @default
(switch_rule (switch_label "case")) @arm
(try_statement body: (_) @body) @try
(try_with_resources_statement body: (_) @body) @try

(string_literal . "\"\"\"" @start)
(string_literal . "\"" @start)
(array_creation_expression value: (_) @value) @group
(cast_expression value: (_) @value) @group
(binary_expression left: (_) @left operator: _ @operator right: (_) @right) @binary
(ternary_expression consequence: (_) @then alternative: (_) @else) @conditional

(import_declaration (scoped_identifier) @module (asterisk)) @import
(import_declaration (scoped_identifier scope: (_) @module name: (_) @name) .) @import

; Types as declared: who a call on a name means.
(formal_parameter type: (_) @type) @parameter
(field_declaration type: (_) @type declarator: (variable_declarator name: (_) @left)) @typed
(local_variable_declaration type: (_) @type declarator: (variable_declarator name: (_) @left)) @typed
(enhanced_for_statement type: (_) @type) @for
(class_declaration interfaces: (_) @implements) @class
(method_reference . (_) @receiver . "::" . (identifier) @name .) @member
