"""Four small repositories, cut from click, marshmallow, tomlkit and Django, about which the fixtures ask.

The code is theirs in kind (shapes, names, comments), shortened until the answer to each question can be read off it.
"""

from __future__ import annotations

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

    def __init__(self, callback=None, params=()):
        self.callback = callback
        self.params = list(params)

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

    def __init__(self, choices):
        self.choices = choices

class File(ParamType):
    def convert(self, value, param, ctx):
        f = open(value, self.mode)
        ctx._close_callbacks.append(f.close)
        return f

    def __init__(self, mode="r"):
        self.mode = mode

def convert_type(ty):
    if isinstance(ty, ParamType):
        return ty
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
from click.core import Context, Command, Parameter
from click.types import Choice, File, IntParamType

def test_lookup_default():
    ctx = Context(Command(), default_map={"name": "x"})
    assert ctx.lookup_default("name") == "x"

def test_int():
    assert IntParamType().convert("1", None, None) == 1

def test_main():
    types = [int, Choice(["a", "b"]), File("w")]
    Command(print, [Parameter("name", each, True) for each in types]).main({"name": "x"})

def test_complete():
    assert _complete_visible_commands(None, "a")

def test_get_default():
    assert Parameter("name").get_default(Context(Command())) is None
'''


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


DJANGO = '''
#- /django/utils/autoreload.py
import os
import sys
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

class RequestAborted(Exception):
    pass

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

class CommandError(Exception):
    pass

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
    def __init__(self):
        self._wrapped = None

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
from django.core.cache.backends.filebased import FileBasedCache

def test_get_reloader():
    assert get_reloader().tick()

def test_configure():
    s = LazySettings()
    s.configure({})
    assert s._wrapped == {}

def test_settings():
    assert LazySettings().DEBUG

def test_cache():
    cache = FileBasedCache("/tmp/cache", {})
    cache.set("key", 1)
    assert cache.get("key") == 1
'''


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
