; What only the grammar of JavaScript calls by these names.

(field_definition property: (_) @field.name) @field

(jsx_opening_element name: [(identifier) (member_expression)] @jsx)
(jsx_self_closing_element name: [(identifier) (member_expression)] @jsx)
