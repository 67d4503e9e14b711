"""The carrier of e-mail: a letter becomes a mail, and the mail leaves by SMTP."""

from email.message import EmailMessage
from email.utils import formatdate

from store_omni.kit.emails import normal_email
from store_omni.notifications.carrying import Carrier, NoCarrier, Parcel, Undeliverable
from store_omni.notifications.posting import SmtpPost
from store_omni.settings import Settings


class Mailer:
    """Sends by the mail server the operator named."""

    def __init__(self, mail_from: str, smtp_url: str, at_once: int) -> None:
        self.mail_from = mail_from
        self.at_once = at_once
        self.post = SmtpPost(smtp_url, at_once)

    async def send(self, parcel: Parcel) -> None:
        if normal_email(parcel.address) is None:
            raise Undeliverable("refused", "no mail can be sent to this address")
        mail = EmailMessage()
        mail["From"] = self.mail_from
        mail["To"] = parcel.address
        mail["Subject"] = parcel.letter.subject
        mail["Date"] = formatdate()
        # The same row always has the same Message-ID: a mail sent twice after a crash is shown once by most programs.
        mail["Message-ID"] = f"<{parcel.message_id}@{self.mail_from.rsplit('@', 1)[-1].rstrip('>')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(parcel.letter.text)
        mail.add_alternative(parcel.letter.html, subtype="html")
        await self.post.send(mail)

    async def close(self) -> None:
        await self.post.close()


def carrier_of_mail(settings: Settings) -> Carrier:
    if settings.smtp_url is None:
        return NoCarrier("no mail server is configured (STORE_OMNI_SMTP_URL)")
    return Mailer(settings.mail_from, settings.smtp_url, settings.smtp_connections)
