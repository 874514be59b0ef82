"""A mail server for tests, by aiosmtpd: python3 mail_server.py FOLDER [--tls PEM] [--implicit] [--auth USER:PASSWORD] [--login].

It writes its port to FOLDER/port, and each mail that it took to FOLDER/N.json, as Python's own parser reads it. --tls: STARTTLS is on offer, with this
certificate and key; --implicit: TLS from the beginning; --auth: AUTH is on offer; --login: and needed.

Recipients: nobody@ is refused (550), strict@ in three lines, grey@ is told to come back (451) until FOLDER/grey is there, poison@ is refused behind DATA (554), later@ is told to come
back there, drop@ is taken and the connection is closed without an answer, hang@ gets no answer (then there is FOLDER/hangs), greedy@ has 552 for MAIL of more than it likes."""
import argparse
import asyncio
import email
import email.policy
import hashlib
import json
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def part_of(part):
    content = part.get_payload(decode=True) or b""
    return {"name": part.get_filename(), "type": part.get_content_type(), "text": content.decode("utf-8", "replace"),
            "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "encoding": part["Content-Transfer-Encoding"]}


class Handler:
    def __init__(self, folder, has_auth):
        self.folder, self.has_auth, self.count = folder, has_auth, 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [line for line in responses if self.has_auth or "AUTH" not in line]

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 no such user here"
        if name == "strict":
            return "550-5.7.26 a policy forbids it\r\n550-5.7.26 which we have\r\n550 5.7.26 see elsewhere"
        if name == "grey" and not os.path.exists(os.path.join(self.folder, "grey")):
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "poison":
            return "554 5.7.1 not this one"
        if name == "later":
            return "452 4.3.1 no room now"
        if name == "hang":
            open(os.path.join(self.folder, "hangs"), "w", encoding="utf-8").close()
            await asyncio.sleep(60)
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        parts = [part_of(part) for part in mail.walk() if not part.is_multipart()]
        record = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None, "authenticated": session.authenticated,
                  "headers": {key.lower(): str(value) for key, value in mail.items()}, "names": [key for key, _ in mail.items()],
                  "defects": len(mail.defects), "longest": max(len(line) for line in envelope.original_content.split(b"\r\n")), "parts": parts}
        self.count += 1
        path = os.path.join(self.folder, f"{self.count}.json")
        with open(path + ".tmp", "w", encoding="utf-8") as stream:
            json.dump(record, stream)
        os.rename(path + ".tmp", path)
        if name == "drop":
            server.transport.abort()
        return "250 taken"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--tls")
    arguments.add_argument("--implicit", action="store_true")
    arguments.add_argument("--auth")
    arguments.add_argument("--login", action="store_true")
    said = arguments.parse_args()
    context = None
    if said.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(said.tls)
    handler = Handler(said.folder, bool(said.auth))

    def authenticate(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and f"{data.login.decode()}:{data.password.decode()}" == said.auth
        return AuthResult(success=right, handled=right)

    def session():
        return SMTP(handler, hostname="mail.example.org", tls_context=None if said.implicit else context, authenticator=authenticate if said.auth else None,
                    auth_required=said.login, auth_require_tls=not said.implicit)

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if said.implicit else None)
        path = os.path.join(said.folder, "port")
        with open(path + ".tmp", "w", encoding="utf-8") as stream:
            stream.write(str(server.sockets[0].getsockname()[1]))
        os.rename(path + ".tmp", path)
        await server.serve_forever()

    asyncio.run(serve())


main()
