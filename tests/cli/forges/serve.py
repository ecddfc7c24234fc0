"""Usage: serve.py STATE COMMAND...   Runs COMMAND with the API's address at a forge of its own on the loopback interface, in the
environment, and in place of "{api}" at the start of an argument.

STATE is a JSON file, read at the start and written at the end: which forge ("forge"), the change with its files and comments,
in one form for all forges (see server.py), and what goes wrong ("faults").
"""
import errno
import http.server
import json
import os
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True  # the source tree stays as it is
import bitbucket
import gitea
import github
import gitlab

FORGES = {"bitbucket": bitbucket.Bitbucket, "gitea": gitea.Gitea, "forgejo": gitea.Forgejo, "github": github.GitHub, "gitlab": gitlab.GitLab}


def handler(forge):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def serve(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, value = forge.answer(self.command, self.path, self.headers, text)
            answer = b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.send_response(status)
            for name, content in headers.items():
                self.send_header(name, content)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

        def log_message(self, *_):
            pass

    return Handler


def listen(forge):
    """At any port; or at the one that it must be, as soon as another test has left it."""
    for _ in range(600):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", forge.port), handler(forge))
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise
            time.sleep(0.1)
    sys.exit(f"port {forge.port} is taken")


def main():
    path, command = sys.argv[1], sys.argv[2:]
    with open(path, encoding="utf-8") as file:
        state = json.load(file)
    forge = FORGES[state["forge"]](state)
    server = listen(forge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api = f"http://127.0.0.1:{server.server_port}"
    command = [api + argument[5:] if argument.startswith("{api}") else argument for argument in command]
    environment = os.environ | ({forge.api_variable: api} if forge.api_variable else {})
    code = subprocess.run(command, env=environment, check=False).returncode
    with open(path, "w", encoding="utf-8") as file:
        json.dump(forge.state, file)
    sys.exit(code)


main()
