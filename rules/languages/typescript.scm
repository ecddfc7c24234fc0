; What the grammars of TypeScript and TSX have besides ecmascript.scm.

(class_declaration (class_heritage (extends_clause) @bases)) @class
(abstract_class_declaration name: (_) @name body: (_) @body) @class
(abstract_class_declaration (class_heritage (extends_clause) @bases)) @class
(enum_declaration name: (_) @name body: (_) @body) @class
(enum_assignment name: (_) @left value: (_) @right) @assignment
(public_field_definition name: (_) @name value: (arrow_function body: (_) @body) @function)
(public_field_definition name: (_) @name value: (function_expression body: (_) @body) @function)
(public_field_definition name: (_) @left value: (_) @right) @assignment
(required_parameter pattern: (_) @name) @parameter
(optional_parameter pattern: (_) @name) @parameter
(import_statement (import_require_clause (identifier) @alias source: (string (string_fragment) @module))) @import

; Types as declared: who a call on a name means.
(required_parameter type: (type_annotation) @type) @parameter
(optional_parameter type: (type_annotation) @type) @parameter
(public_field_definition name: (_) @left type: (type_annotation) @type) @typed
(variable_declarator name: (identifier) @left type: (type_annotation) @type value: (_) @right) @assignment
(class_declaration (class_heritage (implements_clause) @implements)) @class
(abstract_class_declaration (class_heritage (implements_clause) @implements)) @class
