"""Effects of Ruby calls."""

import pytest

from persona_lsp.extract import extract


def effects(body: str) -> list[str]:
    """The effects of the calls in an action."""
    source = f"class OrdersController < ApplicationController\n  def act\n    {body}\n  end\nend\n"
    found = extract("app/controllers/orders_controller.rb", source.encode())
    assert found is not None
    return [c.effect for c in found.facts.functions[0].calls if c.effect]


@pytest.mark.parametrize(
    ("body", "effect"),
    [
        ("Net::HTTP.get(uri)", "http"),
        ("Net::HTTP.post_form(uri, a: 1)", "http"),
        ("Faraday.get(url)", "http"),
        ("HTTParty.post(url, body: b)", "http"),
        ("RestClient.get(url)", "http"),
        ("http = Net::HTTP.new(host)\n    http.request(req)", "http"),
        ("conn = Faraday.new(url: url)\n    conn.get('/x')", "http"),
        ("OrderMailer.with(order: @order).placed.deliver_later", "email"),
        ("OrderMailer.placed(@order).deliver_now", "email"),
        ("ShipJob.perform_later(@order)", "queue"),
        ("ShipJob.set(wait: 1.hour).perform_later(@order)", "queue"),
        ("ShipWorker.perform_async(1)", "queue"),
        ("ShipWorker.perform_in(60, 1)", "queue"),
        ("Rails.cache.write('a', 1)", "cache"),
        ("Rails.logger.error(e)", "log"),
        ("logger.info('x')", "log"),
        ("Sentry.capture_exception(e)", "log"),
        ("Stripe::Charge.create(amount: 1)", "payment"),
    ],
)
def test_effects(body: str, effect: str) -> None:
    assert effects(body) == [effect]


@pytest.mark.parametrize(
    "body", ["params.get(:x)", "Thing.get(1)", "order.deliver_at(1)", "list.delete(1)", "File.read(x)"]
)
def test_no_effects(body: str) -> None:
    assert effects(body) == []
