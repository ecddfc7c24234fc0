; Roles of the nodes that the grammars of C and C++ have in common (tree-sitter-c 0.24, tree-sitter-cpp 0.23). src/extract/host_syntax.h says
; what each capture means: one capture of a pattern is a role (@call, @for …), the others are its parts. Of several patterns on one node the
; first decides. Roles without parts stand in c.json, under "nodes".

(function_definition declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters) body: (_) @body) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters)) body: (_) @body) @function
(parameter_declaration declarator: (identifier) @name) @parameter
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @name)) @parameter
(parameter_declaration declarator: (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))) @parameter
(parameter_declaration declarator: (array_declarator declarator: (identifier) @name)) @parameter

(call_expression function: (identifier) @callee arguments: (_) @arguments) @call
(call_expression function: (field_expression argument: (_) @receiver field: (_) @name) @callee arguments: (_) @arguments) @call
(field_expression argument: (_) @receiver field: (_) @name) @member
(subscript_expression . (_) @receiver . (_) @value) @subscript
(cast_expression value: (_) @value) @group

(while_statement condition: (_) @condition body: (_) @body) @while
(do_statement body: (_) @body condition: (_) @condition) @while
(for_statement initializer: (declaration declarator: (init_declarator declarator: (identifier) @variable))) @for
(for_statement initializer: (assignment_expression left: (_) @variable)) @for
(for_statement condition: (_) @condition) @for
(for_statement update: (_) @value) @for
(for_statement body: (_) @body) @for

(init_declarator declarator: (identifier) @left value: (_) @right) @assignment
(init_declarator declarator: (pointer_declarator declarator: (identifier) @left) value: (_) @right) @assignment
(init_declarator declarator: (array_declarator declarator: (identifier) @left) value: (_) @right) @assignment
(init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @left)) value: (_) @right) @assignment
(init_declarator declarator: (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @left)) value: (_) @right) @assignment
(declaration type: (_) @right declarator: (identifier) @left) @assignment
(assignment_expression left: (_) @left operator: "=" right: (_) @right) @assignment
(assignment_expression left: (_) @left operator: "+=" @operator right: (_) @right) @append
(assignment_expression left: (_) @left operator: ["-=" "*=" "/=" "%=" "<<=" ">>=" "&=" "^=" "|="]) @bind
(update_expression argument: (_) @left) @bind
(preproc_def name: (identifier) @left value: (preproc_arg) @right) @assignment

(if_statement condition: (_) @condition consequence: (_) @then alternative: (_)? @else) @branch
(switch_statement condition: (_) @condition) @switch
(case_statement value: (_)) @arm
(case_statement) @default
(conditional_expression consequence: (_) @then alternative: (_) @else) @conditional
(initializer_pair designator: (_) @name value: (_) @value) @pair
(return_statement (_) @value) @return

(preproc_include path: (_) @module) @import
