; What the grammar of C++ (tree-sitter-cpp 0.23) has besides c.scm.

; Qt's foreach (const Song& song, songs) { … }: a macro, which the grammar takes for a function's definition.
((function_definition declarator: (function_declarator declarator: (identifier) @_word parameters: (parameter_list . (parameter_declaration declarator: (reference_declarator (identifier) @variable)) . (parameter_declaration) @iterable)) body: (_) @body) @for
  (#any-of? @_word "foreach" "Q_FOREACH" "BOOST_FOREACH"))
((function_definition declarator: (function_declarator declarator: (identifier) @_word parameters: (parameter_list . (parameter_declaration declarator: (_) @variable) . (parameter_declaration) @iterable)) body: (_) @body) @for
  (#any-of? @_word "foreach" "Q_FOREACH" "BOOST_FOREACH"))

; foreach (const Song& song, library->Songs()): what is looped over is a call.
((function_definition declarator: (function_declarator declarator: (identifier) @_word parameters: (parameter_list . (parameter_declaration) . (parameter_declaration type: (_) @receiver declarator: (function_declarator declarator: (identifier) @name parameters: (_) @arguments)) @call)))
  (#any-of? @_word "foreach" "Q_FOREACH" "BOOST_FOREACH"))

; Members that are defined outside of their class, by what they give: a value, a pointer, a reference.
(function_definition declarator: (function_declarator declarator: (qualified_identifier scope: (_) @receiver name: (_) @name) parameters: (_) @parameters) body: (_) @body) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier scope: (_) @receiver name: (_) @name) parameters: (_) @parameters)) body: (_) @body) @function
(function_definition declarator: (reference_declarator (function_declarator declarator: (qualified_identifier scope: (_) @receiver name: (_) @name) parameters: (_) @parameters)) body: (_) @body) @function
(function_definition declarator: (function_declarator declarator: (_) @name parameters: (_) @parameters) body: (_) @body) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name parameters: (_) @parameters)) body: (_) @body) @function
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name parameters: (_) @parameters)) body: (_) @body) @function
; A function that is given to a name has it: auto load = [&](int id) { … };
(init_declarator declarator: (identifier) @name value: (lambda_expression declarator: (abstract_function_declarator parameters: (_) @parameters) body: (_) @body) @function)
(lambda_expression declarator: (abstract_function_declarator parameters: (_) @parameters)? body: (_) @body) @lambda
(class_specifier name: (_) @name (base_class_clause)? @bases body: (_) @body) @class
(struct_specifier name: (_) @name (base_class_clause)? @bases body: (_) @body) @class
(parameter_declaration declarator: (reference_declarator (identifier) @name)) @parameter
(optional_parameter_declaration declarator: (identifier) @name) @parameter
(optional_parameter_declaration declarator: (reference_declarator (identifier) @name)) @parameter
(optional_parameter_declaration declarator: (pointer_declarator declarator: (identifier) @name)) @parameter

; SOCI's sql << "SELECT …": a call whose first argument is the object itself.
((binary_expression left: (identifier) @callee operator: "<<" right: [(string_literal) (raw_string_literal) (concatenated_string)]) @call @arguments (#any-of? @callee "sql" "session"))
(binary_expression left: (_) @left operator: "<<" @operator right: (_) @right) @append

; QSqlQuery query("SELECT …", db): a call of the type's constructor.
(declaration type: (type_identifier) @callee declarator: (init_declarator value: (argument_list) @arguments)) @call
(declaration type: (qualified_identifier name: (_) @name) @callee declarator: (init_declarator value: (argument_list) @arguments)) @call
(declaration type: (type_identifier) @callee declarator: (init_declarator value: (initializer_list) @arguments)) @call
(declaration type: (qualified_identifier name: (_) @name) @callee declarator: (init_declarator value: (initializer_list) @arguments)) @call
(new_expression type: (type_identifier) @callee arguments: (_) @arguments) @call
(new_expression type: (qualified_identifier name: (_) @name) @callee arguments: (_) @arguments) @call
(call_expression function: (field_expression argument: (_) @receiver field: (template_method name: (_) @name)) @callee arguments: (_) @arguments) @call
(call_expression function: (qualified_identifier name: (identifier) @name) @callee arguments: (_) @arguments) @call
(call_expression function: (qualified_identifier name: (qualified_identifier name: (identifier) @name)) @callee arguments: (_) @arguments) @call
(call_expression function: (qualified_identifier name: (template_function name: (identifier) @name)) @callee arguments: (_) @arguments) @call
(call_expression function: (template_function name: (identifier) @_cast) arguments: (argument_list . (_) @value .)
  (#any-of? @_cast "static_cast" "const_cast" "reinterpret_cast")) @group
(call_expression function: (template_function name: (identifier) @callee) arguments: (_) @arguments) @call
(qualified_identifier scope: (_) @receiver name: (_) @name) @member

(for_range_loop declarator: (reference_declarator (identifier) @variable) right: (_) @iterable body: (_) @body) @for
(for_range_loop declarator: (_) @variable right: (_) @iterable body: (_) @body) @for
(try_statement body: (_) @body) @try

(init_declarator declarator: (identifier) @left value: (argument_list . (_) @right)) @assignment
(init_declarator declarator: (qualified_identifier name: (identifier) @left) value: (_) @right) @assignment
(init_declarator declarator: (pointer_declarator declarator: (qualified_identifier name: (identifier) @left)) value: (_) @right) @assignment
(init_declarator declarator: (array_declarator declarator: (qualified_identifier name: (identifier) @left)) value: (_) @right) @assignment
(init_declarator declarator: (reference_declarator (identifier) @left) value: (_) @right) @assignment
(field_declaration declarator: (field_identifier) @left default_value: (_) @right) @assignment
(field_declaration declarator: (pointer_declarator declarator: (field_identifier) @left) default_value: (_) @right) @assignment
(field_declaration declarator: (array_declarator declarator: (field_identifier) @left) default_value: (_) @right) @assignment

; Types as declared: who a call on a name means.
(for_range_loop type: (_) @type) @for
(parameter_declaration type: (_) @type declarator: (identifier) @left) @parameter
(parameter_declaration type: (_) @type declarator: (reference_declarator (identifier) @left)) @parameter
(parameter_declaration type: (_) @type declarator: (pointer_declarator declarator: (identifier) @left)) @parameter
(declaration type: (_) @type declarator: (identifier) @left) @assignment
(declaration type: (_) @type declarator: (pointer_declarator declarator: (identifier) @left)) @typed
(field_declaration type: (_) @type declarator: (field_identifier) @left) @typed
(field_declaration type: (_) @type declarator: (pointer_declarator declarator: (field_identifier) @left)) @typed
