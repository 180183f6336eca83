"""Delivers by e-mail: the message as text, the report and its record attached."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from pydantic import SecretStr

from analytics.delivery.parcel import Parcel, write_message, write_subject
from proxy.errors import Refused, Unavailable

type Security = Literal["starttls", "tls", "none"]

_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server and how to speak to it.

    Attributes:
        user: Empty for a server that asks for none.
        timeout_s: Bound of each step, s.
    """

    host: str
    port: int
    security: Security
    user: str
    password: SecretStr
    timeout_s: float


@dataclass(frozen=True, slots=True)
class MailChannel:
    """One e-mail to all recipients."""

    server: MailServer
    sender: str
    recipients: Sequence[str]
    name: str = "email"

    def deliver(self, parcel: Parcel) -> None:
        """Send it; the id of the message is the parcel's, so that a repeat is seen to be one.

        Raises:
            Unavailable: the server does not answer or cannot take it now.
            Refused: the server will not take it: credentials, sender, recipient or size.
        """
        try:
            with self._opened() as session:
                session.send_message(self._compose(parcel))
        except smtplib.SMTPRecipientsRefused as error:
            raise _failure(min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            message = "the mail server does not offer what is asked for; see UNDERSTUDY_DELIVERY_SMTP_SECURITY"
            raise Refused(message) from None
        except (OSError, smtplib.SMTPException) as error:
            message = f"the mail server {self.server.host} does not answer ({type(error).__name__})"
            raise Unavailable(message) from None

    def _opened(self) -> smtplib.SMTP:
        server = self.server
        trust = ssl.create_default_context()
        if server.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=trust)
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        try:
            if server.security == "starttls":
                session.starttls(context=trust)
            if server.user:
                session.login(server.user, server.password.get_secret_value())
        except BaseException:
            session.close()
            raise
        return session

    def _compose(self, parcel: Parcel) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = write_subject(parcel)
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Date"] = format_datetime(parcel.made_at)
        message["Message-ID"] = f"<{parcel.name.replace('/', '.')}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(write_message(parcel) + "\n")
        page = parcel.read("report.html").decode()
        message.add_attachment(page, subtype="html", filename="report.html")
        record = parcel.read("decision.json")
        message.add_attachment(record, maintype="application", subtype="json", filename="decision.json")
        return message


def _failure(code: int) -> Refused | Unavailable:
    message = f"the mail server answered {code}"
    if code >= _PERMANENT:
        return Refused(f"{message}: check sender, recipients and credentials")
    return Unavailable(f"{message}: it cannot take the report now")
