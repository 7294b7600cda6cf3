// What a JavaScript or TypeScript package really does while its own tests run, as ground truth for static answers.
//
//   RECORD_ROOT=<package> RECORD_OUT=<folder> NODE_PATH=<node_modules with @babel/core> \
//   NODE_OPTIONS="--require <this file>" npx mocha …        (or node --test …)
//
// Every module under RECORD_ROOT outside node_modules is rewritten as it is loaded, so that each function tells when it
// is entered, left, thrown out of, and what it returns. Each process writes its own file into RECORD_OUT; `merge.py`
// puts them together. The format is that of the Python recorder: callers, exceptions that left, nothing or a value
// returned, tests. A function without a name runs in the name of the function around it, so it is nobody's callee and
// its calls are those of the function around it. What the event loop calls has no caller.
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const Module = require('node:module')
const { naming } = require('./naming.cjs')

const ROOT = fs.realpathSync(process.env.RECORD_ROOT) + path.sep
const OUT = process.env.RECORD_OUT
const PREPARED = Symbol.for('recorder')

if (!process[PREPARED]) {
  process[PREPARED] = true
  install()
}

function install () {
  const functions = [] // id → { key, test, plain }
  const seen = [] // id → what was seen of it
  let current = null // the frame that runs
  let test = null // the test that runs

  const seenOf = (id) => (seen[id] ??= { callers: new Set(), escaped: new Map(), own: new Set(), tests: new Set(), none: false, value: false })

  globalThis.__recorder = {
    enter (id) {
      const about = functions[id]
      const frame = { id, parent: current, owner: about.owner, ended: false, returned: false, test: null, failed: false }
      if (about.key !== null) {
        const it = seenOf(id)
        if (current !== null && current.owner >= 0) it.callers.add(current.owner)
        if (test !== null) it.tests.add(test)
      }
      if (about.test) {
        frame.test = test
        test = id
      }
      current = frame
      return frame
    },
    ret (frame, value) {
      frame.returned = true
      if (functions[frame.id].plain) seenOf(frame.id)[value === undefined || value === null ? 'none' : 'value'] = true
      return value
    },
    thrown (frame, error) {
      frame.failed = true
      if (functions[frame.id].key === null) return
      const names = chain(error)
      if (names.length) seenOf(frame.id).escaped.set(names[0], names)
    },
    leave (frame) {
      if (!frame.returned && !frame.failed && functions[frame.id].plain) seenOf(frame.id).none = true
      // A test that takes a callback goes on after it has returned; the next one ends it.
      if (functions[frame.id].test && !functions[frame.id].waits) test = frame.test
      current = frame.parent
    },
    suspend (frame, value) {
      current = frame.parent
      return value
    },
    resume (frame, value) { // The event loop goes on with an asynchronous function.
      frame.parent = null
      current = frame
      return value
    },
    again (frame, value) { // Somebody advances a generator.
      frame.parent = current
      current = frame
      return value
    }
  }

  function chain (error) {
    const names = []
    for (let at = error; at !== null && typeof at === 'object' && names.length < 12;) {
      at = Object.getPrototypeOf(at)
      const name = at && Object.hasOwn(at, 'constructor') && at.constructor && at.constructor.name
      if (name && name !== 'Object') names.push(name)
    }
    return names
  }

  const babel = require(require.resolve('@babel/core', { paths: (process.env.NODE_PATH || '').split(path.delimiter) }))
  const locate = (name) => require.resolve(name, { paths: (process.env.NODE_PATH || '').split(path.delimiter) })

  function rewrite (source, filename) {
    const relative = filename.slice(ROOT.length).split(path.sep).join('/')
    const typescript = /\.[cm]?tsx?$/.test(filename)
    const plugins = [[instrument, { relative }]]
    if (typescript) plugins.push(locate('@babel/plugin-transform-typescript'))
    if (typescript || /^\s*(import|export)\s/m.test(source)) plugins.push(locate('@babel/plugin-transform-modules-commonjs'))
    const done = babel.transformSync(source, {
      filename, plugins, babelrc: false, configFile: false, sourceType: 'unambiguous', retainLines: true, compact: false,
      parserOpts: { allowReturnOutsideFunction: true }
    })
    return done.code
  }

  function instrument ({ types: t, template }) {
    const body = template.statements(
      'const FRAME = globalThis.__recorder.enter(ID); try { BODY } catch (__error) { globalThis.__recorder.thrown(FRAME, __error); throw __error } finally { globalThis.__recorder.leave(FRAME) }'
    )
    const tell = (what, ...rest) => t.callExpression(
      t.memberExpression(t.memberExpression(t.identifier('globalThis'), t.identifier('__recorder')), t.identifier(what)),
      [t.identifier('__frame'), ...rest])
    const nothing = () => t.unaryExpression('void', t.numericLiteral(0))
    return {
      visitor: {
        Program: {
          enter (program, state) {
            const named = naming(program, state.opts.relative)
            const paths = []
            program.traverse({ Function (each) { paths.push(each) } })
            // The innermost first, so that what is put around a body is not walked again.
            const ids = new Map()
            for (const each of paths) {
              const about = named.get(each.node)
              const id = functions.length
              ids.set(each.node, id)
              const outer = each.getFunctionParent()
              const around = outer ? functions[ids.get(outer.node)].owner : -1
              functions.push({
                key: about ? about.key : null,
                owner: about ? id : around,
                test: Boolean(about && about.test),
                waits: Boolean(about && about.test && each.node.params.length && !each.node.async),
                plain: Boolean(about) && !each.node.generator && each.node.kind !== 'constructor' && each.node.kind !== 'set'
              })
            }
            for (const each of paths.reverse()) {
              const { node } = each
              const id = ids.get(node)
              if (node.body.type !== 'BlockStatement') {
                node.body = t.blockStatement([t.returnStatement(node.body)])
                node.expression = false
              }
              within(each.get('body'), {
                ReturnStatement (at) { at.node.argument = tell('ret', at.node.argument || nothing()) },
                AwaitExpression (at) {
                  at.node.argument = tell('suspend', at.node.argument)
                  at.replaceWith(tell('resume', at.node))
                  at.skip()
                },
                YieldExpression (at) {
                  at.node.argument = tell('suspend', at.node.argument || nothing())
                  at.replaceWith(tell(node.async ? 'resume' : 'again', at.node))
                  at.skip()
                },
                ForOfStatement (at) {
                  if (!at.node.await) return
                  const inner = at.node.body.type === 'BlockStatement' ? at.node.body.body : [at.node.body]
                  at.node.body = t.blockStatement([t.expressionStatement(tell('resume')), ...inner])
                  at.insertAfter(t.expressionStatement(tell('resume')))
                }
              })
              node.body.body = body({ FRAME: t.identifier('__frame'), ID: t.numericLiteral(id), BODY: node.body.body })
            }
            program.scope.crawl()
          }
        }
      }
    }
  }

  // Visits what belongs to a function itself, not to the functions inside it; the inner parts of an expression first.
  function within (start, visitor) {
    const found = []
    start.traverse({
      Function (inner) { inner.skip() },
      exit (at) { if (visitor[at.type]) found.push(at) }
    })
    for (const each of found) visitor[each.type](each)
  }

  const wanted = (filename) => filename.startsWith(ROOT) && !filename.includes(`${path.sep}node_modules${path.sep}`)
  const plain = Module._extensions['.js']
  function load (module, filename) {
    if (!wanted(filename)) return plain(module, filename)
    let code
    try {
      code = rewrite(fs.readFileSync(filename, 'utf8'), filename)
    } catch (error) {
      process.stderr.write(`recorder: ${filename} is loaded as it is: ${error.message}\n`)
      return plain(module, filename)
    }
    module._compile(code, filename)
  }
  // Registered again by other loaders, such as a package's own; the first one to see a file decides.
  for (const suffix of ['.js', '.cjs', '.ts', '.tsx', '.jsx', '.cts']) {
    const before = Module._extensions[suffix]
    Object.defineProperty(Module._extensions, suffix, {
      configurable: true,
      enumerable: true,
      get: () => (module, filename) => wanted(filename) ? load(module, filename) : (before || plain)(module, filename),
      set () {}
    })
  }

  process.on('exit', () => {
    const out = {}
    seen.forEach((it, id) => {
      const key = functions[id].key
      if (key === null) return
      const row = out[key] ??= { callers: [], escaped: [], own_raise: [], none: false, value: false, tests: [] }
      for (const caller of it.callers) row.callers.push([functions[caller].key, Number(functions[caller].key.split('@').pop())])
      row.escaped = [...it.escaped].map(([name, chained]) => [name, chained])
      row.none ||= it.none
      row.value ||= it.value
      row.tests = [...it.tests].map((id) => functions[id].key)
    })
    fs.mkdirSync(OUT, { recursive: true })
    fs.writeFileSync(path.join(OUT, `${process.pid}-${Date.now()}.json`), JSON.stringify(out))
  })
}
