"""ClickHouse's HTTP interface, as far as agentscope speaks it, over chDB: ClickHouse's own engine in this process.

    python clickhouse_http.py DIRECTORY      prints the port that it listens on

One statement at a time. Not a server to keep data in.
"""

import http.server
import sys
import urllib.parse

from chdb import session

ENGINE = None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        database = asked["database"][0]
        parameters = {key[len("param_"):]: unescaped(value[0]) for key, value in asked.items() if key.startswith("param_")}
        statement = asked["query"][0] + "\n" + body if "query" in asked else body
        try:
            ENGINE.query(f"CREATE DATABASE IF NOT EXISTS {database}")
            ENGINE.query(f"USE {database}")
            ENGINE.query("SET output_format_json_quote_64bit_integers = 0")
            answer = ENGINE.query(statement, "JSONEachRow", params=parameters or None)
            status, text = 200, answer.bytes() if hasattr(answer, "bytes") else str(answer).encode()
        except Exception as error:
            status, text = 400, str(error).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def unescaped(value):
    """A parameter is written as in a file of tab-separated values."""
    out, escaped = [], False
    for char in value:
        if escaped:
            out.append({"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(char, char))
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            out.append(char)
    return "".join(out)


if __name__ == "__main__":
    ENGINE = session.Session(sys.argv[1])
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
