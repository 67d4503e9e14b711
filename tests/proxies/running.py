"""nginx and Caddy without root: fetched as packages, unpacked into a folder, run with the example files of docs/proxy."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/proxy"
KEPT = ROOT / ".venv/proxies"
NAME = "shop.example.com"
FETCH_SECONDS_MAX = 120


class NotToBeHad(Exception):
    """The message says why."""


def program(name: str) -> Path:
    """Of the system, else unpacked from its package. Errors: `NotToBeHad`."""
    if found := shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin"):
        return Path(found)
    for folder in ("usr/sbin", "usr/bin"):
        if (unpacked := KEPT / name / folder / name).exists():
            return unpacked
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NotToBeHad(f"no {name} here, and no apt-get to fetch it")
    KEPT.mkdir(parents=True, exist_ok=True)
    try:
        got = subprocess.run(["apt-get", "download", name], cwd=KEPT, capture_output=True, text=True, timeout=FETCH_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise NotToBeHad(f"apt-get download {name} took too long") from None
    packages = sorted(KEPT.glob(f"{name}_*.deb"))
    if got.returncode or not packages:
        raise NotToBeHad(f"apt-get download {name} failed: {(got.stderr.strip().splitlines() or ['no word'])[-1]}")
    subprocess.run(["dpkg-deb", "--extract", packages[-1], KEPT / name], check=True)
    return program(name)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Self-made, for `NAME`."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def _replaced(text: str, changes: dict[str, str]) -> str:
    """Only what a test cannot have: ports below 1024, the certificate's place, long waits. Each must be there."""
    for old, new in changes.items():
        assert old in text, f"the example no longer says {old}"
        text = text.replace(old, new)
    return text


def nginx(folder: Path, *, port: int, plain_port: int, shop_port: int, certificate: Path, key: Path) -> list[str | Path]:
    """The command."""
    site = _replaced(
        (EXAMPLES / "nginx.conf").read_text(),
        {
            "listen 80;": f"listen 127.0.0.1:{plain_port};",
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "127.0.0.1:8080": f"127.0.0.1:{shop_port}",
            "/etc/ssl/shop/certificate.pem": str(certificate),
            "/etc/ssl/shop/key.pem": str(key),
            "client_header_timeout 10s": "client_header_timeout 2s",
        },
    )
    (folder / "site.conf").write_text(site)
    places = "\n".join(f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = folder / "main.conf"
    main.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/nginx.log; worker_processes 1;\n"
        f"events {{ worker_connections 256; }}\nhttp {{ access_log off; {places}\ninclude {folder}/site.conf; }}\n"
    )
    return [program("nginx"), "-p", folder, "-e", folder / "nginx.log", "-c", main]


def caddy(folder: Path, *, port: int, plain_port: int, shop_port: int, certificate: Path, key: Path) -> list[str | Path]:
    """The command."""
    file = folder / "Caddyfile"
    file.write_text(
        _replaced(
            (EXAMPLES / "Caddyfile").read_text(),
            {
                "{\n\tservers {": f"{{\n\tadmin off\n\thttp_port {plain_port}\n\thttps_port {port}\n\tservers {{",
                "# With a certificate of your own: tls /etc/ssl/shop/certificate.pem /etc/ssl/shop/key.pem": f"tls {certificate} {key}",
                "127.0.0.1:8080": f"127.0.0.1:{shop_port}",
                "read_header 10s": "read_header 2s",
            },
        )
    )
    return [program("caddy"), "run", "--config", file, "--adapter", "caddyfile"]
