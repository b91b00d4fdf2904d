"""Values and columns of the fields of a resource, in the words of each language: what templates are filled in with."""

from collections.abc import Callable

from benchmarks.shapes.resource import Resource, camel
from benchmarks.shapes.texts import Words

_TOWNS = "Aarhus Bergen Cork Delft Evora Faro Gdansk Haarlem Izmir Jena Kaunas Lund Malmo Nantes Oulu Porto".split()
Literal = Callable[[Resource, str], str]
_PYTHON_COLUMNS = {
    "text": "sa.String(length=120)",
    "money": "sa.Numeric(precision=12, scale=2)",
    "int": "sa.Integer()",
    "date": "sa.Date()",
    "flag": "sa.Boolean()",
}
_PG_COLUMNS = {"text": "varchar(120)", "money": "numeric(12,2)", "int": "integer", "date": "date", "flag": "boolean"}
_RAILS_COLUMNS = {"text": "string", "money": "decimal", "int": "integer", "date": "date", "flag": "boolean"}
_PYTHON_FAKES = {
    "text": 'factory.Faker("sentence", nb_words=3)',
    "money": 'factory.Faker("pydecimal", left_digits=4, right_digits=2, positive=True)',
    "int": 'factory.Faker("pyint", max_value=400)',
    "date": 'factory.Faker("date_this_year")',
    "flag": "False",
}
_RUBY_FAKES = {
    "text": "Faker::Lorem.sentence(word_count: 3)",
    "money": "Faker::Commerce.price",
    "int": "rand(1..400)",
    "date": "Date.current",
    "flag": "false",
}


def python(r: Resource) -> Words:
    """Arguments, JSON as dictionaries, columns of Alembic, factories of factory_boy."""
    columns = (f'        sa.Column("{name}", {_PYTHON_COLUMNS[kind]}, nullable=False),' for name, kind in r.fields)
    return {
        "columns": "\n".join(columns),
        "fakes": "\n".join(f"    {name} = {_PYTHON_FAKES[kind]}" for name, kind in r.fields),
        "field_names": ", ".join(f'"{name}"' for name, _ in r.fields[:3]),
        "payload": lambda: "\n".join(f'        "{name}": {_json(r, kind)},' for name, kind in r.fields),
        "payload_top": lambda: "\n".join(f'    "{name}": {_json(r, kind)},' for name, kind in r.fields),
        "payload_deep": lambda: "\n".join(f'            "{name}": {_json(r, kind)},' for name, kind in r.fields),
        "payload_args": lambda: ", ".join(f"{name}={_python(r, kind)}" for name, kind in r.fields[:3]),
        "value0": _fixed(r, _json),
        "value_text": _text(r),
    }


def typescript(r: Resource) -> Words:
    """Properties of objects, columns of node-pg-migrate."""
    columns = (f'    {name}: {{ type: "{_PG_COLUMNS[kind]}", notNull: true }},' for name, kind in r.fields)
    return {
        "columns": "\n".join(columns),
        "field_names": ", ".join(f'"{camel(name)}"' for name, _ in r.fields[:3]),
        "payload": lambda: "\n".join(f"  {camel(name)}: {_typescript(r, kind)}," for name, kind in r.fields),
        "payload_deep": lambda: "\n".join(f"    {camel(name)}: {_typescript(r, kind)}," for name, kind in r.fields),
        "value0": _fixed(r, _typescript),
        "value_text": _text(r).strip('"'),
    }


def java(r: Resource) -> Words:
    """JSON in a block of text."""
    last = len(r.fields) - 1
    return {
        "payload_json": lambda: "\n".join(
            f'              "{camel(name)}": {_json(r, kind).lower() if kind == "flag" else _json(r, kind)}'
            + ("," if number < last else "")
            for number, (name, kind) in enumerate(r.fields)
        ),
        "value_plain": _text(r).strip('"'),
    }


def ruby(r: Resource) -> Words:
    """Arguments, columns of migrations, blocks of factory_bot."""
    columns = (f"      t.{_RAILS_COLUMNS[kind]} :{name}, null: false" for name, kind in r.fields)
    return {
        "columns": "\n".join(columns),
        "fakes": "\n".join(f"    {name} {{ {_RUBY_FAKES[kind]} }}" for name, kind in r.fields),
        "payload": lambda: ", ".join(f"{name}: {_ruby(r, kind)}" for name, kind in r.fields[:4]),
        "value0": _fixed(r, _ruby),
        "value_text": _text(r),
    }


def _fixed(r: Resource, literal: Literal) -> str:
    """One value of the first field: the one that a test sends and expects."""
    return literal(r, r.fields[0][1])


def _text(r: Resource) -> str:
    return f'"{r.dice.choice(_TOWNS)} {r.words[1]} {r.dice.randrange(10, 999)}"'


def _amount(r: Resource) -> str:
    return f"{r.dice.randrange(1, 4_000)}.{r.dice.randrange(10, 99)}"


def _date(r: Resource) -> str:
    return f"{r.dice.randrange(2019, 2027)}-{r.dice.randrange(1, 13):02}-{r.dice.randrange(1, 29):02}"


def _json(r: Resource, kind: str) -> str:
    match kind:
        case "money":
            return f'"{_amount(r)}"'
        case "int":
            return str(r.dice.randrange(1, 400))
        case "date":
            return f'"{_date(r)}"'
        case "flag":
            return r.dice.choice(("True", "False"))
        case _:
            return _text(r)


def _python(r: Resource, kind: str) -> str:
    match kind:
        case "money":
            return f'Decimal("{_amount(r)}")'
        case "date":
            return f'date.fromisoformat("{_date(r)}")'
        case _:
            return _json(r, kind)


def _typescript(r: Resource, kind: str) -> str:
    return _script(r, kind, "new Date")


def _ruby(r: Resource, kind: str) -> str:
    return _script(r, kind, "Date.parse")


def _script(r: Resource, kind: str, date: str) -> str:
    match kind:
        case "money":
            return _amount(r)
        case "date":
            return f'{date}("{_date(r)}")'
        case "flag":
            return _json(r, kind).lower()
        case _:
            return _json(r, kind)
