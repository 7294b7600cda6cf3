"""What developers are known to ask: the questions of two studies, against which the catalogue is measured.

Worded as in the papers. A question that no kind answers says why; one that is answered in part says what stays open.
Which kinds answer which is each kind's own statement (`Kind.sillito`, `Kind.latoza`).
"""

from __future__ import annotations

from typing import NamedTuple


class StudyQuestion(NamedTuple):
    """A question of a study; `note` is the reason why it is not answered, or what an answer leaves open."""

    id: str
    text: str
    note: str = ""


class Group(NamedTuple):
    """A study's own heading and the questions below it."""

    title: str
    questions: tuple[StudyQuestion, ...]


_SEARCH = "starts from an idea instead of from code: a search by name, or a question in the chat"
_SHOWN = "the editor's own language server shows it already"
_DESIGN = "a decision for people; the other answers are its material"
_RUN = "needs a run that is watched"
_OUTSIDE = "about the build and the branches, not about the code"

_Q = StudyQuestion

SILLITO: tuple[Group, ...] = (
    Group(
        "Finding focus points",
        (
            _Q("1", "Which type represents this domain concept or this UI element or action?", _SEARCH),
            _Q("2", "Where in the code is the text in this error message or UI element?"),
            _Q("3", "Where is there any code involved in the implementation of this behavior?", _SEARCH),
            _Q("4", "Is there a precedent or exemplar for this?", "found by shared calls, not by meaning"),
            _Q("5", "Is there an entity named something like this in that unit?", _SEARCH),
        ),
    ),
    Group(
        "Building on those points",
        (
            _Q("6", "What are the parts of this type?", _SHOWN),
            _Q("7", "Which types is this type a part of?", "says where instances are made, not which fields keep them"),
            _Q("8", "Where does this type fit in the type hierarchy?"),
            _Q("9", "Does this type have any siblings in the type hierarchy?", "asked of a method, not of the type"),
            _Q("10", "Where is this field declared in the type hierarchy?", _SHOWN),
            _Q("11", "Who implements this interface or these abstract methods?"),
            _Q("12", "Where is this method called or type referenced?", "a type's annotations are not listed"),
            _Q("13", "When during the execution is this method called?", "from the calls, not from a run"),
            _Q("14", "Where are instances of this class created?"),
            _Q("15", "Where is this variable or data structure being accessed?"),
            _Q("16", "What data can we access from this object?", _SHOWN),
            _Q("17", "What does the declaration or definition of this look like?", _SHOWN),
            _Q("18", "What are the arguments to this function?"),
            _Q("19", "What are the values of these arguments at runtime?", "as written at the calls, not from a run"),
            _Q("20", "What data is being modified in this code?"),
        ),
    ),
    Group(
        "Understanding a subgraph",
        (
            _Q("21", "How are instances of these types created and assembled?", "creation, one type at a time"),
            _Q("22", "How are these types or objects related? (whole-part)", "a question about several anchors"),
            _Q("23", "How is this feature or concern implemented?", _SEARCH),
            _Q("24", "What in this structure distinguishes these cases?", "between overrides"),
            _Q("25", "What is the behavior these types provide together and how is it distributed over the types?",
               "a question about several anchors"),
            _Q("26", 'What is the "correct" way to use or access this data structure?', "real uses"),
            _Q("27", "How does this data structure look at runtime?", _RUN),
            _Q("28", "How can data be passed to (or accessed at) this point in the code?"),
            _Q("29", "How is control getting (from here to) here?"),
            _Q("30", "Why isn't control reaching this point in the code?", "only where nothing calls it at all"),
            _Q("31", "Which execution path is being taken in this case?", _RUN),
            _Q("32", "Under what circumstances is this method called or exception thrown?"),
            _Q("33", "What parts of this data structure are accessed in this code?", "what is written"),
        ),
    ),
    Group(
        "Questions over groups of subgraphs",
        (
            _Q("34", "How does the system behavior vary over these types or cases?", "between overrides"),
            _Q("35", "What are the differences between these files or types?", "between overrides"),
            _Q("36", "What is the difference between these similar parts of the code?",
               "between overrides"),
            _Q("37", "What is the mapping between these UI types and these model types?",
               "a question about several anchors"),
            _Q("38", "Where should this branch be inserted or how should this case be handled?", _DESIGN),
            _Q("39", "Where in the UI should this functionality be added?", _DESIGN),
            _Q("40", "To move this feature into this code what else needs to be moved?",
               "what it calls and what changes with it"),
            _Q("41", "How can we know this object has been created and initialized correctly?",
               "where it is made and what is assumed of it"),
            _Q("42", "What will be (or has been) the direct impact of this change?"),
            _Q("43", "What will be the total impact of this change?", "as far as calls, overrides and tests show it"),
            _Q("44", "Will this completely solve the problem or provide the enhancement?", _DESIGN),
        ),
    ),
)  # fmt: skip
"""Sillito, Murphy and De Volder: Questions Programmers Ask During Software Evolution Tasks. FSE 2006. All 44."""

LATOZA: tuple[Group, ...] = (
    Group(
        "Debugging",
        (
            _Q("debugging.1", "How did this runtime state occur?", "for exceptions, failures and None"),
            _Q("debugging.2", "What runtime state changed when this executed?", "what can change, not what did"),
            _Q("debugging.3", "Where was this variable last changed?", "every writer, not the last one of a run"),
            _Q("debugging.4", "How is this object different from that object?", _RUN),
            _Q("debugging.5", "Why didn't this happen?", "where an exception is swallowed or nothing calls it"),
            _Q("debugging.6", "How do I debug this bug in this environment?", _DESIGN),
            _Q("debugging.7", "In what circumstances does this bug occur?", "from the failures that were seen"),
            _Q("debugging.8", "Which team's component caused this bug?", "teams are not in the repository"),
        ),
    ),
    Group(
        "Implementing",
        (
            _Q("implementing.1", "How do I implement this, given this constraint?", _DESIGN),
            _Q("implementing.2", "Which function or object should I pick?", _DESIGN),
            _Q("implementing.3", "What's the best design for implementing this?", _DESIGN),
        ),
    ),
    Group(
        "Policies",
        (
            _Q("policies.1", "What is the policy for doing this?", "what others do; a policy is seldom written down"),
            _Q("policies.2", "Is this the correct policy for doing this?", _DESIGN),
            _Q("policies.3", "How is the allocation lifetime of this object maintained?",
               "for files, locks, processes and connections"),
        ),
    ),
    Group(
        "Rationale",
        (
            _Q("rationale.1", "Why was it done this way?", "as far as somebody wrote it down"),
            _Q("rationale.2", "Why wasn't it done this other way?", "seldom written down, and never guessed"),
            _Q("rationale.3", "Was this intentional, accidental, or a hack?", "as far as somebody wrote it down"),
            _Q("rationale.4", "How did this ever work?", "its history is quoted, an explanation is not made up"),
        ),
    ),
    Group(
        "History",
        (
            _Q("history.1", "When, how, by whom, and why was this code changed or inserted?"),
            _Q("history.2", "What else changed when this code was changed or inserted?"),
            _Q("history.3", "How has it changed over time?"),
            _Q("history.4", "Has this code always been this way?"),
            _Q("history.5", "What recent changes have been made?"),
            _Q("history.6", "Have changes in another branch been integrated into this branch?", _OUTSIDE),
        ),
    ),
    Group(
        "Implications",
        (
            _Q("implications.1", "What are the implications of this change for API clients, security, concurrency, "
               "performance, platforms, tests, or obfuscation?", "for callers and tests in this repository"),
        ),
    ),
    Group(
        "Refactoring",
        (
            _Q("refactoring.1", "Is there functionality or code that could be refactored?", "only what looks dead"),
            _Q("refactoring.2", "Is the existing design a good design?", _DESIGN),
            _Q("refactoring.3", "Is it possible to refactor this?", _DESIGN),
            _Q("refactoring.4", "How can I refactor this without breaking existing users?", "who they are"),
            _Q("refactoring.5", "Should I refactor this?", _DESIGN),
            _Q("refactoring.6", "Are the benefits of this refactoring worth the time investment?", _DESIGN),
        ),
    ),
    Group(
        "Testing",
        (
            _Q("testing.1", "Is this code correct?", "only that a few things look wrong"),
            _Q("testing.2", "How can I test this code or functionality?", "the tests that reach it, to start from"),
            _Q("testing.3", "Is this tested?"),
            _Q("testing.4", "Is the test or code responsible for this test failure?", "suspects, ranked"),
            _Q("testing.5", "Is the documentation wrong, or is the code wrong?", _DESIGN),
        ),
    ),
    Group(
        "Building and branching",
        (
            _Q("building.1", "Should I branch or code against the main branch?", _OUTSIDE),
            _Q("building.2", "How can I move this code to this branch?", _OUTSIDE),
            _Q("building.3", "What do I need to include to build this?", _OUTSIDE),
            _Q("building.4", "What includes are unnecessary?", "every linter says it"),
            _Q("building.5", "How do I build this without doing a full build?", _OUTSIDE),
            _Q("building.6", "Why did the build break?", _OUTSIDE),
            _Q("building.7", "Which preprocessor definitions were active when this was built?", _OUTSIDE),
        ),
    ),
    Group(
        "Teammates",
        (
            _Q("teammates.1", "Who is the owner or expert for this code?", "who changed it; ownership is not recorded"),
            _Q("teammates.2", 'How do I convince my teammates to do this the "right way"?', _DESIGN),
            _Q("teammates.3", "Did my teammates do this?"),
        ),
    ),
    Group(
        "Intent and implementation",
        (
            _Q("intent.1", "What is the intent of this code?", "as far as somebody wrote it down"),
            _Q("intent.2", "What does this do in this case?", "what it changes, raises and returns, for all cases"),
            _Q("intent.3", "How does it implement this behavior?", "only with a model"),
        ),
    ),
    Group(
        "Method properties",
        (
            _Q("method.1", "How big is this code?", _SHOWN),
            _Q("method.2", "How overloaded are the parameters to this function?", "what is passed"),
        ),
    ),
    Group(
        "Location",
        (
            _Q("location.1", "Where is this functionality implemented?", _SEARCH),
            _Q("location.2", "Is this functionality already implemented?", "only functions that make the same calls"),
            _Q("location.3", "Where is this defined?", _SHOWN),
        ),
    ),
    Group(
        "Performance",
        (
            _Q("performance.1", "What is the performance of this code on a large, real dataset?", _RUN),
            _Q("performance.2", "Which part of this code takes the most time?", _RUN),
            _Q("performance.3", "Can this method have high stack consumption from recursion?", "whether it recurses"),
            _Q("performance.4", "How big is this in memory?", _RUN),
            _Q("performance.5", "How many of these objects get created?", "at which places, not how many"),
        ),
    ),
    Group(
        "Concurrency",
        (
            _Q("concurrency.1", "What threads reach this code or data structure?", "code, not data structures"),
            _Q("concurrency.2", "Is this class or method thread-safe?", "the threads that reach it are the material"),
            _Q("concurrency.3", "What members of this class does this lock protect?", "no convention says it"),
        ),
    ),
    Group(
        "Contracts",
        (
            _Q("contracts.1", "What assumptions about preconditions does this code make?"),
            _Q("contracts.2", "What assumptions about pre- or postconditions can be made?",
               "guards before, kinds of values after"),
            _Q("contracts.3", "What exceptions or errors can this method generate?"),
            _Q("contracts.4", "What are the constraints on or normal values of this variable?",
               "what is written or passed, not what is allowed"),
            _Q("contracts.5", "What is the correct order for calling these methods or initializing these objects?",
               "real uses"),
            _Q("contracts.6", "What is responsible for updating this field?"),
        ),
    ),
    Group(
        "Control flow",
        (
            _Q("control.1", "In what situations or user scenarios is this called?", "not the user's scenarios"),
            _Q("control.2", "What parameter values does each situation pass to this method?"),
            _Q("control.3", "What parameter values could lead to this case?", "needs path conditions to be solved"),
            _Q("control.4", "What are the possible actual methods called by dynamic dispatch here?"),
            _Q("control.5", "How do calls flow across process boundaries?", "only where a process is started by name"),
            _Q("control.6", "How many recursive calls happen during this operation?", "whether any can, not how many"),
            _Q("control.7", "Is this method or code path called frequently, or is it dead?", "dead, not how often"),
            _Q("control.8", "What throws this exception?"),
            _Q("control.9", "What is catching this exception?"),
        ),
    ),
    Group(
        "Dependencies",
        (
            _Q("dependencies.1", "What depends on this code or design decision?", "code, not decisions"),
            _Q("dependencies.2", "What does this code depend on?"),
        ),
    ),
    Group(
        "Data flow",
        (
            _Q("data.1", "What is the original source of this data?"),
            _Q("data.2", "What code directly or indirectly uses this data?", "direct readers"),
            _Q("data.3", "Where is the data referenced by this variable modified?"),
            _Q("data.4", "Where can this global variable be changed?"),
            _Q("data.5", "Where is this data structure used for this purpose?", "where, not for which purpose"),
            _Q("data.6", "What parts of this data structure are modified by this code?"),
            _Q("data.7", "What resources is this code using?"),
        ),
    ),
    Group(
        "Type relationships",
        (
            _Q("types.1", "What are the composition, ownership, or usage relationships of this type?",
               "where instances are made"),
            _Q("types.2", "What is this type's type hierarchy?"),
            _Q("types.3", "What implements this interface?"),
            _Q("types.4", "Where is this method overridden?"),
        ),
    ),
    Group(
        "Architecture",
        (
            _Q("architecture.1", "How does this code interact with libraries?", "about the whole repository"),
            _Q("architecture.2", "What is the architecture of the code base?", "about the whole repository"),
            _Q("architecture.3", "How is this functionality organized into layers?",
               "about the whole repository"),
            _Q("architecture.4", "Is our API understandable and flexible?", _DESIGN),
        ),
    ),
)  # fmt: skip
"""LaToza and Myers: Hard-to-Answer Questions About Code. PLATEAU 2010. The questions under its 21 headings."""
