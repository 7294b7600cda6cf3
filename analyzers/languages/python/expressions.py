"""How expressions stand in Python's trees."""

from __future__ import annotations

from analyzers.languages.expressions import ExpressionSyntax

_COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)

EXPRESSIONS = ExpressionSyntax(
    members={"attribute": ("object", "attribute")},
    items={"subscript": ("value", "subscript")},
    calls={"call": ("function", "arguments")},
    operations={
        "binary_operator": ("left", "right"),
        "augmented_assignment": ("left", "right"),
        "comparison_operator": ("", ""),
    },
    assignments={
        "assignment": ("left", "right"),
        "named_expression": ("name", "value"),
        "as_pattern": ("alias", ""),
    },
    loops={"for_in_clause": ("left", "right"), "for_statement": ("left", "right")},
    comprehensions=_COMPREHENSIONS,
    elements_to=frozenset({"sorted", "sort", "map", "filter", "min", "max", "groupby", "takewhile", "dropwhile"}),
    closures=frozenset({"lambda"}),
    functions=frozenset({"function_definition", "class_definition"}),
    choices={"boolean_operator": ("left", "right"), "conditional_expression": ("0", "2")},
    wrappers=frozenset({"parenthesized_expression", "await"}),
    branches={
        "if_statement": ("condition", "consequence"),
        "elif_clause": ("condition", "consequence"),
        "while_statement": ("condition", "body"),
    },
    otherwise=frozenset({"else_clause"}),
    handlers=frozenset({"except_clause", "except_group_clause"}),
    raising=frozenset({"raise_statement", "assert_statement"}),
    leaving=frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"}),
    blocks=frozenset({"block", "module"}),
)
