"""Four small repositories, cut from click, marshmallow, tomlkit and Django, about which the fixtures ask.

The code is theirs in kind (shapes, names, comments), shortened until the answer to each question can be read off it.
`STATED` says what their analysis would find and no name shows.
"""

from __future__ import annotations

from collections.abc import Sequence

Stated = dict[str, dict[str, Sequence[str] | str]]

CLICK = '''
#- /src/click/core.py
import os
from click.types import convert_type
from click.exceptions import MissingParameter, Exit, Abort

class Context:
    def __init__(self, command, parent=None, default_map=None):
        self.command = command
        self.default_map = default_map
        self._depth = 0
        self._close_callbacks = []

    def lookup_default(self, name, call=True):
        """Get the default for a parameter from the default map."""
        if self.default_map is not None:
            value = self.default_map.get(name)
            if call and callable(value):
                return value()
            return value
        return None

    def find_root(self):
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def invoke(self, callback, *args):
        with self:
            return callback(*args)

    def close(self):
        # Since the callbacks may open resources of their own, they are run before
        # the stack is emptied, see #1134.
        for callback in self._close_callbacks:
            callback()
        self._close_callbacks = []

class Parameter:
    def __init__(self, name, type=None, required=False):
        self.name = name
        self.type = convert_type(type)
        self.required = required

    def consume_value(self, ctx, opts):
        value = opts.get(self.name)
        if value is None:
            value = self.value_from_envvar(ctx)
        if value is None:
            value = ctx.lookup_default(self.name)
        return value

    def get_default(self, ctx, call=True):
        value = ctx.lookup_default(self.name, call=False)
        return value

    def value_from_envvar(self, ctx):
        rv = os.environ.get(self.name.upper())
        if rv:
            return rv
        return None

    def process_value(self, ctx, value):
        value = self.type.convert(value, self, ctx)
        if self.required and value is None:
            raise MissingParameter(ctx=ctx, param=self)
        return value

    def handle_parse_result(self, ctx, opts):
        value = self.consume_value(ctx, opts)
        try:
            value = self.process_value(ctx, value)
        except Exception:
            if not ctx.resilient_parsing:
                raise
            value = None
        return value

class Command:
    def main(self, args=None, standalone_mode=True):
        """This is the way to invoke a script. Everything ends here."""
        try:
            with self.make_context(args) as ctx:
                return self.invoke(ctx)
        except MissingParameter as e:
            e.show()
        except Exit as e:
            return e.exit_code

    def make_context(self, args, parent=None):
        ctx = Context(self, parent=parent)
        self.parse_args(ctx, args)
        return ctx

    def parse_args(self, ctx, args):
        for param in self.params:
            param.handle_parse_result(ctx, args)

    def invoke(self, ctx):
        return ctx.invoke(self.callback)

    def _unused_helper(self):
        return _also_unused()

def _also_unused():
    return 1

def _complete_visible_commands(ctx, incomplete):
    return [incomplete]
#- /src/click/types.py
from click.exceptions import BadParameter

class ParamType:
    def convert(self, value, param, ctx):
        return value

    def fail(self, message, param=None, ctx=None):
        raise BadParameter(message, ctx=ctx, param=param)

class IntParamType(ParamType):
    def convert(self, value, param, ctx):
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is not a valid integer.", param, ctx)

class Choice(ParamType):
    def convert(self, value, param, ctx):
        if value in self.choices:
            return value
        self.fail(f"{value!r} is not one of {self.choices}.", param, ctx)

class File(ParamType):
    def convert(self, value, param, ctx):
        f = open(value, self.mode)
        ctx._close_callbacks.append(f.close)
        return f

def convert_type(ty):
    if ty is int:
        return IntParamType()
    return ParamType()
#- /src/click/exceptions.py
class ClickException(Exception):
    def show(self, file=None):
        print(self.message)

class UsageError(ClickException):
    def show(self, file=None):
        print(self.ctx.get_usage())
        super().show(file)

class BadParameter(UsageError):
    pass

class MissingParameter(BadParameter):
    pass

class Exit(RuntimeError):
    pass

class Abort(RuntimeError):
    pass
#- /tests/test_defaults.py
from click.core import Context, Command
from click.types import IntParamType

def test_lookup_default():
    ctx = Context(Command(), default_map={"name": "x"})
    assert ctx.lookup_default("name") == "x"

def test_int():
    assert IntParamType().convert("1", None, None) == 1

def test_main():
    Command().main(["--name", "x"])

def test_complete():
    assert _complete_visible_commands(None, "a")
'''

CLICK_STATED: Stated = {
    "Context.lookup_default": {
        "returns_none": "sometimes",
        "none_ways": [
            "nothing stored under that name @ value = self.default_map.get(name)",
            "no map was given @ return None",
        ],
        "returns": ["what `value()` returns @ return value()", "what the map holds @ return value"],
        "assumes": ["`name` is hashable @ self.default_map.get(name) ! likely"],
    },
    "Context.find_root": {"returns_none": "never", "returns": ["a `Context` @ return node"]},
    "Context.close": {"changes": ["`self._close_callbacks` @ self._close_callbacks = []"], "returns_none": "always"},
    "Parameter.value_from_envvar": {
        "returns_none": "sometimes",
        "none_ways": ["the variable is unset or empty @ «return None»\n\n    def process_value"],
        "returns": ["`str` @ return rv"],
        "settings": ["the variable named by `self.name.upper()` @ os.environ.get(self.name.upper())"],
    },
    "Parameter.process_value": {
        "raises": [
            "MissingParameter @ raise MissingParameter(ctx=ctx, param=self)",
            "BadParameter via IntParamType.convert, ParamType.fail @ self.type.convert(value, self, ctx) ! likely",
            "BadParameter via Choice.convert, ParamType.fail @ self.type.convert(value, self, ctx) ! likely",
            "OSError via File.convert @ self.type.convert(value, self, ctx) ! possible",
        ],
        "caught": ["MissingParameter @ except MissingParameter as e:"],
        "assumes": ["a required value is not None @ if self.required and value is None:"],
        "returns_none": "sometimes",
        "none_ways": ["what `convert` gives is passed on @ «return value»\n\n    def handle ! likely"],
    },
    "Parameter.handle_parse_result": {
        "raises": ["MissingParameter via Parameter.process_value @ value = self.process_value(ctx, value)"],
        "caught": ["MissingParameter @ except MissingParameter as e:"],
    },
    "Command.parse_args": {
        "raises": ["MissingParameter via Parameter.handle_parse_result @ param.handle_parse_result(ctx, args)"],
    },
    "Command.make_context": {
        "raises": ["MissingParameter via Command.parse_args @ self.parse_args(ctx, args)"],
        "returns_none": "never",
        "returns": ["a new `Context` @ return ctx"],
    },
    "ParamType.fail": {
        "raises": ["BadParameter @ raise BadParameter(message, ctx=ctx, param=param)"],
        "returns_none": "never",
    },
    "ParamType.convert": {"returns_none": "never", "returns": ["`value`, unchanged @ return value"]},
    "IntParamType.convert": {
        "raises": ['BadParameter via ParamType.fail @ self.fail(f"{value!r} is not a valid integer.", param, ctx)'],
        "returns_none": "never",
        "returns": ["`int` @ return int(value)"],
    },
    "Choice.convert": {
        "raises": [
            'BadParameter via ParamType.fail @ self.fail(f"{value!r} is not one of {self.choices}.", param, ctx)'
        ],
        "returns_none": "never",
    },
    "File.convert": {
        "raises": ["OSError @ f = open(value, self.mode)"],
        "returns_none": "never",
        "resources": ["a file @ open(value, self.mode)"],
        "changes": ["`ctx._close_callbacks` @ ctx._close_callbacks.append(f.close)"],
    },
    "convert_type": {
        "returns_none": "never",
        "returns": ["`IntParamType` @ return IntParamType()", "`ParamType` @ return ParamType()"],
    },
    "Command.main": {
        "returns_none": "sometimes",
        "none_ways": ["`MissingParameter` is caught, and the end is reached @ e.show() ! likely"],
    },
}

TOMLKIT = '''
#- /tomlkit/container.py
from tomlkit.exceptions import NonExistentKey, KeyAlreadyPresent
from tomlkit.items import item, Null, Table

class Container(dict):
    def __init__(self, parsed=False):
        self._map = {}
        self._body = []
        self._parsed = parsed

    def parsing(self, parsing):
        self._parsed = parsing
        for _, value in self._body:
            if isinstance(value, Table):
                value.value.parsing(parsing)

    def append(self, key, value):
        if key in self._map:
            raise KeyAlreadyPresent(key)
        self._map[key] = len(self._body)
        self._body.append((key, item(value)))
        return self

    def remove(self, key):
        idx = self._map.pop(key, None)
        if idx is None:
            raise NonExistentKey(key)
        # Don't delete the element: the indices of the others would shift.
        self._body[idx] = (None, Null())
        return self

    def last_item(self):
        """Get the last item."""
        if self._body:
            return self._body[-1][1]

    def __getitem__(self, key):
        idx = self._map.get(key)
        if idx is None:
            raise NonExistentKey(key)
        return self._body[idx][1]

    def get(self, key, default=None):
        try:
            return self[key]
        except NonExistentKey:
            return default
#- /tomlkit/items.py
def item(value, _parent=None, _sort_keys=False):
    """Create a TOML item from a Python object."""
    if isinstance(value, bool):
        return Bool(value)
    if isinstance(value, dict):
        table = Table(_parent)
        for k, v in value.items():
            table.append(k, item(v, _parent=table, _sort_keys=_sort_keys))
        return table
    raise ConvertError(f"Unable to convert an object of {type(value)} to a TOML item")

class ConvertError(TypeError, ValueError):
    """Raised when item() fails to convert a value."""

class Item:
    def as_string(self):
        raise NotImplementedError()

    def comment(self, comment):
        self._trivia = comment
        return self

class Null(Item):
    def as_string(self):
        return ""

class Bool(Item):
    def __init__(self, t):
        self._value = bool(t)

    def as_string(self):
        return str(self._value).lower()

class Table(Item):
    def __init__(self, parent):
        self.value = {}
        self.parent = parent

    def append(self, key, value):
        self.value[key] = value
        return self

    def as_string(self):
        return "".join(each.as_string() for each in self.value.values())
#- /tomlkit/exceptions.py
class NonExistentKey(KeyError):
    def __init__(self, key):
        super().__init__(f'Key "{key}" does not exist.')

class KeyAlreadyPresent(Exception):
    pass
#- /tomlkit/parser.py
from tomlkit.container import Container
from tomlkit.items import Table, Bool

class Parser:
    def __init__(self, string):
        self._src = string
        self._idx = 0

    def parse(self):
        body = Container(True)
        while not self.end():
            key, value = self._parse_item()
            body.append(key, value)
        body.parsing(False)
        return body

    def end(self):
        return self._idx >= len(self._src)

    def _parse_item(self):
        if self._src[self._idx] == "[":
            return self._parse_table()
        return self._parse_key_value()

    def _parse_key_value(self):
        key, _, rest = self._src[self._idx :].partition("=")
        self._idx = len(self._src)
        return key, Bool(rest)

    def _parse_table(self):
        table = Table(None)
        while not self.end():
            key, value = self._parse_item()
            table.append(key, value)
        return "table", table

    def _peek(self):
        return self._src[self._idx]
#- /tomlkit/api.py
from tomlkit.parser import Parser
from tomlkit.items import Bool, item

def parse(string):
    """
    Parses a string or bytes into a TOMLDocument.
    """
    return Parser(string).parse()

def load(fp):
    return parse(fp.read())

def boolean(raw):
    return item(raw == "true")
#- /tests/test_api.py
from tomlkit.api import parse, load, boolean
from tomlkit.container import Container

def test_parse():
    assert parse("a=true")["a"]

def test_boolean():
    assert boolean("true").as_string() == "true"

def test_container():
    doc = Container()
    doc.append("a", 1).append("b", {"c": 2})
    assert doc.last_item()
'''

TOMLKIT_STATED: Stated = {
    "Container.append": {
        "raises": [
            "tomlkit.exceptions.KeyAlreadyPresent @ raise KeyAlreadyPresent(key)",
            "tomlkit.items.ConvertError via item @ self._body.append((key, item(value)))",
        ],
        "changes": [
            "`self._map` @ self._map[key] = len(self._body)",
            "`self._body` @ self._body.append((key, item(value)))",
        ],
        "assumes": ["`key` is not there yet @ if key in self._map:"],
        "returns_none": "never",
        "returns": ["`self` @ «return self»\n\n    def remove"],
    },
    "Container.remove": {
        "raises": ["tomlkit.exceptions.NonExistentKey @ «raise NonExistentKey(key)»\n        # Don't"],
        "changes": ["`self._map` @ self._map.pop(key, None)", "`self._body` @ self._body[idx] = (None, Null())"],
        "returns_none": "never",
    },
    "Container.last_item": {
        "returns_none": "sometimes",
        "none_ways": ["the body is empty, and the end is reached @ if self._body:"],
        "returns": ["an `Item` @ return self._body[-1][1] ! likely"],
    },
    "Container.__getitem__": {
        "raises": ["tomlkit.exceptions.NonExistentKey @ «raise NonExistentKey(key)»\n        return"],
        "caught": ["tomlkit.exceptions.NonExistentKey swallowed @ except NonExistentKey:"],
    },
    "Container.get": {
        "returns_none": "sometimes",
        "none_ways": ["there is no such key, and `default` was not given @ return default"],
    },
    "Container.parsing": {"changes": ["`self._parsed` @ self._parsed = parsing"]},
    "item": {
        "raises": ['tomlkit.items.ConvertError @ raise ConvertError(f"Unable'],
        "returns_none": "never",
        "returns": ["`Bool` @ return Bool(value)", "`Table` @ return table"],
    },
    "Item.as_string": {"raises": ["NotImplementedError @ raise NotImplementedError()"], "returns_none": "never"},
    "Null.as_string": {"returns_none": "never", "returns": ['`str` @ return ""']},
    "Bool.as_string": {"returns_none": "never", "returns": ["`str` @ return str(self._value).lower()"]},
    "Table.as_string": {
        "returns_none": "never",
        "raises": ["NotImplementedError via Item.as_string @ each.as_string() ! possible"],
    },
    "Parser._parse_key_value": {"changes": ["`self._idx` @ self._idx = len(self._src)"]},
    "Parser._parse_item": {
        "raises": ['IndexError @ self._src[self._idx] == "[" ! possible'],
        "assumes": ['the text is not at its end @ self._src[self._idx] == "["'],
    },
    "Parser.parse": {
        "raises": ["tomlkit.exceptions.KeyAlreadyPresent via Container.append @ body.append(key, value)"],
        "returns": ["a `Container` @ return body"],
        "returns_none": "never",
        "changes": ["`self._idx` @ self._parse_item()\n            body ! likely"],
    },
    "parse": {
        "raises": ["tomlkit.exceptions.KeyAlreadyPresent via Parser.parse, Container.append @ Parser(string).parse()"]
    },
    "load": {"raises": ["tomlkit.exceptions.KeyAlreadyPresent via parse, Parser.parse @ parse(fp.read())"]},
}

DJANGO = '''
#- /django/utils/autoreload.py
import os
import threading
import signal

_error_files = []
_exception = None
DJANGO_AUTORELOAD_ENV = "RUN_MAIN"

class BaseReloader:
    def __init__(self):
        self.extra_files = set()
        self.directory_globs = {}
        self._stop_condition = threading.Event()

    def watch_dir(self, path, glob):
        path = path.absolute()
        self.directory_globs[path] = glob

    def run(self, django_main_thread):
        self.run_loop()

    def run_loop(self):
        ticker = self.tick()
        while not self.should_stop:
            next(ticker)
        self.stop()

    def tick(self):
        raise NotImplementedError("subclasses must implement tick().")

    @classmethod
    def check_availability(cls):
        raise NotImplementedError("subclasses must implement check_availability().")

    def notify_file_changed(self, path):
        trigger_reload(path)

    @property
    def should_stop(self):
        return self._stop_condition.is_set()

    def stop(self):
        self._stop_condition.set()

class StatReloader(BaseReloader):
    SLEEP_TIME = 1  # Check for changes once per second.

    def tick(self):
        mtimes = {}
        while True:
            for filepath, mtime in self.snapshot_files():
                old_time = mtimes.get(filepath)
                mtimes[filepath] = mtime
                if old_time is not None and mtime > old_time:
                    self.notify_file_changed(filepath)
            yield

    def snapshot_files(self):
        for file in self.extra_files:
            try:
                mtime = file.stat().st_mtime
            except OSError:
                # This is thrown when the file does not exist.
                continue
            yield file, mtime

    @classmethod
    def check_availability(cls):
        return True

class WatchmanReloader(BaseReloader):
    def tick(self):
        while True:
            self.update_watches()
            yield

    def update_watches(self):
        self.client.query("version")

    def stop(self):
        self.client.close()
        super().stop()

    @classmethod
    def check_availability(cls):
        if not pywatchman:
            raise WatchmanUnavailable("pywatchman not installed.")

class WatchmanUnavailable(RuntimeError):
    pass

def trigger_reload(filename):
    sys.exit(3)

def get_reloader():
    """Return the most suitable reloader for this environment."""
    try:
        WatchmanReloader.check_availability()
    except WatchmanUnavailable:
        return StatReloader()
    return WatchmanReloader()

def start_django(reloader, main_func):
    main_thread = threading.Thread(target=main_func, daemon=True)
    main_thread.start()
    reloader.run(main_thread)

def run_with_reloader(main_func):
    signal.signal(signal.SIGTERM, lambda *args: sys.exit(0))
    if os.environ.get(DJANGO_AUTORELOAD_ENV) == "true":
        start_django(get_reloader(), main_func)

def check_errors(fn):
    global _exception
    try:
        fn()
    except Exception:
        _exception = sys.exc_info()
        raise

def raise_last_exception():
    # Keep the traceback: the autoreloader re-raises what the import swallowed.
    if _exception is not None:
        raise _exception[1]
#- /django/core/handlers/asgi.py
import asyncio

class ASGIHandler:
    async def __call__(self, scope, receive, send):
        await self.handle(scope, receive, send)

    async def handle(self, scope, receive, send):
        tasks = [
            asyncio.create_task(self.listen_for_disconnect(receive)),
            asyncio.create_task(self.process_request(scope, send)),
        ]
        await asyncio.wait(tasks)

    async def listen_for_disconnect(self, receive):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted()

    async def process_request(self, request, send):
        response = await self.run_get_response(request)
        await send(response)

    async def run_get_response(self, request):
        return await self.get_response_async(request)

    def close_connections(self):
        self.pool.shutdown()

def get_asgi_application():
    """
    The public interface to Django's ASGI support. Return an ASGI 3 callable.
    """
    return ASGIHandler()
#- /django/core/management/commands/compilemessages.py
import concurrent.futures
from django.core.management.utils import popen_wrapper

class Command:
    def handle(self, **options):
        self.compile_messages(options["locations"])

    def compile_messages(self, locations):
        with concurrent.futures.ThreadPoolExecutor() as executor:
            for dirpath in locations:
                executor.submit(popen_wrapper, [dirpath])
                executor.submit(self.check_one, dirpath)

    def check_one(self, dirpath):
        return is_writable(dirpath)

def is_writable(path):
    # Known side effect: updating file access/modified time to current time if
    # it is writable.
    try:
        with open(path, "a"):
            os.utime(path, None)
    except OSError:
        return False
    return True
#- /django/core/management/utils.py
import subprocess

def popen_wrapper(args, stdout_encoding="utf-8"):
    """
    Friendly wrapper around Popen. Return stdout output, stderr output, and OS status code.
    """
    try:
        p = subprocess.run(args, capture_output=True, close_fds=True)
    except OSError as err:
        raise CommandError("Error executing %s" % args[0]) from err
    return p.stdout, p.stderr.decode(stdout_encoding), p.returncode
#- /django/core/cache/backends/filebased.py
import os
from django.core.cache.locks import lock, unlock

class FileBasedCache:
    def __init__(self, dir, params):
        self._dir = os.path.abspath(dir)
        self._max_entries = params.get("MAX_ENTRIES", 300)

    def get(self, key, default=None, version=None):
        fname = self._key_to_file(key, version)
        try:
            with open(fname, "rb") as f:
                lock(f)
                value = self._read(f)
                unlock(f)
                return value
        except FileNotFoundError:
            pass
        return default

    def touch(self, key, version=None):
        fname = self._key_to_file(key, version)
        with open(fname, "r+b") as f:
            lock(f)
            self._write_content(f)
            unlock(f)
        return True

    def set(self, key, value, version=None):
        self._createdir()
        fname = self._key_to_file(key, version)
        self._cull()
        with open(fname, "wb") as f:
            self._write_content(f)

    def _key_to_file(self, key, version=None):
        return os.path.join(self._dir, key)

    def _read(self, f):
        return f.read()

    def _write_content(self, file):
        file.write(b"")

    def _createdir(self):
        # Set the umask because os.makedirs() doesn't apply the "mode" argument
        # to intermediate-level directories.
        old_umask = os.umask(0o077)
        try:
            os.makedirs(self._dir, 0o700, exist_ok=True)
        finally:
            os.umask(old_umask)

    def _cull(self):
        """
        Remove random cache entries if max_entries is reached.
        """
        if len(os.listdir(self._dir)) < self._max_entries:
            return
        self._delete_some()

    def _delete_some(self):
        pass
#- /django/core/cache/locks.py
def lock(f):
    return True

def unlock(f):
    return True
#- /django/conf/__init__.py
import os

ENVIRONMENT_VARIABLE = "DJANGO_SETTINGS_MODULE"

class LazySettings:
    def _setup(self, name=None):
        settings_module = os.environ.get(ENVIRONMENT_VARIABLE)
        if not settings_module:
            raise ImproperlyConfigured("settings are not configured")
        self._wrapped = Settings(settings_module)

    def __getattr__(self, name):
        if self._wrapped is None:
            self._setup(name)
        val = getattr(self._wrapped, name)
        # Special case some settings which require further modification.
        # This is done here for performance reasons so the modified value is cached.
        if name == "SECRET_KEY" and not val:
            raise ImproperlyConfigured("The SECRET_KEY setting must not be empty.")
        return val

    def configure(self, default_settings=None):
        if self._wrapped is not None:
            raise RuntimeError("Settings already configured.")
        self._wrapped = default_settings

    @property
    def configured(self):
        return self._wrapped is not None

class Settings:
    def __init__(self, settings_module):
        self.SETTINGS_MODULE = settings_module

class ImproperlyConfigured(Exception):
    pass
#- /manage.py
from django.utils.autoreload import run_with_reloader
from django.core.management.commands.compilemessages import Command

def inner_run():
    Command().handle(locations=[])

def main():
    run_with_reloader(inner_run)

if __name__ == "__main__":
    main()
#- /tests/test_autoreload.py
from django.utils.autoreload import get_reloader, StatReloader
from django.conf import LazySettings

def test_get_reloader():
    assert get_reloader().tick()

def test_configure():
    s = LazySettings()
    s.configure({})
    assert s._wrapped == {}
'''

DJANGO_STATED: Stated = {
    "BaseReloader.tick": {
        "raises": ['NotImplementedError @ raise NotImplementedError("subclasses must implement tick().")'],
        "returns_none": "never",
    },
    "StatReloader.tick": {
        "changes": ["`mtimes` @ mtimes[filepath] = mtime ! possible"],
        "returns_none": "never",
        "returns": ["a generator @ yield"],
    },
    "WatchmanReloader.tick": {
        "returns_none": "never",
        "changes": ["the connection to watchman @ self.update_watches() ! likely"],
    },
    "BaseReloader.stop": {"changes": ["`self._stop_condition` @ self._stop_condition.set()"], "returns_none": "always"},
    "WatchmanReloader.stop": {
        "changes": ["`self._stop_condition` @ super().stop()", "`self.client` @ self.client.close()"],
        "returns_none": "always",
        "resources": ["closes the connection to watchman @ self.client.close() ! likely"],
    },
    "WatchmanReloader.check_availability": {
        "raises": [
            'django.utils.autoreload.WatchmanUnavailable @ raise WatchmanUnavailable("pywatchman not installed.")'
        ],
        "caught": ["django.utils.autoreload.WatchmanUnavailable @ except WatchmanUnavailable:"],
        "returns_none": "always",
        "none_ways": ["the end is reached @ if not pywatchman:"],
        "assumes": ["pywatchman is installed @ if not pywatchman:"],
    },
    "StatReloader.check_availability": {
        "returns_none": "never",
        "returns": ["`True` @ «return True»\n\nclass Watchman"],
    },
    "get_reloader": {
        "returns_none": "never",
        "returns": ["a `StatReloader` @ return StatReloader()", "a `WatchmanReloader` @ return WatchmanReloader()"],
    },
    "trigger_reload": {
        "raises": ["SystemExit @ sys.exit(3)"],
        "changes": ["the process, which ends @ sys.exit(3)"],
        "returns_none": "never",
    },
    "raise_last_exception": {"raises": ["whatever `_exception` holds @ raise _exception[1] ! possible"]},
    "run_with_reloader": {"settings": ["the environment variable `RUN_MAIN` @ os.environ.get(DJANGO_AUTORELOAD_ENV)"]},
    "start_django": {
        "resources": ["a thread @ threading.Thread(target=main_func, daemon=True)"],
        "changes": ["a thread starts @ main_thread.start()"],
    },
    "popen_wrapper": {
        "raises": [
            'django.core.management.base.CommandError @ raise CommandError("Error executing %s" % args[0]) from err',
            "UnicodeDecodeError @ p.stderr.decode(stdout_encoding) ! possible",
        ],
        "resources": ["a process @ subprocess.run(args, capture_output=True, close_fds=True)"],
        "changes": ["a process runs @ subprocess.run(args, capture_output=True, close_fds=True)"],
        "returns": ["`tuple[bytes, str, int]` @ return p.stdout, p.stderr.decode(stdout_encoding), p.returncode"],
        "returns_none": "never",
        "assumes": ["`args` is not empty @ args[0] ! likely"],
    },
    "is_writable": {
        "resources": ['a file @ open(path, "a")'],
        "changes": ["the times of the file at `path` @ os.utime(path, None)"],
        "returns": ["`False` @ «return False»\n    return", "`True` @ return False\n    «return True»"],
        "returns_none": "never",
    },
    "FileBasedCache.get": {
        "returns_none": "sometimes",
        "none_ways": [
            "no such file, and `default` was not given @ return default",
            "what `_read` gives is passed on @ return value ! possible",
        ],
        "resources": ['a file @ «open(fname, "rb")» as f', "a lock on it @ «lock(f)»\n                value"],
        "raises": ['OSError @ open(fname, "rb") ! likely'],
        "settings": [],
    },
    "FileBasedCache.touch": {
        "returns_none": "never",
        "returns": ["`True` @ «return True»\n\n    def set"],
        "raises": ['FileNotFoundError @ open(fname, "r+b") ! likely'],
        "resources": ['a file @ open(fname, "r+b")'],
        "changes": ["the file @ «self._write_content(f)»\n            unlock ! likely"],
    },
    "FileBasedCache._createdir": {
        "changes": [
            "the process's umask @ os.umask(0o077)",
            "the cache's folder @ os.makedirs(self._dir, 0o700, exist_ok=True)",
        ],
        "returns_none": "always",
    },
    "FileBasedCache._cull": {
        "settings": ["`MAX_ENTRIES` @ len(os.listdir(self._dir)) < self._max_entries"],
        "assumes": ["the cache's folder exists @ os.listdir(self._dir) ! likely"],
    },
    "FileBasedCache.set": {
        "changes": ['the cache\'s file @ open(fname, "wb") ! likely', "the process's umask @ self._createdir()"]
    },
    "LazySettings._setup": {
        "raises": ['django.conf.ImproperlyConfigured @ raise ImproperlyConfigured("settings are not configured")'],
        "settings": ["the environment variable `DJANGO_SETTINGS_MODULE` @ os.environ.get(ENVIRONMENT_VARIABLE)"],
        "changes": ["`self._wrapped` @ self._wrapped = Settings(settings_module)"],
        "assumes": ["`DJANGO_SETTINGS_MODULE` is set @ if not settings_module:"],
        "returns_none": "always",
    },
    "LazySettings.__getattr__": {
        "raises": [
            'django.conf.ImproperlyConfigured @ raise ImproperlyConfigured("The SECRET_KEY',
            "django.conf.ImproperlyConfigured via LazySettings._setup @ self._setup(name)",
            "AttributeError @ getattr(self._wrapped, name) ! likely",
        ],
        "settings": [
            '`SECRET_KEY` @ if name == "SECRET_KEY" and not val:',
            "the environment variable `DJANGO_SETTINGS_MODULE` @ self._setup(name)",
        ],
        "none_ways": ["the setting itself is None @ return val ! possible"],
        "returns_none": "sometimes",
    },
    "LazySettings.configure": {
        "raises": ['RuntimeError @ raise RuntimeError("Settings already configured.")'],
        "assumes": ["it was not configured before @ «if self._wrapped is not None:»\n            raise"],
        "changes": ["`self._wrapped` @ self._wrapped = default_settings"],
    },
    "ASGIHandler.listen_for_disconnect": {
        "raises": ["RequestAborted @ raise RequestAborted()", 'KeyError @ message["type"] ! possible'],
        "assumes": ['the message has a `type` @ message["type"]'],
    },
}

WRONG = """
#- /app/jobs.py
import sqlite3

def mix(mode):
    if mode != "r" or mode != "w":
        raise ValueError(mode)

def hold(path):
    db = sqlite3.connect(path)
    backup(db)
    db.close()

def twice(rows):
    parsed = (int(row) for row in rows)
    total = sum(parsed)
    return total / len(list(parsed))

async def send(message):
    pass

async def run(messages):
    for message in messages:
        send(message)

def resize(width, height):
    return width * height

def shrink(width, height):
    resize(height, width)
    return len(width) >= 0
"""

WRONG_STATED: Stated = {}
