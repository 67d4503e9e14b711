"""Which programs make the product, with their settings. They are the ones an operator starts, not ones made for the demo."""

import os
import sys
from collections.abc import Mapping
from secrets import token_hex

from store_omni.demo.children import Child, child_environment
from store_omni.demo.claiming import DataFolder
from store_omni.demo.owning import Access
from store_omni.demo.ports import HOST, Ports
from store_omni.outside import SMS_NAMES
from store_omni.settings import DEMO_MARK

COMMANDS = "store_omni"
SEEDING = "store_omni.demo.seeding"
INBOX = "store_omni.demo.inbox"
WEB_WORKERS = 2


class Programs:
    """Commands of one demo. Settings the person gave in the environment stand."""

    def __init__(self, folder: DataFolder, database_url: str, owner_url: str, ports: Ports, access: Access) -> None:
        """`database_url`: of the programs' role; `owner_url`: of the one that migrates."""
        self.folder = folder
        self.owner_url = owner_url
        self.ports = ports
        self.access = access
        self.environment = child_environment(folder.path, _settings(folder, database_url, ports))

    @property
    def address(self) -> str:
        return self.environment["STORE_OMNI_PUBLIC_URL"]

    @property
    def inbox_address(self) -> str:
        return f"http://localhost:{self.ports.inbox}"

    def _python(self, name: str, *arguments: str) -> Child:
        return Child(name, [sys.executable, *arguments], self.environment, self.folder.logs)

    def migrate(self) -> Child:
        migrate = self._python("migrate", "-m", COMMANDS, "migrate")
        migrate.environment = {**migrate.environment, "STORE_OMNI_OWNER_URL": self.owner_url}
        return migrate

    def seed(self) -> Child:
        return self._python("seed", "-m", SEEDING)

    def kept(self) -> list[Child]:
        """The programs that run as long as the demo, in the order in which they stop."""
        programs = [self.web(), self._python("worker", "-m", COMMANDS, "worker")]
        if self.has_inbox:
            programs.append(self.inbox())
        return programs

    @property
    def has_inbox(self) -> bool:
        """Mails and text messages go to the demo's own inbox, unless the person named a mail server and a gateway."""
        return "STORE_OMNI_SMTP_URL" not in os.environ or not any(name in os.environ for name in SMS_NAMES)

    def web(self) -> Child:
        where = ["--host", self.ports.host, "--port", str(self.ports.web), "--workers", str(WEB_WORKERS)]
        web = self._python("web", "-m", COMMANDS, "serve", *where)
        if self.ports.host != HOST:
            # Says to `serve` that it is this demo's database, which nobody but the owner of the folder knows.
            web.environment = {**web.environment, DEMO_MARK: self.access.mark}
        return web

    def inbox(self) -> Child:
        where = ["--mail-dir", str(self.folder.mail), "--port", str(self.ports.inbox), "--smtp-port", str(self.ports.smtp)]
        return self._python("inbox", "-m", INBOX, *where)


def _settings(folder: DataFolder, database_url: str, ports: Ports) -> Mapping[str, str]:
    own = {
        # `localhost`, because passkeys belong to a name and an address is none.
        "STORE_OMNI_PUBLIC_URL": f"http://{'localhost' if ports.host == HOST else ports.host}:{ports.web}",
        "STORE_OMNI_SMTP_URL": f"smtp://{HOST}:{ports.smtp}",
        "STORE_OMNI_SECRETS_FILE": str(folder.secrets),
    }
    # A gateway is named whole or not at all: half of another one's settings would fit no gateway.
    if not any(name in os.environ for name in SMS_NAMES):
        own |= dict(
            zip(SMS_NAMES, (f"http://{HOST}:{ports.inbox}", "DEMO" + token_hex(8), token_hex(16), "025550100"), strict=True)
        )
    given = {name: os.environ.get(name, value) for name, value in own.items()}
    return {**given, "STORE_OMNI_DATABASE_URL": database_url, "STORE_OMNI_DATA_DIR": str(folder.path)}
