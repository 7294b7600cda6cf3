"""Recordings of what JavaScript and TypeScript packages do: a loader that rewrites modules, and what merges them.

The README's figures come from graphql 16.11.0 and fastify 5.6.0, as their repositories have them under these tags, with
`npm install --ignore-scripts` in each, and with `@babel/core`, `@babel/plugin-transform-typescript`,
`@babel/plugin-transform-modules-commonjs`, `typescript@5` and `typescript-language-server` in a folder of their own:

    RECORD_ROOT=$PWD RECORD_OUT=out NODE_PATH=…/node_modules NODE_OPTIONS="--require …/recorder.cjs" \\
        npx mocha 'src/**/__tests__/**/*-test.ts'                 # graphql
        node --test test/*.test.js test/*/*.test.js               # fastify
    python -m benchmarks.truth.javascript.merge out NAME-VERSION.json.gz
    python -m benchmarks.truth --package NAME --recording NAME-VERSION.json.gz --root FOLDER [--shallow]
    python -m benchmarks.truth.javascript.incoming FOLDER NAME-VERSION.json.gz -- typescript-language-server --stdio
"""
