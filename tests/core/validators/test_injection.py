from contextlib import aclosing
from pathlib import Path

import pytest

from autoglm_core.types import Document, Draft, Replacement, Severity, Span, Task, TaskKind, Workspace
from autoglm_core.validators.injection import Injection, UnreadableError, find_injections
from autoglm_core.validators.security import SecurityValidator

IMPORTS = (
    "import os, pickle, shelve, shlex, socket, sqlite3, subprocess, sys, yaml\n"
    "import xml.etree.ElementTree as ET\n"
    "from pathlib import Path\n"
    "from flask import Flask, request, render_template_string, send_file\n"
    "from sqlalchemy import text\n"
    "from werkzeug.utils import secure_filename\n"
    "app = Flask(__name__)\n"
)
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def found(code: str) -> list[tuple[str, Severity]]:
    return [(each.rule, each.severity) for each in injections(IMPORTS + code)]


def injections(code: str) -> tuple[Injection, ...]:
    return find_injections(Document(Path("/w/m.py"), code))


# Each: the vulnerable lines, their twin that is safe, the rule, and how bad it is.
TWINS = [
    pytest.param(
        "def find(cur, name):\n    q = 'SELECT * FROM u WHERE n = \"' + name\n    q += '\"'\n    cur.execute(q)",
        "def find(cur, name):\n    q = 'SELECT * FROM u WHERE n = '\n    q += '?'\n    cur.execute(q, (name,))",
        "injection-sql",
        ERROR,
        id="sql by + and +=",
    ),
    pytest.param(
        "def find(cur, name):\n    cur.executemany('DELETE FROM u WHERE n = %s' % name, [])",
        "def find(cur, name):\n    cur.executemany('DELETE FROM u WHERE n = %s', [name])",
        "injection-sql",
        ERROR,
        id="sql by %",
    ),
    pytest.param(
        "def find(cur, key):\n    q = 'SELECT a FROM t WHERE k = {}'.format(key)\n    cur.executescript(q)",
        "def find(cur, key):\n    q = 'SELECT a FROM t WHERE k = {}'.format(int(key))\n    cur.executescript(q)",
        "injection-sql",
        ERROR,
        id="sql by format",
    ),
    pytest.param(
        "def find(session, key):\n    session.scalars(text(f'SELECT a FROM t WHERE k = {key}'))",
        "def find(session, key):\n    session.scalars(text('SELECT a FROM t WHERE k = :k'), {'k': key})",
        "injection-sql",
        ERROR,
        id="sqlalchemy's text",
    ),
    pytest.param(
        "@app.route('/q')\ndef q():\n    sql = request.args['sql']\n    sqlite3.connect('d').cursor().execute(sql)\n"
        "    db = sqlite3.connect('d')\n    db.execute(sql)",
        "@app.route('/q')\ndef q():\n    sql = request.args['sql']\n    db = sqlite3.connect('d')\n"
        "    db.execute('SELECT ?', (sql,))",
        "injection-sql",
        ERROR,
        id="whole query from a request",
    ),
    pytest.param(
        "def ping(host):\n    command = f'ping {host}'\n    os.system(command)",
        "def ping(host):\n    command = f'ping {shlex.quote(host)}'\n    os.system(command)",
        "injection-shell",
        ERROR,
        id="os.system",
    ),
    pytest.param(
        "def ping(host):\n    parts = ['ping ']\n    parts.append(host)\n    os.popen(''.join(parts))",
        "def ping(host):\n    parts = ['ping ']\n    parts.append(shlex.quote(host))\n    os.popen(''.join(parts))",
        "injection-shell",
        ERROR,
        id="os.popen of a list",
    ),
    pytest.param(
        "host = input()\nsubprocess.run('ping ' + host, shell=True)",
        "host = input()\nsubprocess.run(['ping', host])",
        "injection-shell",
        ERROR,
        id="subprocess with a shell",
    ),
    pytest.param(
        "subprocess.check_output(['sh', '-c', 'cat ' + sys.argv[1]])",
        "subprocess.check_output(['sh', 'script', 'cat ' + sys.argv[1]])",
        "injection-shell",
        ERROR,
        id="a list that names a shell",
    ),
    pytest.param(
        "os.system(os.environ['EDITOR'] + ' file')",
        "os.system('vi ' + 'file')",
        "injection-shell",
        ERROR,
        id="environment",
    ),
    pytest.param(
        "@app.route('/f')\ndef f():\n    name = request.args.get('n')\n    path = os.path.join('/srv', name)\n"
        "    return open(path).read()",
        "@app.route('/f')\ndef f():\n    name = request.args.get('n')\n    name = os.path.basename(name)\n"
        "    return open(os.path.join('/srv', name)).read()",
        "injection-path",
        ERROR,
        id="open of a joined path",
    ),
    pytest.param(
        "@app.route('/f/<path:name>')\ndef f(name):\n    return (Path('/srv') / name).read_text()",
        "@app.route('/f/<int:name>')\ndef f(name):\n    return (Path('/srv') / str(name)).read_text()",
        "injection-path",
        ERROR,
        id="pathlib and a part of the route",
    ),
    pytest.param(
        "@app.route('/f')\ndef f():\n    return send_file('/srv/' + request.args['n'])",
        "@app.route('/f')\ndef f():\n    return send_file('/srv/' + secure_filename(request.args['n']))",
        "injection-path",
        ERROR,
        id="send_file",
    ),
    pytest.param(
        "def read(name):\n    path = Path('/srv') / name\n    return path.open()",
        "def read(path):\n    return Path(path).open()",
        "injection-path",
        WARNING,
        id="a parameter joined to a folder",
    ),
    pytest.param(
        "@app.post('/l')\ndef l():\n    data = request.get_data()\n    return pickle.loads(data)",
        "@app.post('/l')\ndef l():\n    data = request.get_json()\n    pickle.dumps(data)\n    return data",
        "unsafe-deserialisation",
        ERROR,
        id="pickle of a request",
    ),
    pytest.param(
        "def serve(s):\n    data = s.recv(99)\n    return yaml.load(data, Loader=yaml.Loader)",
        "def serve(s):\n    data = s.recv(99)\n    yaml.load(data, yaml.SafeLoader)\n    yaml.safe_load(data)",
        "unsafe-deserialisation",
        ERROR,
        id="yaml from a socket",
    ),
    pytest.param(
        "def load(path):\n    with open(path, 'rb') as file:\n        return pickle.load(file)",
        "def load(path):\n    with open('own.pickle', 'rb') as file:\n        return pickle.load(file)",
        "unsafe-deserialisation",
        WARNING,
        id="pickle of a parameter",
    ),
    pytest.param(
        "@app.route('/s')\ndef s():\n    return shelve.open(request.args['n'])",
        "@app.route('/s')\ndef s():\n    return shelve.open('own')[request.args['n']]",
        "unsafe-deserialisation",
        ERROR,
        id="shelve",
    ),
    pytest.param(
        "def serve(s):\n    return ET.fromstring(s.recv(99))",
        "def serve(s):\n    return ET.fromstring('<a/>')",
        "unsafe-deserialisation",
        WARNING,
        id="XML",
    ),
    pytest.param(
        "line = input()\nresult = eval(line)",
        "line = input()\nresult = eval('1 + 1')",
        "injection-code",
        ERROR,
        id="eval",
    ),
    pytest.param(
        "@app.route('/h')\ndef h():\n    page = '<p>' + request.args['n']\n    return render_template_string(page)",
        "@app.route('/h')\ndef h():\n    return render_template_string('<p>{{ n }}', n=request.args['n'])",
        "injection-code",
        ERROR,
        id="template",
    ),
]


@pytest.mark.parametrize(("vulnerable", "safe", "rule", "severity"), TWINS)
def test_a_flow_is_found_and_its_safe_twin_is_not(vulnerable: str, safe: str, rule: str, severity: Severity) -> None:
    assert (rule, severity) in found(vulnerable)
    assert found(safe) == []


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("if True:\n    q = f'SELECT {n}'\nelse:\n    q = 'SELECT 1'\ncur.execute(q)", id="one branch"),
        pytest.param("q = ''\nfor each in n:\n    cur.execute(q)\n    q = f'SELECT {each}'", id="around a loop"),
        pytest.param("try:\n    q = f'SELECT {n}'\nexcept KeyError:\n    q = ''\ncur.execute(q)", id="try"),
        pytest.param("(q := f'SELECT {n}') and cur.execute(q)", id="walrus"),
        pytest.param("a, b = 1, n\ncur.execute(f'SELECT {b}')", id="the second of two"),
        pytest.param("self.q = f'SELECT {n}'\ncur.execute(self.q)", id="attribute"),
        pytest.param("d = {}\nd['k'] = n\ncur.execute(f'SELECT {d}')", id="dictionary"),
        pytest.param("match n:\n    case [first]:\n        cur.execute(f'SELECT {first}')", id="match"),
        pytest.param("def inner():\n    cur.execute(f'SELECT {n}')\ninner()", id="closure"),
        pytest.param("w = ' OR '.join(f'a = {x}' for x in n)\ncur.execute('SELECT ' + w)", id="comprehension"),
        pytest.param("if n in SEEN:\n    pass\nelse:\n    cur.execute(f'SELECT {n}')", id="not in the list"),
        pytest.param("if not n:\n    return\ncur.execute(f'SELECT {n}')", id="emptiness is no check"),
    ],
)
def test_values_are_followed(lines: str) -> None:
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    assert ("injection-sql", ERROR) in found(f"def f(self, cur, n):\n{body}\n")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("q = f'SELECT {n}'\nq = 'SELECT 1'\ncur.execute(q)", id="assigned anew"),
        pytest.param("if n not in ALLOWED:\n    raise ValueError(n)\ncur.execute(f'SELECT {n}')", id="list of allowed"),
        pytest.param("if n in ALLOWED and n:\n    cur.execute(f'SELECT {n}')", id="inside the check"),
        pytest.param("if not n.isidentifier():\n    return\ncur.execute(f'SELECT {n}')", id="checked by its shape"),
        pytest.param("m = len(n)\ncur.execute(f'SELECT * FROM t LIMIT {m}')", id="number"),
        pytest.param("cur.execute(f'SELECT * FROM t LIMIT {n:d}')", id="formatted as a number"),
        pytest.param("marks = ','.join('?' * len(n))\ncur.execute(f'SELECT a IN ({marks})', n)", id="placeholders"),
        pytest.param("q = COLUMNS.get(n)\ncur.execute(f'SELECT {q} FROM t')", id="looked up in a table"),
        pytest.param("executor.execute(f'job {n}')", id="execute that is no SQL"),
        pytest.param("assert n in ALLOWED\ncur.execute(f'SELECT {n}')", id="asserted"),
        pytest.param("cur.execute(f'SELECT {TABLE}')", id="constant of the module"),
        pytest.param("subprocess.run(['ls', n], shell=False)", id="no shell"),
        pytest.param("print(f'SELECT {n}')", id="only shown"),
    ],
)
def test_good_code_is_left_alone(lines: str) -> None:
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    assert found(f"def f(self, cur, n, executor):\n{body}\n") == []


@pytest.mark.parametrize(
    "parameter", ["n: int", "n: 'float | None'", "n: list[int]", "n: Literal['a', 'b']", "n=10", "n: uuid.UUID = None"]
)
def test_a_parameter_that_can_only_be_harmless_is_no_source(parameter: str) -> None:
    assert found(f"def f(cur, {parameter}):\n    cur.execute(f'SELECT {{n}}')\n") == []


def test_the_message_says_from_where_to_where() -> None:
    code = "def f(cur, name):\n    q = 'SELECT ' + name\n\n    cur.execute(q)\n"
    (only,) = injections(code)
    assert only.message.startswith("parameter `name` (line 1) reaches `cur.execute` (line 4): ")
    assert code[only.span.start : only.span.end] == "cur.execute(q)"


def test_places_are_right_behind_letters_of_several_bytes() -> None:
    code = "def f(cur, n):\n    'é😀'; cur.execute(f'SELECT {n}')\n"
    (only,) = injections(code)
    assert code[only.span.start : only.span.end] == "cur.execute(f'SELECT {n}')"


def test_the_user_of_a_program_may_open_any_file() -> None:
    assert found("for name in sys.argv[1:]:\n    print(open(os.path.join('.', name)).read())\n") == []


def test_a_hundred_nested_loops_are_read_in_no_time() -> None:
    lines = [f"{' ' * depth}for x{depth} in n:" for depth in range(1, 60)]
    code = "\n".join(["def f(cur, n):", *lines, " " * 60 + "cur.execute(f'SELECT {x9}')"])
    assert [each.rule for each in injections(code)] == ["injection-sql"]


@pytest.mark.parametrize("code", ["def f(:\n", "x = 1\0", "type X = int\n", "x = " + "+".join(["a"] * 20_000)])
def test_what_cannot_be_followed_is_said(code: str) -> None:
    with pytest.raises(UnreadableError):
        injections(code)


async def test_security_counts_only_flows_that_a_draft_introduces() -> None:
    old = "def f(cur, a):\n    q = 'SELECT ' + a\n    cur.execute(q)\n\n\ndef g(cur, b):\n    ...\n"
    hole = Span(old.index("..."), old.index("...") + 3)
    document = Document(Path("/w/m.py"), old)
    change = Replacement(hole, "q = 'SELECT ' + b\n    cur.execute(q)")
    task = Task(TaskKind.EDIT, document, hole)
    async with aclosing(SecurityValidator()) as validator:
        report = await validator.check(task, Draft(document.replaced((change,)), (change,)))
    flows = [(each.introduced, each.severity) for each in report.findings if each.rule == "injection-sql"]
    assert flows == [(False, ERROR), (True, ERROR)]


async def test_security_says_where_values_could_not_be_followed() -> None:
    async with aclosing(SecurityValidator()) as validator:
        inspection = await validator.inspect(Document(Path("/w/m.py"), "type X = int\n"), Workspace())
    assert "followed" in inspection.skipped
