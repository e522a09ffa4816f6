"""The connections of the server: one that says nothing keeps nobody waiting, what is refused is heard out, and TLS
begins in a thread of its own."""

from __future__ import annotations

import logging
from contextlib import suppress
from socket import MSG_PEEK, socket
from ssl import SSLError, SSLSocket

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

KEPT = 256  # connections that wait for something to be said; each is an open file
PIECE, MOST_HEARD = 2**16, 2**30  # bytes of a body that nobody wants
MOST = 4096  # bytes that are taken of a request that came without TLS, so that its answer arrives
WITHOUT_TLS = "\r\n".join(
    (
        "HTTP/1.1 400 Bad Request",
        "Content-Type: text/plain; charset=utf-8",
        "Connection: close",
        "",
        "Zet https:// voor het adres. / Put https:// before the address.\n",
    )
).encode()


class Request(HTTPRequest):
    """A request that is heard out also where it was answered before.

    Whoever is still sending when the connection ends, as of a table that is too large, may find
    it broken and never read why; a proxy says then that the server is not there.
    """

    def respond(self) -> None:
        """Answer, and read what is left of the body before the connection ends."""
        super().respond()
        if not self.close_connection:  # then the next request could not be found without that
            return
        with suppress(OSError, ValueError):  # it went, fell silent, or says what no body is
            heard = 0
            while heard < MOST_HEARD and (piece := self.rfile.read(PIECE)):
                heard += len(piece)


class Connection(HTTPConnection):
    """A connection that answers a request; over TLS its first request waits for the handshake."""

    RequestHandlerClass = Request

    def communicate(self) -> bool:
        """Answer one request, and return whether another may follow."""
        if isinstance(self.socket, SSLSocket) and not self.socket.version():
            try:
                if not self._shake_hands(self.socket):
                    return False
            except OSError as error:  # gone, silent halfway, or it does not trust the certificate
                if isinstance(error, SSLError) and error.reason:
                    said = f"No secure connection with {self.remote_addr}: {error.reason}"
                    self.server.error_log(said, level=logging.INFO)
                return False
        return bool(super().communicate())  # type: ignore[no-untyped-call]

    def _shake_hands(self, secured: SSLSocket) -> bool:
        if socket.recv(secured, 1, MSG_PEEK).isalpha():  # an HTTP method; TLS begins with a number
            socket.recv(secured, MOST)
            socket.sendall(secured, WITHOUT_TLS)
            return False
        secured.do_handshake()
        return True


class PatientServer(Server):
    """A server of which a connection takes a thread only once it says something.

    Browsers open connections that they may need, and tablets go out of reach: cheroot alone gives a
    thread to each that is silent, and over TLS no other connection is taken until it speaks or ten
    seconds are over.
    """

    ConnectionClass = Connection
    keep_alive_conn_limit = KEPT

    def process_conn(self, connection: Connection) -> None:
        """Let a thread answer what the connection says; a new one is waited for first, if not too many are."""
        if connection.last_used is None and self.can_add_keepalive_connection:
            self.put_conn(connection)
        else:
            super().process_conn(connection)


class Adapter(BuiltinSSLAdapter):
    """TLS with a certificate, where taking a connection does not wait for its handshake."""

    def wrap(self, plain: socket) -> tuple[SSLSocket, dict[str, str]]:
        """Return the connection, and what the application is told of it."""
        secured = self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        return secured, {"wsgi.url_scheme": "https", "HTTPS": "on"}
