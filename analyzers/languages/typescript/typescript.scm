; What only the grammar of TypeScript has.

(abstract_class_declaration name: (_) @class.name body: (_) @class.body) @class
(interface_declaration name: (_) @class.name body: (_) @class.body) @class
(type_alias_declaration name: (_) @alias.name value: (_) @alias.value) @alias
(enum_declaration name: (_) @class.name body: (_) @class.body) @class
(internal_module name: (_) @namespace.name body: (_) @namespace.body) @namespace
(module name: (_) @namespace.name body: (_) @namespace.body) @namespace

(public_field_definition name: (_) @field.name) @field
(property_signature name: (_) @field.name) @field
(enum_body name: (_) @field.name @field)
(enum_assignment name: (_) @field.name) @field
(required_parameter (accessibility_modifier) pattern: (identifier) @field.name) @field

(function_signature name: (_) @signature.name) @signature
(method_signature name: (_) @signature.name) @signature
(abstract_method_signature name: (_) @signature.name) @signature
(variable_declarator name: (identifier) @declared.name type: (_) !value) @declared
