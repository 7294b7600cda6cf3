"""How expressions stand in the trees of TypeScript and JavaScript."""

from __future__ import annotations

from analyzers.languages.expressions import ExpressionSyntax

EXPRESSIONS = ExpressionSyntax(
    members={"member_expression": ("object", "property")},
    items={"subscript_expression": ("object", "index")},
    calls={"call_expression": ("function", "arguments"), "new_expression": ("constructor", "arguments")},
    operations={"binary_expression": ("left", "right"), "augmented_assignment_expression": ("left", "right")},
    assignments={"variable_declarator": ("name", "value"), "assignment_expression": ("left", "right")},
    loops={"for_in_statement": ("left", "right")},
    comprehensions=frozenset(),
    elements_to=frozenset({"map", "forEach", "filter", "find", "findIndex", "some", "every", "flatMap"}),
    closures=frozenset({"arrow_function", "function_expression", "generator_function"}),
    functions=frozenset({"function_declaration", "generator_function_declaration", "method_definition", "class_body"}),
    choices={"ternary_expression": ("consequence", "alternative"), "binary_expression": ("left", "right")},
    wrappers=frozenset(
        {"parenthesized_expression", "await_expression", "non_null_expression", "as_expression", "satisfies_expression"}
    ),
    branches={"if_statement": ("condition", "consequence"), "while_statement": ("condition", "body")},
    otherwise=frozenset({"else_clause"}),
    handlers=frozenset({"catch_clause"}),
    raising=frozenset({"throw_statement"}),
    leaving=frozenset({"return_statement", "throw_statement", "continue_statement", "break_statement"}),
    blocks=frozenset({"statement_block", "program"}),
)
