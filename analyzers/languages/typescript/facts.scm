; What a JavaScript or TypeScript file says by itself. Everything is found in one pass over the tree; the adapter reads
; the rest off the captured nodes. Captures of one pattern come in step with each other, so that no node is asked for
; its fields. No text predicates: the tree does not keep its text.

(function_declaration name: (_) @function.name body: (_) @function.body) @function
(generator_function_declaration name: (_) @function.name body: (_) @function.body) @function
(method_definition name: (_) @method.name body: (_) @method.body) @method

(arrow_function body: (_) @lambda.body) @lambda
(function_expression body: (_) @lambda.body) @lambda
(generator_function body: (_) @lambda.body) @lambda

(function_expression name: (_) @own.name) @own
(generator_function name: (_) @own.name) @own
(class name: (_) @own.name) @own

(class_declaration name: (_) @class.name body: (_) @class.body) @class
(class body: (_) @class_expression.body) @class_expression

(variable_declarator name: (_) @declarator.name value: (_) @declarator.value) @declarator
(assignment_expression
  left: [(identifier) (member_expression)] @assignment.name
  right: (_) @assignment.value) @assignment
(pair
  key: [(property_identifier) (string) (computed_property_name)] @pair.name
  value: [(arrow_function) (function_expression) (generator_function) (class) (object)] @pair.value) @pair

(call_expression function: [(identifier) (member_expression)] @call)
(call_expression function: (super) @super_call)
(new_expression constructor: [(identifier) (member_expression)] @new)
(decorator [(identifier) (member_expression)] @call)
(call_expression
  function: (_) @titled.function
  arguments: (arguments . [(string) (template_string)] @titled.first) @titled.arguments) @titled

(return_statement) @return
(throw_statement) @throw
(try_statement handler: (_) @try.handler) @try
(yield_expression) @yield

(import_statement) @import
(export_statement) @export
