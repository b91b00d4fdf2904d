"""Handlers that do nothing but fail: what is sent where the code says nothing is not what they answer."""

import pytest
from tests.harness.engine import read

FASTAPI = """from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/books", status_code=STATUS)
def books(key: int):
    BODY
"""
SPRING = """import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.server.ResponseStatusException;
@RestController
class Books {
  @GetMapping("/books") String books(int key) { BODY }
}
"""
NEST = """import { Controller, Get, GoneException } from '@nestjs/common';
@Controller('books')
export class Books {
  @Get() async books(key: number) { BODY }
}
"""
GONE = "throw new ResponseStatusException(HttpStatus.GONE);"


def statuses(path: str, source: str) -> tuple[int, ...]:
    (endpoint,) = read({path: source.encode(), "package.json": b"{}"}).snapshot.endpoints
    return endpoint.statuses


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise HTTPException(410)", (410,)),
        ("if key:\n        raise HTTPException(404)\n    raise HTTPException(410)", (404, 410)),
        ("if key:\n        raise HTTPException(410)", (200, 410)),
        ("if key:\n        return {}\n    raise HTTPException(410)", (200, 410)),
        ("for one in rows(key):\n        return one\n    raise HTTPException(410)", (200, 410)),
        ("while True:\n        if one(key): return\n        raise HTTPException(410)", (200, 410)),
        ("yield key\n    raise HTTPException(410)", (200, 410)),
        ("try:\n        return one(key)\n    except KeyError:\n        raise HTTPException(410)", (200, 410)),
    ],
)
def test_fastapi(body: str, expected: tuple[int, ...]) -> None:
    source = FASTAPI.replace(", status_code=STATUS", "").replace("BODY", body)
    assert statuses("app.py", source) == expected


def test_a_status_that_is_written_down_is_kept() -> None:
    assert statuses("app.py", FASTAPI.replace("STATUS", "201").replace("BODY", "raise HTTPException(410)")) == (
        201,
        410,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (GONE, (410,)),
        (f"if (key > 1) {{ return null; }} {GONE}", (200, 410)),
        (f"if (key > 1) {{ {GONE} }} return null;", (200, 410)),
    ],
)
def test_spring(body: str, expected: tuple[int, ...]) -> None:
    assert statuses("Books.java", SPRING.replace("BODY", body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("throw new GoneException();", (410,)),
        ("try { return await one(key); } catch (e) { throw new GoneException(); }", (200, 410)),
        ("if (key) { await drop(key); } else { throw new GoneException(); }", (200, 410)),
    ],
)
def test_nest(body: str, expected: tuple[int, ...]) -> None:
    assert statuses("src/books.ts", NEST.replace("BODY", body)) == expected
