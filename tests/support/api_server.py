"""An HTTP API for tests, by Python's own server: python3 api_server.py FOLDER [PEM]. It writes its port to FOLDER/port, and begins with the rules of
FOLDER/rules.json, if that is there.

POST /_rules takes a list of rules and forgets what was before; GET /_log has all requests since: method, path, query, body, and headers in lower case.
The first rule that fits answers. What it fits: "path", "query" (each as said, others may be there; null: is not there), "method", "body", "header" (a line, "authorization: Bearer a"),
"times" (then never again), "after" (not before so many requests came in all). What it answers: "status", "headers", "json" or "text" ("%PORT%" is the port), "repeat" (the text so
many times), "gzip" (true, or how many bytes its end lacks); "cut" (so many bytes less than announced, and an end), "hang" (nothing more comes), "endless" (the text again and again), "no_length" (it ends with the
connection); "clock" (the time is the machine's, not 2026-11-29 08:00:00); "page" ({"rows": N, "by": PARAMETER, "size": N, "shift": N}: page PARAMETER of that many rows, all of which move back by "shift" with each request; or {"of": ROWS, "at": MEMBER, "size": N}: page "page" of those whose member is not before "since")."""
import gzip
import json
import os
import ssl
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

rules, log = [], []


def fits(rule, seen):
    header = rule.get("header", "").partition(": ")
    return (rule.get("times", 1) > 0 and len(log) > rule.get("after", 0) and rule.get("path", seen["path"]) == seen["path"]
            and rule.get("method", seen["method"]) == seen["method"]
            and rule.get("body", seen["body"]) == seen["body"]
            and all(seen["query"].get(name) == value for name, value in rule.get("query", {}).items())
            and (not header[0] or seen["headers"].get(header[0]) == header[2]))


def rows_of(page, seen):
    if "of" in page:
        found = [row for row in page["of"] if row[page["at"]] >= seen["query"].get("since", "")]
        return found[(int(seen["query"].get("page", 1)) - 1) * page["size"]:][:page["size"]]
    at = (int(seen["query"].get(page["by"], 1)) - 1) * page["size"] - page.get("shift", 0) * (len(log) - 1)
    return [{"id": i, "n": f"row {i}"} for i in range(max(at, 0), min(at + page["size"], page["rows"]))]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        seen = {"method": self.command, "path": path, "query": dict(urllib.parse.parse_qsl(query, keep_blank_values=True)), "body": body,
                "target": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}}
        if path == "/_rules":
            rules[:], log[:] = json.loads(body), []
        if path in ("/_rules", "/_log"):
            return self.send(200, {}, json.dumps(log).encode(), {})
        log.append(seen)
        rule = next((rule for rule in rules if fits(rule, seen)), {"status": 404, "text": "no rule fits"})
        if "times" in rule:
            rule["times"] -= 1
        text = json.dumps(rows_of(rule["page"], seen)) if "page" in rule else json.dumps(rule["json"]) if "json" in rule else rule.get("text", "")
        text = text.replace("%PORT%", str(self.server.server_port)).encode("utf-8", "surrogateescape") * rule.get("repeat", 1)
        self.send(rule.get("status", 200), {"Content-Type": "application/json", **rule.get("headers", {})}, text, rule)

    def send(self, status, headers, text, rule):
        if rule.get("gzip"):
            text, headers = gzip.compress(text), {**headers, "Content-Encoding": "gzip"}
            text = text if rule["gzip"] is True else text[:-rule["gzip"]]
        self.is_real = "clock" in rule
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("%PORT%", str(self.server.server_port)))
        if "no_length" in rule or "endless" in rule:
            self.send_header("Connection", "close")
        elif status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text[:len(text) - rule.get("cut", 0)])
        self.wfile.flush()
        self.close_connection = self.close_connection or any(word in rule for word in ("cut", "no_length", "endless", "hang"))
        while rule.get("endless"):
            self.wfile.write(text * 1000)
        time.sleep(60 if rule.get("hang") else 0)

    def date_time_string(self, timestamp=None):
        return super().date_time_string(timestamp) if getattr(self, "is_real", False) else "Sun, 29 Nov 2026 08:00:00 GMT"

    do_GET = do_POST = answer


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


if os.path.exists(os.path.join(sys.argv[1], "rules.json")):
    with open(os.path.join(sys.argv[1], "rules.json")) as file:
        rules = json.load(file)
server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(sys.argv[1], "port.new"), "w") as file:
    file.write(str(server.server_port))
os.rename(file.name, os.path.join(sys.argv[1], "port"))
server.serve_forever()
