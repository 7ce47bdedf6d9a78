"""A Flask app that lists posts as FlaskBlog does, for comparison: with a permanent session of an hour in
the cookie, the session's cached posts, nine posts on a page, waiting flashes and a Jinja template.

    python3 app.py POSTS.json

It serves with one gunicorn worker and prints the address.
"""

import json
import socket
import sys
import uuid
from datetime import timedelta

from flask import Flask, render_template, request, session
from gunicorn.app.base import BaseApplication

POSTS = json.load(open(sys.argv[1], encoding="utf-8"))
PER_PAGE = 9

app = Flask(__name__)
app.secret_key = "a key for a measurement"
app.permanent_session_lifetime = timedelta(hours=1)
cache = {}


@app.before_request
def begin_session():
    session.permanent = True
    session.setdefault("session_id", uuid.uuid4().hex)


@app.route("/blogs")
def blogs():
    posts = cache.setdefault(session["session_id"], POSTS)
    pages = -(-len(posts) // PER_PAGE)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = posts[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template("blogs.html", posts=shown, page=page, pages=pages)


class Server(BaseApplication):
    def load_config(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        listener.set_inheritable(True)
        self.listener = listener
        self.cfg.set("bind", f"fd://{listener.fileno()}")
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 4)
        self.cfg.set("keepalive", 60)
        self.cfg.set("worker_connections", 1000)
        host, port = listener.getsockname()
        print(f"listening on http://{host}:{port}", flush=True)

    def load(self):
        return app


if __name__ == "__main__":
    Server().run()
