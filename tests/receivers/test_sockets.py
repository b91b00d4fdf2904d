"""Endpoints of HTTP routers whose handlers open sockets: they keep their path and are of that kind."""

from tests.harness.engine import read

GO = b"""package main
import (
	"net/http"
	"github.com/gorilla/websocket"
)
var upgrader = websocket.Upgrader{}
func live(w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil { return }
	conn.Close()
}
func plain(w http.ResponseWriter, r *http.Request) { w.Write(nil) }
func main() {
	http.HandleFunc("/live", live)
	http.HandleFunc("/other", func(w http.ResponseWriter, r *http.Request) { live(w, r) })
	http.HandleFunc("/plain", plain)
	http.ListenAndServe(":80", nil)
}
"""
RUST = b"""use axum::{extract::ws::WebSocketUpgrade, routing::get, Router};
async fn live(ws: WebSocketUpgrade) -> Response { ws.on_upgrade(handle) }
async fn plain() -> String { String::new() }
fn app() -> Router { Router::new().route("/live", get(live)).route("/plain", get(plain)) }
"""


def kinds(path: str, source: bytes) -> dict[str, str]:
    return {e.path: e.route.kind for e in read({path: source}).snapshot.endpoints}


def test_an_upgrade_in_go() -> None:
    assert kinds("main.go", GO) == {"/live": "websocket", "/other": "websocket", "/plain": "http"}


def test_an_upgrade_in_axum() -> None:
    assert kinds("src/main.rs", RUST) == {"/live": "websocket", "/plain": "http"}
