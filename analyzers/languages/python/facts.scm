; What a Python file says by itself. Everything is found in one pass over the tree; the adapter reads the rest off
; the captured nodes. No text predicates: the tree does not keep its text.

(function_definition) @function
(class_definition) @class
(decorated_definition) @decorated

(call function: [(identifier) (attribute)] @call)
(decorator [(identifier) (attribute)] @call)

(return_statement) @return
(raise_statement) @raise
(try_statement) @try
(yield) @yield

(import_statement) @import
(import_from_statement) @import_from

(assignment) @assignment
(augmented_assignment left: (identifier)) @augmented
