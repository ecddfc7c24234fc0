; What JavaScript's grammar alone has; the rest stands in ecmascript.scm.

(class_declaration (class_heritage) @bases) @class
(class (class_heritage) @bases) @class
(field_definition property: (_) @name value: (arrow_function body: (_) @body) @function)
(field_definition property: (_) @name value: (function_expression body: (_) @body) @function)
(field_definition property: (_) @left value: (_) @right) @assignment
