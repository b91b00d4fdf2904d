"""Effects of Python calls."""

import pytest
from tests.libraries.asked import function

from persona_lsp.libraries.python_effects import LIBRARY

HEAD = """\
import logging, requests, httpx, smtplib, stripe
from celery import shared_task
from app.tasks import send_welcome
log = logging.getLogger(__name__)

"""

EFFECTS = {
    "requests.get(url)": "http",
    "httpx.post(url, json=data)": "http",
    "httpx.AsyncClient().get(url)": "http",
    "send_welcome.delay(user.id)": "queue",
    "send_welcome.apply_async(args=[1])": "queue",
    "background_tasks.add_task(f, 1)": "queue",
    "stripe.Charge.create(amount=1)": "payment",
    "log.info('x')": "log",
    "logger.exception('x')": "log",
    "redis.set('a', 1)": "cache",
    "server.sendmail(a, b, c)": "email",
    "config.get('x')": "",
    "session.get(Book, 1)": "",
    "bus.send(x)": "",
}


@pytest.mark.parametrize(("call", "effect"), EFFECTS.items(), ids=list(EFFECTS))
def test_one_call(call: str, effect: str) -> None:
    facts = function(f"{HEAD}def f(user, url, data):\n    {call}\n", LIBRARY)
    outer = [c for c in facts.calls if c.effect] or [facts.calls[-1]]
    assert outer[0].effect == effect


def test_a_client_in_a_with_statement() -> None:
    body = "    async with httpx.AsyncClient() as client:\n        await client.get(url)\n"
    facts = function(f"{HEAD}async def f(url):\n{body}", LIBRARY)
    assert [c.effect for c in facts.calls if c.name == "get"] == ["http"]
