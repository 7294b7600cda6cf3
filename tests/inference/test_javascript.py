"""Calls in JavaScript and TypeScript as people write them: each case is a small program and who calls whom in it."""

from __future__ import annotations

import pytest

from analyzers.records import Record
from tests.inference.world import analysed, callers, graph

FG = "function f() {}\nfunction g() {}\n"
"""Two functions that the cases pass around."""

CALLS: dict[str, tuple[str, dict[str, set[str]]]] = {
    "a name": (FG + "f();", {"main": {"main.f"}}),
    "a function before its definition": ("f();\nfunction f() {}", {"main": {"main.f"}}),
    "a variable bound anew": (FG + "let x = f;\nx = g;\nx();", {"main": {"main.g"}}),
    "a name in an inner block": (FG + "let x = f;\n{ let x = g; }\nx();", {"main": {"main.f"}}),
    "a name in a loop's head": (FG + "const x = f;\nfor (const x of [g]) x();\nx();", {"main": {"main.f", "main.g"}}),
    "var in a block": (FG + "if (1) { var x = f; }\nx();", {"main": {"main.f"}}),
    "a name that nobody declares": (FG + "let a = b = f;\nb();", {"main": {"main.f"}}),
    "an outer variable assigned inside": (
        FG + "function h() { let x = f; function set() { x = g; } set(); x(); }\nh();",
        {"main": {"main.h"}, "main.h": {"main.h.set", "main.f", "main.g"}},
    ),
    "a conditional": (FG + "(Math.random() ? f : g)();", {"main": {"main.f", "main.g"}}),
    "or": (FG + "const h = null || f;\nh();", {"main": {"main.f"}}),
    "nullish": (FG + "const h = undefined ?? g;\nh();", {"main": {"main.g"}}),
    "nullish assignment": (FG + "let h;\nh ??= f;\nh();", {"main": {"main.f"}}),
    "a sequence": (FG + "(f(), g)();", {"main": {"main.f", "main.g"}}),
    "an arrow": (FG + "const h = () => f();\nh();", {"main": {"main.<arrow1>"}, "main.<arrow1>": {"main.f"}}),
    "an arrow that is returned": (
        "function h() { return () => 1; }\nh()();",
        {"main": {"main.h", "main.h.<arrow1>"}},
    ),
    "a function that is run where it is written": (
        FG + "(function () { f(); })();",
        {"main": {"main.<function1>"}, "main.<function1>": {"main.f"}},
    ),
    "a function expression that calls itself": (
        "const h = function again() { again(); };\nh();",
        {"main": {"main.h"}, "main.h": {"main.h"}},
    ),
    "a closure": (
        FG + "function make(x) { return function inner() { x(); }; }\nmake(f)();",
        {"main": {"main.make", "main.make.inner"}, "main.make.inner": {"main.f"}},
    ),
    "what is handed through": (FG + "function id(x) { return x; }\nid(f);\nid(g)();", {"main": {"main.id", "main.g"}}),
    "a parameter": (FG + "function h(x) { x(); }\nh(f);", {"main": {"main.h"}, "main.h": {"main.f"}}),
    "a default that is used": (FG + "function h(x = f) { x(); }\nh();", {"main": {"main.h"}, "main.h": {"main.f"}}),
    "a default that nobody needs": (
        FG + "function h(x = f) { x(); }\nh(g);",
        {"main": {"main.h"}, "main.h": {"main.g"}},
    ),
    "the rest of the arguments": (
        FG + "function h(a, ...r) { r[1](); }\nh(1, f, g);",
        {"main": {"main.h"}, "main.h": {"main.g"}},
    ),
    "arguments": (FG + "function h() { arguments[1](); }\nh(f, g);", {"main": {"main.h"}, "main.h": {"main.g"}}),
    "spread in a call": (
        FG + "function h(a, b) { b(); }\nh(...[f, g]);",
        {"main": {"main.h"}, "main.h": {"main.f", "main.g"}},
    ),
    "a list": (FG + "const x = [f, g];\nx[1]();", {"main": {"main.g"}}),
    "a list that grows": (FG + "const x = [];\nx.push(f);\nx[0]();", {"main": {"main.f"}}),
    "a list taken apart": (FG + "const [a, b] = [f, g];\nb();", {"main": {"main.g"}}),
    "a hole in a pattern": (FG + "const [, b] = [f, g];\nb();", {"main": {"main.g"}}),
    "two names swapped": (FG + "let a = f, b = g;\n[a, b] = [b, a];\na();", {"main": {"main.g"}}),
    "the rest of a list": (FG + "const [a, ...r] = [1, f];\nr[0]();", {"main": {"main.f"}}),
    "a part of a list": (FG + "const x = [f, g].slice(1);\nx[0]();", {"main": {"main.g"}}),
    "an object": (FG + "const o = { a: f, b: g };\no.b();", {"main": {"main.g"}}),
    "a shorthand": (FG + "const o = { f };\no.f();", {"main": {"main.f"}}),
    "a key in brackets": (FG + "const o = { a: f };\no['a']();", {"main": {"main.f"}}),
    "a key in a name": (FG + "const k = 'b';\nconst o = { a: f, [k]: g };\no[k]();", {"main": {"main.g"}}),
    "a number as a key": (FG + "const o = { 1: f, 2: g };\no[2]();", {"main": {"main.g"}}),
    "any key": (
        FG + "const o = { a: f, b: g };\nfunction h(k) { o[k](); }\nh(String(1));",
        {"main": {"main.h"}, "main.h": {"main.f", "main.g"}},
    ),
    "an object taken apart": (FG + "const { a, b: { c } } = { a: f, b: { c: g } };\nc();", {"main": {"main.g"}}),
    "an object taken apart, with a default": (FG + "const { a = f } = {};\na();", {"main": {"main.f"}}),
    "a parameter taken apart": (
        FG + "function h({ a }) { a(); }\nh({ a: f });",
        {"main": {"main.h"}, "main.h": {"main.f"}},
    ),
    "the rest of an object": (FG + "const { a, ...r } = { a: f, b: g };\nr.b();", {"main": {"main.g"}}),
    "an object spread": (FG + "const o = { ...{ a: f } };\no.a();", {"main": {"main.f"}}),
    "a method of an object": (
        FG + "const o = { m() { this.n(); }, n() { f(); } };\no.m();",
        {"main": {"main.o.m"}, "main.o.m": {"main.o.n"}, "main.o.n": {"main.f"}},
    ),
    "a getter of an object": (FG + "const o = { get a() { return f; } };\no.a();", {"main": {"main.o.a", "main.f"}}),
    "a setter of an object": (
        FG + "const o = { set a(x) { x(); } };\no.a = f;",
        {"main": {"main.o.a"}, "main.o.a": {"main.f"}},
    ),
    "Object.assign": (FG + "const o = Object.assign({}, { a: f });\no.a();", {"main": {"main.f"}}),
    "Object.values": (
        FG + "Object.values({ a: f }).forEach((x) => x());",
        {"main": {"main.<arrow1>"}, "main.<arrow1>": {"main.f"}},
    ),
    "Object.entries": (FG + "for (const [k, v] of Object.entries({ a: f })) v();", {"main": {"main.f"}}),
    "Object.keys": (FG + "const o = { a: f };\nfor (const k of Object.keys(o)) o[k]();", {"main": {"main.f"}}),
    "for in": (FG + "const o = { a: f };\nfor (const k in o) o[k]();", {"main": {"main.f"}}),
    "Object.defineProperty": (
        FG + "const o = {};\nObject.defineProperty(o, 'a', { get() { return f; } });\no.a();",
        {"main": {"main.get", "main.f"}},
    ),
    "Object.create": (FG + "const o = Object.create({ a: f });\no.a();", {"main": {"main.f"}}),
    "a class": (
        "class A { constructor() { this.m(); } m() {} }\nnew A().m();",
        {"main": {"main.A.constructor", "main.A.m"}, "main.A.constructor": {"main.A.m"}},
    ),
    "a field": (
        FG + "class A { constructor(x) { this.x = x; } m() { this.x(); } }\nnew A(f).m();",
        {"main": {"main.A.constructor", "main.A.m"}, "main.A.m": {"main.f"}},
    ),
    "a field with an initial value": (
        FG + "class A { x = f; m() { this.x(); } }\nnew A().m();",
        {"main": {"main.A.m"}, "main.A.m": {"main.f"}},
    ),
    "an arrow in a field": (
        "class A { h = () => this.m(); m() {} }\nconst { h } = new A();\nh();",
        {"main": {"main.A.h"}, "main.A.h": {"main.A.m"}},
    ),
    "a private member": (
        "class A { #p() {} m() { this.#p(); } }\nnew A().m();",
        {"main": {"main.A.m"}, "main.A.m": {"main.A.#p"}},
    ),
    "a static method": (
        "class A { static m() { this.n(); } static n() {} }\nA.m();",
        {"main": {"main.A.m"}, "main.A.m": {"main.A.n"}},
    ),
    "a static block": (FG + "class A { static { f(); } }", {"main": {"main.f"}}),
    "a getter": (FG + "class A { get a() { return f; } }\nnew A().a();", {"main": {"main.A.a", "main.f"}}),
    "a setter": (FG + "class A { set a(x) { f(); } }\nnew A().a = 1;", {"main": {"main.A.a"}, "main.A.a": {"main.f"}}),
    "an inherited method": ("class A { m() {} }\nclass B extends A {}\nnew B().m();", {"main": {"main.A.m"}}),
    "an inherited constructor": (
        "class A { constructor() {} }\nclass B extends A {}\nnew B();",
        {"main": {"main.A.constructor"}},
    ),
    "an override, from the base class": (
        "class A { run() { this.step(); } step() {} }\nclass B extends A { step() {} }\nnew B().run();",
        {"main": {"main.A.run"}, "main.A.run": {"main.B.step", "main.A.step"}},
    ),
    "super": (
        "class A { constructor() {} m() {} }\n"
        "class B extends A { constructor() { super(); } m() { super.m(); } }\nnew B().m();",
        {
            "main": {"main.B.constructor", "main.B.m"},
            "main.B.constructor": {"main.A.constructor"},
            "main.B.m": {"main.A.m"},
        },
    ),
    "a class that is a value": (
        "const make = (B) => class extends B { m() {} };\nclass A { n() {} }\nnew (make(A))().n();",
        {"main": {"main.<arrow1>", "main.A.n"}},
    ),
    "a constructor function": (
        "function A() { this.x = 1; }\nA.prototype.m = function () { this.n(); };\n"
        "A.prototype.n = function () {};\nnew A().m();",
        {"main": {"main.A", "main.A.m"}, "main.A.m": {"main.A.n"}},
    ),
    "a prototype written as an object": (
        "function A() {}\nA.prototype = { m() {} };\nnew A().m();",
        {"main": {"main.A", "main.A.m"}},
    ),
    "a function that inherits": (
        "function A() {}\nA.prototype.m = function () {};\nfunction B() { A.call(this); }\n"
        "B.prototype = Object.create(A.prototype);\nnew B().m();",
        {"main": {"main.B", "main.A.m"}, "main.B": {"main.A"}},
    ),
    "util.inherits": (
        "const util = require('util');\nfunction A() {}\nA.prototype.m = function () {};\nfunction B() {}\n"
        "util.inherits(B, A);\nnew B().m();",
        {"main": {"main.B", "main.A.m", "util.inherits"}},
    ),
    "a static function of a function": (
        "function A() {}\nA.make = function () {};\nA.make();",
        {"main": {"main.A.make"}},
    ),
    "a mixin": ("class A {}\nObject.assign(A.prototype, { m() {} });\nnew A().m();", {"main": {"main.m"}}),
    "call": (
        FG + "function h(x) { this.a(); x(); }\nh.call({ a: f }, g);",
        {"main": {"main.h"}, "main.h": {"main.f", "main.g"}},
    ),
    "apply": (FG + "function h(x, y) { y(); }\nh.apply(null, [f, g]);", {"main": {"main.h"}, "main.h": {"main.g"}}),
    "bind": (
        FG + "function h(x) { this.a(); x(); }\nh.bind({ a: f }, g)();",
        {"main": {"main.h"}, "main.h": {"main.f", "main.g"}},
    ),
    "a bound method": (
        "class A { constructor() { this.m = this.m.bind(this); } m() { this.n(); } n() {} }\n"
        "const { m } = new A();\nm();",
        {"main": {"main.A.constructor", "main.A.m"}, "main.A.m": {"main.A.n"}},
    ),
    "Reflect.apply": (FG + "Reflect.apply(f, null, []);", {"main": {"main.f"}}),
    "map": (FG + "[1].map(f);", {"main": {"main.f"}}),
    "map, then what it gave": (
        FG + "function h() { return f; }\n[1].map(h).forEach((x) => x());",
        {"main": {"main.h", "main.<arrow1>"}, "main.<arrow1>": {"main.f"}},
    ),
    "filter keeps the items": (FG + "[f].filter((x) => x)[0]();", {"main": {"main.<arrow1>", "main.f"}}),
    "reduce": (FG + "[f].reduce((a, x) => x(), 0);", {"main": {"main.<arrow1>"}, "main.<arrow1>": {"main.f"}}),
    "sort": (FG + "[2, 1].sort(f);", {"main": {"main.f"}}),
    "find": (FG + "[f].find((x) => x)();", {"main": {"main.<arrow1>", "main.f"}}),
    "some and every": (FG + "[1].some(f);\n[1].every(g);", {"main": {"main.f", "main.g"}}),
    "Array.from": (FG + "Array.from([1], f);", {"main": {"main.f"}}),
    "replace": (FG + "'a'.replace(/a/, f);", {"main": {"main.f"}}),
    "a map": (FG + "const m = new Map([['a', f]]);\nm.set('b', g);\nm.get('b')();", {"main": {"main.g"}}),
    "each of a map": (
        FG + "new Map([['a', f]]).forEach((v) => v());",
        {"main": {"main.<arrow1>"}, "main.<arrow1>": {"main.f"}},
    ),
    "a set": (FG + "const s = new Set();\ns.add(f);\nfor (const x of s) x();", {"main": {"main.f"}}),
    "setTimeout": (FG + "setTimeout(f, 1);", {"main": {"main.f"}}),
    "addEventListener": (FG + "const t = new EventTarget();\nt.addEventListener('a', f);", {"main": {"main.f"}}),
    "an emitter": (
        FG
        + "const { EventEmitter } = require('events');\nclass A extends EventEmitter {}\nconst a = new A();\n"
        + "a.on('x', f);\na.on('y', g);\na.emit('x');",
        {"main": {"main.f", "events.EventEmitter.on", "events.EventEmitter.emit"}},
    ),
    "then": (FG + "Promise.resolve(f).then((x) => x());", {"main": {"main.<arrow1>"}, "main.<arrow1>": {"main.f"}}),
    "catch and finally": (FG + "Promise.reject(1).catch(f).finally(g);", {"main": {"main.f", "main.g"}}),
    "a promise that is made": (
        FG + "new Promise((resolve) => resolve(f)).then((x) => x());",
        {"main": {"main.<arrow1>", "main.<arrow2>"}, "main.<arrow2>": {"main.f"}},
    ),
    "await": (
        FG + "async function h() { return f; }\nasync function k() { (await h())(); }\nk();",
        {"main": {"main.k"}, "main.k": {"main.h", "main.f"}},
    ),
    "await of all": (
        FG
        + "async function h() { return f; }\nasync function k() { const [a] = await Promise.all([h()]); a(); }\nk();",
        {"main": {"main.k"}, "main.k": {"main.h", "main.f"}},
    ),
    "a generator": (FG + "function* h() { yield f; }\nfor (const x of h()) x();", {"main": {"main.h", "main.f"}}),
    "yield of another one": (
        FG + "function* a() { yield f; }\nfunction* b() { yield* a(); }\nfor (const x of b()) x();",
        {"main": {"main.b", "main.f"}, "main.b": {"main.a"}},
    ),
    "an iterator": (
        FG + "class A { *[Symbol.iterator]() { yield f; } }\nfor (const x of new A()) x();",
        {"main": {"main.A[Symbol.iterator]", "main.f"}},
    ),
    "optional chaining": (FG + "const o = { a: { b: f } };\no?.a?.b?.();", {"main": {"main.f"}}),
    "a tagged template": (FG + "f`a${g()}`;", {"main": {"main.f", "main.g"}}),
    "a template": ("class A { toString() { return ''; } }\n`${new A()}`;", {"main": {"main.A.toString"}}),
    "a switch": (
        FG + "function h(k) { let x; switch (k) { case 1: x = f; break; default: x = g; } x(); }\nh(1);",
        {"main": {"main.h"}, "main.h": {"main.f", "main.g"}},
    ),
    "try": (FG + "try { f(); } catch { g(); }", {"main": {"main.f", "main.g"}}),
    "an error that is thrown": (
        "class E extends Error { constructor() { super(); } }\nfunction h() { throw new E(); }\nh();",
        {"main": {"main.h"}, "main.h": {"main.E.constructor"}},
    ),
    "typeof": (
        FG + "function h(x) { if (typeof x === 'function') x(); }\nh(f);\nh(1);",
        {"main": {"main.h"}, "main.h": {"main.f"}},
    ),
    "instanceof": (
        "class A { m() {} }\nclass B { m() {} }\nfunction h(x) { if (x instanceof A) x.m(); }\nh(new A());\n"
        "h(new B());",
        {"main": {"main.h"}, "main.h": {"main.A.m"}},
    ),
    "the tag of a union": (
        FG + "function h(x) { if (x.kind === 'a') x.run(); }\nh({ kind: 'a', run: f });\nh({ kind: 'b', run: g });",
        {"main": {"main.h"}, "main.h": {"main.f"}},
    ),
    "a wrapper": (
        "function wrap(x) { return function inner() { return x(); }; }\nconst f = wrap(function () {});\nf();",
        {"main": {"main.wrap", "main.wrap.inner"}, "main.wrap.inner": {"main.f"}},
    ),
}

MODULES: dict[str, tuple[str, dict[str, set[str]]]] = {
    "a named import": (
        "//- /a.js\nexport function f() {}\n//- /main.js\nimport { f as h } from './a';\nh();",
        {"main": {"a.f"}},
    ),
    "a default import": (
        "//- /a.js\nexport default function f() {}\n//- /main.js\nimport h from './a.js';\nh();",
        {"main": {"a.f"}},
    ),
    "a default without a name": (
        "//- /a.js\nexport default () => 1;\n//- /main.js\nimport h from './a.js';\nh();",
        {"main": {"a.default"}},
    ),
    "a namespace": (
        "//- /a.js\nexport const f = function () {};\n//- /main.js\nimport * as a from './a';\na.f();",
        {"main": {"a.f"}},
    ),
    "exported in a list": (
        "//- /a.js\nfunction f() {}\nexport { f as g };\n//- /main.js\nimport { g } from './a';\ng();",
        {"main": {"a.f"}},
    ),
    "a barrel": (
        "//- /lib/a.js\nexport function f() {}\n//- /lib/index.js\nexport * from './a';\n//- /main.js\n"
        "import { f } from './lib';\nf();",
        {"main": {"lib.a.f"}},
    ),
    "exported again by another name": (
        "//- /a.js\nexport function f() {}\n//- /b.js\nexport { f as g } from './a';\n//- /main.js\n"
        "import { g } from './b';\ng();",
        {"main": {"a.f"}},
    ),
    "a namespace exported again": (
        "//- /a.js\nexport function f() {}\n//- /b.js\nexport * as a from './a';\n//- /main.js\n"
        "import { a } from './b';\na.f();",
        {"main": {"a.f"}},
    ),
    "import()": (
        "//- /a.js\nexport function f() {}\n//- /main.js\nimport('./a').then((a) => a.f());",
        {"main": {"main.<arrow1>"}, "main.<arrow1>": {"a.f"}},
    ),
    "await import()": (
        "//- /a.js\nexport function f() {}\n//- /main.js\nconst { f } = await import('./a');\nf();",
        {"main": {"a.f"}},
    ),
    "module.exports": (
        "//- /a.js\nmodule.exports = function f() {};\n//- /main.js\nconst f = require('./a');\nf();",
        {"main": {"a.f"}},
    ),
    "module.exports, an object": (
        "//- /a.js\nfunction f() {}\nmodule.exports = { f };\n//- /main.js\nconst { f } = require('./a');\nf();",
        {"main": {"a.f"}},
    ),
    "exports.x": ("//- /a.js\nexports.f = function () {};\n//- /main.js\nrequire('./a').f();", {"main": {"a.f"}}),
    "what CommonJS gives, imported": (
        "//- /a.js\nmodule.exports = { f() {} };\n//- /main.js\nimport { f } from './a';\nf();",
        {"main": {"a.f"}},
    ),
    "two modules that import each other": (
        "//- /a.js\nimport { g } from './main';\nexport function f() { g(); }\n//- /main.js\n"
        "import { f } from './a';\nexport function g() {}\nf();",
        {"main": {"a.f"}, "a.f": {"main.g"}},
    ),
    "a component": (
        "//- /main.jsx\nfunction A({ on }) { on(); }\nfunction f() {}\n"
        "function B() { return <div><A on={f} /></div>; }",
        {"main.B": {"main.A"}, "main.A": {"main.f"}},
    ),
    "a component that is a class": (
        "//- /main.jsx\nclass A { render() { return null; } }\nconst x = <A />;",
        {"main": {"main.A.render"}},
    ),
    "an annotation": (
        "//- /main.ts\nclass A { m() {} }\nexport function h(a: A | undefined) { a!.m(); }",
        {"main.h": {"main.A.m"}},
    ),
    "an interface": (
        "//- /main.ts\ninterface I { m(): void }\nclass A implements I { m() {} }\nfunction h(i: I) { i.m(); }",
        {"main.h": {"main.A.m", "main.I.m"}},
    ),
    "a field's type": (
        "//- /main.ts\nclass A { m() {} }\nclass B { constructor(private a: A) {} n() { this.a.m(); } }",
        {"main.B.n": {"main.A.m"}},
    ),
    "a list's type": (
        "//- /main.ts\nclass A { m() {} }\nfunction h(xs: A[]) { for (const x of xs) x.m(); }",
        {"main.h": {"main.A.m"}},
    ),
    "a promise's type": (
        "//- /main.ts\nclass A { m() {} }\nasync function h(x: Promise<A>) { (await x).m(); }",
        {"main.h": {"main.A.m"}},
    ),
    "an alias of a type": (
        "//- /main.ts\nclass A { m() {} }\ntype T = A | null;\nfunction h(x: T) { x?.m(); }",
        {"main.h": {"main.A.m"}},
    ),
    "an imported type": (
        "//- /a.ts\nexport class A { m() {} }\nexport type T = A;\n//- /main.ts\nimport type { T } from './a';\n"
        "function h(x: T) { x.m(); }",
        {"main.h": {"a.A.m"}},
    ),
    "overloads": ("//- /main.ts\nfunction f(a: string): void;\nfunction f(a: any) {}\nf(1);", {"main": {"main.f"}}),
    "a namespace of the language": (
        "//- /main.ts\nnamespace N { export function f() {} }\nN.f();",
        {"main": {"main.N.f"}},
    ),
    "an enumeration as a key": (
        "//- /main.ts\nenum E { A, B }\nfunction f() {}\nfunction g() {}\nconst t = { [E.A]: f, [E.B]: g };\nt[E.B]();",
        {"main": {"main.g"}},
    ),
    "a decorator": (
        "//- /main.ts\nfunction deco(x: any) { return x; }\n@deco\nclass A { m() {} }\nnew A().m();",
        {"main": {"main.deco", "main.A.m"}},
    ),
    "a decorator of a method": (
        "//- /main.ts\nfunction deco() { return (t: any, k: string) => {}; }\nclass A { @deco() m() {} }",
        {"main": {"main.deco", "main.deco.<arrow1>"}},
    ),
    "a symbol as a key": (
        FG + "const k = Symbol('k'), o = Symbol('o');\nconst x = { [k]: f, [o]: g };\nx[k]();",
        {"main": {"main.f"}},
    ),
    "a symbol as a field": (
        FG + "const k = Symbol('k');\nfunction A() { this[k] = f; this.g = g; }\n"
        "A.prototype.run = function () { this[k](); };\nnew A().run();",
        {"main": {"main.A", "main.A.run"}, "main.A.run": {"main.f"}},
    ),
    "a function bound to its context": (
        FG + "const { AsyncResource } = require('node:async_hooks');\nconst h = new AsyncResource('x').bind(f);\nh();",
        {"main": {"async_hooks.AsyncResource", "async_hooks.AsyncResource.bind", "main.f"}},
    ),
    "a function run in a context": (
        "const { AsyncLocalStorage } = require('async_hooks');\nfunction f(x) { x(); }\nfunction g() {}\n"
        "new AsyncLocalStorage().run({}, f, g);",
        {
            "main": {"async_hooks.AsyncLocalStorage", "async_hooks.AsyncLocalStorage.run", "main.f"},
            "main.f": {"main.g"},
        },
    ),
    "both names of what a module gives away": (
        "//- /a.js\nexports = module.exports = function make() {};\nexports.x = function x() {};\n"
        "//- /main.js\nvar a = require('./a');\na();\na.x();",
        {"main": {"a.make", "a.x"}},
    ),
    "what a compiler exports again, one by one": (
        "//- /a.js\nexports.one = function one() {};\n//- /i.js\nvar a_1 = require('./a');\n"
        "Object.defineProperty(exports, 'one', { enumerable: true, get: function () { return a_1.one; } });\n"
        "//- /main.js\nconst i_1 = require('./i');\n(0, i_1.one)();",
        {"main": {"a.one", "i.get"}},
    ),
    "what a compiler exports again as a whole": (
        "//- /a.js\nexports.one = function one() {};\n//- /i.js\n"
        "function star(m, exports) { for (var p in m) if (p !== 'default') exports[p] = m[p]; }\n"
        "star(require('./a'), exports);\n//- /main.js\nrequire('./i').one();",
        {"main": {"a.one"}, "i": {"i.star"}},
    ),
    "fields copied in a loop": (
        FG + "function mixin(a, b) { for (const k in b) a[k] = b[k]; }\nfunction A() {}\n"
        "mixin(A.prototype, { m: function () { f(); }, n: function () { g(); } });\nnew A().m();",
        {"main": {"main.A", "main.m", "main.mixin"}, "main.m": {"main.f"}, "main.n": {"main.g"}},
    ),
    "a static function that is inherited from a function": (
        FG + "function B() {}\nB.s = f;\nfunction A() {}\nObject.setPrototypeOf(A, B);\nA.s();",
        {"main": {"main.f"}},
    ),
    "nextTick": (FG + "process.nextTick(f, 1);", {"main": {"main.f"}}),
    "an emitter of the platform": (
        "import { EventEmitter } from 'node:events';\nclass A extends EventEmitter {\n"
        "  constructor() { super(); this.on('x', this.h); }\n  h() {}\n  fire() { this.emit('x', 1); }\n}\n"
        "new A().fire();",
        {
            "main": {"main.A.constructor", "main.A.fire"},
            "main.A.constructor": {"events.EventEmitter.on"},
            "main.A.fire": {"events.EventEmitter.emit", "main.A.h"},
        },
    ),
    "a type guard": (
        "//- /main.ts\nclass A { m() {} }\nclass B { m() {} }\nfunction is(x: any): x is A { return true; }\n"
        "function h(x: A | B) { if (is(x)) { x.m(); } }\nfunction k(x: A | B) { if (!is(x)) { x.m(); } }",
        {"main.h": {"main.is", "main.A.m"}, "main.k": {"main.is", "main.B.m"}},
    ),
    "a type guard of something unknown": (
        "//- /main.ts\nclass A { m() {} }\nfunction is(x: unknown): x is A { return true; }\n"
        "function h(x: unknown) { if (is(x)) { x.m(); } }",
        {"main.h": {"main.is", "main.A.m"}},
    ),
    "an assertion function": (
        "//- /main.ts\nclass A { m() {} }\nfunction must(x: unknown): asserts x is A {}\n"
        "function h(x: unknown) { must(x); x.m(); }",
        {"main.h": {"main.must", "main.A.m"}},
    ),
    "map of something unknown": (
        FG + "function h(x) { return x.map((y) => f(y)); }",
        {"main.h": {"main.h.<arrow1>"}, "main.h.<arrow1>": {"main.f"}},
    ),
    "a cast": ("//- /main.ts\nclass A { m() {} }\nfunction h(x: unknown) { (x as A).m(); }", {"main.h": {"main.A.m"}}),
}


def calls(text: str) -> dict[str, set[str]]:
    """The call graph of a program, without what the language brings."""
    found = graph(text if text.startswith("//- ") else f"//- /main.js\n{text}")
    own = {caller: {c for c in callees if not c.startswith("<")} for caller, callees in found.items()}
    return {caller: callees for caller, callees in own.items() if callees}


@pytest.mark.parametrize(("text", "expected"), CALLS.values(), ids=CALLS.keys())
def test_calls(text: str, expected: dict[str, set[str]]) -> None:
    assert calls(text) == expected


@pytest.mark.parametrize(("text", "expected"), MODULES.values(), ids=MODULES.keys())
def test_modules_and_types(text: str, expected: dict[str, set[str]]) -> None:
    assert calls(text) == expected


RAISES = {
    "its own": ("function f() { throw new TypeError('x'); }", {"TypeError"}),
    "a class of the workspace": ("class E extends Error {}\nfunction f() { throw new E(); }", {"E"}),
    "caught": ("function f() { try { throw new Error(); } catch { } }", set()),
    "thrown again": ("function f() { try { throw new RangeError(); } catch (e) { throw e; } }", {"RangeError"}),
    "a callee's": ("function g() { throw new Error(); }\nfunction f() { g(); }", {"Error"}),
    "a callee's, awaited": ("async function g() { throw new Error(); }\nasync function f() { await g(); }", {"Error"}),
    "a rejection": ("function f() { return Promise.reject(new RangeError()); }", {"RangeError"}),
    "a class that is not known": ("import { Gone } from 'x';\nfunction f() { throw new Gone(); }", {"Gone"}),
    "a class that is made": ("const Gone = require('x')('gone');\nfunction f() { throw new Gone(); }", {"Gone"}),
    "a callee's, stopped by catch": (
        "async function g() { throw new Error(); }\nfunction f() { return g().catch(() => 1); }",
        set(),
    ),
}


@pytest.mark.parametrize(("text", "expected"), RAISES.values(), ids=RAISES.keys())
def test_raises(text: str, expected: set[str]) -> None:
    assert {r.type for r in record(text).raises if r.confidence != "possible"} == expected


def test_what_the_library_throws() -> None:
    assert {r.type for r in record("function f(x) { return JSON.parse(x); }").raises} == {"SyntaxError"}


NOTHING = {
    "falls off its end": ("function f() {}", "always"),
    "one way without a value": ("function f(x) { if (x) return 1; }", "sometimes"),
    "null": ("function f(x) { return x ? null : 1; }", "sometimes"),
    "find": ("function f() { return [1, 2].find((x) => x > 1); }", "sometimes"),
    "a map's get": ("const m = new Map([['a', 1]]);\nfunction f(k) { return m.get(k); }", "sometimes"),
    "nullish": ("const m = new Map([['a', 1]]);\nfunction f(k) { return m.get(k) ?? 2; }", "never"),
    "optional chaining": ("function f() { const o = Math.random() ? { a: 1 } : null; return o?.a; }", "sometimes"),
    "what a pattern finds": ("function f(s) { return 'a'.match(/b/); }", "sometimes"),
    "narrowed": ("function f(x = null) { if (x === null) { x = 1; } return x; }\nf(2);", "never"),
    "a callee's": ("function g(x) { if (x) return 1; }\nfunction f() { return g(1); }", "sometimes"),
    "an optional parameter": ("//- /main.ts\nfunction f(x?: number) { return x; }\nf();\nf(1);", "sometimes"),
    "an optional field": ("//- /main.ts\nclass A { x?: number }\nfunction f(a: A) { return a.x; }", "sometimes"),
    "asserted": (
        "//- /main.ts\nfunction must(x: unknown): asserts x {}\n"
        "function f() { const x = [1, 2].find((y) => y > 1); must(x); return x; }",
        "never",
    ),
    "asserted by the platform": (
        "const assert = require('node:assert');\nfunction f() { const x = [1].find((y) => y); assert(x); return x; }",
        "never",
    ),
    "guarded": (
        "//- /main.ts\nfunction has(x: unknown): x is number { return true; }\n"
        "function f() { const x = [1].find((y) => y); return has(x) ? x : 2; }",
        "never",
    ),
    "an object of a class that is not known": ("import { A } from 'x';\nfunction f() { return new A(); }", "never"),
    "a text": ("function f() { return 'x'.trim(); }", "never"),
}


@pytest.mark.parametrize(("text", "expected"), NOTHING.values(), ids=NOTHING.keys())
def test_nothing(text: str, expected: str) -> None:
    assert record(text).returns_none == expected


def test_a_test_reaches_what_its_body_calls() -> None:
    found = analysed(
        """
        //- /a.js
        export function f() { [1].forEach(() => g()); }
        function g() {}
        //- /a.test.js
        import { f } from './a';
        describe('A', () => { it('works', () => { f(); }); });
        """
    )
    assert [test.name for test in found["a.js:g"].tests] == ["describe A.it works"]


def test_what_a_function_without_a_name_does_is_told_of_the_one_around_it() -> None:
    found = analysed("//- /main.js\nfunction g() {}\nfunction f() { setTimeout(() => { g(); }, 1); }")
    assert {edge.place.symbol for edge in found["main.js:g"].callers} == {"f"}
    assert [edge.target for edge in found["main.js:f"].callees] == ["g"]


def test_a_known_key_of_something_unknown_may_hold_anything() -> None:
    found = analysed(
        """
        //- /main.js
        const k = Symbol('k');
        function f(a) { return a[k]; }
        function g() {}
        g[k] = { name: 'g' };
        f(g);
        f(JSON.parse('{}'));
        """
    )
    assert found["main.js:f"].returns_none == "unknown"


def test_a_getter_under_a_known_key_is_as_sure_as_one_by_its_name() -> None:
    found = analysed(
        """
        //- /main.js
        const k = Symbol('k');
        function A() {}
        Object.defineProperties(A.prototype, { [k]: { get () { return 1; } } });
        function f(a) { return a[k]; }
        f(JSON.parse('{}'));
        f(new A());
        """
    )
    assert callers(found["main.js:k.get"]) == {"f"}


def record(text: str) -> Record:
    """The record of the function `f`."""
    path = "main.ts" if text.startswith("//- /main.ts") else "main.js"
    return analysed(text if text.startswith("//- ") else f"//- /main.js\n{text}")[f"{path}:f"]
