// The qualified names of a module's functions, by the rules that Forethought's facts follow (`define.py`): a function is
// called what its header says, what it is assigned to, or the title of the test whose body it is.
'use strict'

const SUITES = new Set(['describe', 'suite', 'context', 'fdescribe', 'xdescribe'])
const TESTS = new Set(['it', 'test', 'specify', 'fit', 'xit', 'xtest'])

// Function node → { key, test }; functions without a name are absent.
exports.naming = function naming (program, relative) {
  const found = new Map()
  const source = (node) => program.hub.file.code.slice(node.start, node.end)

  function nameOf (path) { // → { name, start, parent, test } of a function or class, or null
    const { node, parent, parentPath } = path
    const at = (name, holder = node, extra = {}) => ({ name, line: holder.loc.start.line, from: path.parentPath, ...extra })
    if (/^(FunctionDeclaration|ClassDeclaration)$/.test(node.type)) return at(node.id ? node.id.name : 'default')
    if (/Method$/.test(node.type)) return at(key(node), node)
    if (parent.type === 'VariableDeclarator' && parent.init === node && parent.id.type === 'Identifier') {
      return at(parent.id.name, parent)
    }
    if (parent.type === 'AssignmentExpression' && parent.right === node) return assigned(path, at)
    if (/^(ObjectProperty|ClassProperty|ClassPrivateProperty|ClassAccessorProperty)$/.test(parent.type) && parent.value === node) {
      return at(key(parent), parent)
    }
    if (parent.type === 'ExportDefaultDeclaration') return at(node.id ? node.id.name : 'default', parent)
    if (parent.type === 'CallExpression' && /Function/.test(node.type)) {
      const head = title(parent)
      const functions = parent.arguments.filter((each) => /Function/.test(each.type))
      if (head && functions[functions.length - 1] === node) {
        return at(head, parent, { from: parentPath.parentPath, test: TESTS.has(head.split(' ')[0]) })
      }
    }
    return node.id ? at(node.id.name) : null
  }

  function assigned (path, at) {
    const { node, parent } = path
    const left = source(parent.left).replace(/\s+/g, '')
    if (left === 'module.exports' || left === 'exports') {
      const above = path.parentPath.parent
      const outer = above.type === 'VariableDeclarator' && above.id.type === 'Identifier' ? above.id.name : ''
      return at((node.id && node.id.name) || outer || 'default', parent)
    }
    let match
    if ((match = /^(?:module\.)?exports\.([\w$]+)$/.exec(left))) return at(match[1], parent)
    if ((match = /^([\w$.]+)\.prototype\.([\w$]+)$/.exec(left))) return at(match[2], parent, { owner: match[1].split('.').pop() })
    if ((match = /^this\.([\w$]+)$/.exec(left))) return at(match[1], parent, { owner: 'this' })
    if ((match = /^([\w$]+)\.([\w$]+)$/.exec(left))) return at(match[2], parent, { owner: match[1] })
    if (/^[\w$]+$/.test(left)) return at(left, parent)
    return node.id ? at(node.id.name) : null
  }

  function title (call) {
    const [first] = call.arguments
    if (!first || !/^(StringLiteral|TemplateLiteral)$/.test(first.type)) return ''
    const written = source(call.callee)
    let head = (/^[\w$]+/.exec(written) || [''])[0]
    if (!TESTS.has(head) && !SUITES.has(head)) {
      if (!/\.(test|it)$/.test(written)) return ''
      head = 'test'
    } else if (written.includes('.describe') || written.includes('.suite')) head = 'describe'
    const text = source(first).replace(/^['"`]+|['"`]+$/g, '').split(/\s+/).join(' ').trim().slice(0, 120)
    return `${head} ${text}`.replaceAll('.', '·').replaceAll('::', ':')
  }

  function key (node) {
    if (node.key.type === 'PrivateName') return `#${node.key.id.name}`
    if (node.computed) return source(node.key).split('.').pop() || 'computed'
    return node.key.name ?? String(node.key.value)
  }

  function holder (path) { // the qualified name that a place's own name comes after
    for (let at = path; at; at = at.parentPath) {
      const { node } = at
      if (/Function|Method$|^Class(Declaration|Expression)$/.test(node.type)) {
        const about = qualified(at)
        if (about) return about
      } else if (node.type === 'ObjectExpression' && !/Property$/.test(at.parent.type)) {
        const about = objectName(at)
        if (about) return about
      } else if (node.type === 'ObjectProperty' && node.value.type === 'ObjectExpression') {
        const above = holder(at.parentPath)
        return above ? `${above}.${key(node)}` : key(node)
      } else if (node.type === 'TSModuleBlock') {
        const above = holder(at.parentPath.parentPath)
        const name = source(at.parent.id).replace(/['"]/g, '')
        return above ? `${above}.${name}` : name
      }
    }
    return ''
  }

  function objectName (path) {
    let { parentPath } = path
    while (/^TS(As|Satisfies)Expression$/.test(parentPath.type)) parentPath = parentPath.parentPath
    const { node: parent } = parentPath
    const above = () => holder(parentPath.parentPath)
    const inside = (name) => { const prefix = above(); return prefix ? `${prefix}.${name}` : name }
    if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return inside(parent.id.name)
    if (parent.type === 'ExportDefaultDeclaration') return 'default'
    if (parent.type === 'AssignmentExpression') {
      const left = source(parent.left).replace(/\s+/g, '')
      let match
      if (left === 'module.exports' || left === 'exports') return 'default'
      if ((match = /^(?:module\.)?exports\.([\w$]+)$/.exec(left))) return match[1]
      if ((match = /^([\w$.]+)\.prototype$/.exec(left))) return match[1].split('.').pop()
      if (/^[\w$]+$/.test(left)) return inside(left)
    }
    return ''
  }

  const known = new Map()
  function qualified (path) {
    if (known.has(path.node)) return known.get(path.node)
    const about = nameOf(path)
    let name = ''
    if (about) {
      let prefix = ''
      if (about.owner === 'this') prefix = made(path.parentPath)
      else if (about.owner) prefix = about.owner
      else prefix = holder(about.from)
      name = prefix ? `${prefix}.${about.name}` : about.name
    }
    known.set(path.node, name)
    if (name && /Function|Method$/.test(path.node.type)) {
      found.set(path.node, { key: `${relative}::${name}@${about.line}`, test: Boolean(about.test) })
    }
    return name
  }

  function made (path) { // what `this` is: the class around, or the function that makes an object
    for (let at = path; at; at = at.parentPath) {
      if (/^Class(Declaration|Expression)$/.test(at.node.type)) return qualified(at)
      if (/^Function/.test(at.node.type)) {
        const name = qualified(at)
        if (name) return name
      }
    }
    return ''
  }

  program.traverse({ Function (path) { qualified(path) } })
  return found
}
