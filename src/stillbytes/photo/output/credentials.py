"""Content Credentials (C2PA) in exported files, signed on this machine.

Needs the package c2pa-python, which is optional. The certificate is made here, and nobody vouches for it: a reader of
credentials finds them whole, and their signer unknown. Nothing is asked of any server: there is no time stamp.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from stillbytes.core import paths
from stillbytes.core.errors import ExportError
from stillbytes.core.files import write_atomically
from stillbytes.core.saying import said

YEARS = 10
KEY, CHAIN = "key.pem", "certificates.pem"
MEDIA_TYPES = ("image/jpeg", "image/png", "image/tiff", "image/webp", "image/avif")
"""Of the files into which credentials can be put."""


@dataclass(frozen=True, slots=True)
class Action:
    """What was done: in words, by which program or model, and what that makes the picture (IPTC's source type).

    creates: whether the picture was made whole by it.
    """

    says: str
    agent: str
    source_type: str
    creates: bool = False


def available() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("c2pa") is not None


def signed(
    content: bytes, *, media_type: str, title: str, source_type: str, actions: Sequence[Action], version: str
) -> bytes:
    """The file with credentials in it; as it was for a kind of file that cannot hold them.

    source_type: IPTC's, of the whole picture. Raises ExportError.
    """
    import c2pa  # noqa: PLC0415 - optional

    if media_type not in MEDIA_TYPES:
        return content
    done: list[dict[str, Any]] = []
    if not any(action.creates for action in actions):
        done.append({"action": "c2pa.created", "digitalSourceType": source_type})
    done += [
        {
            "action": "c2pa.created" if action.creates else "c2pa.edited",
            "description": action.says,
            "softwareAgent": {"name": action.agent},
            "digitalSourceType": action.source_type,
        }
        for action in actions
    ]
    manifest = {
        "claim_generator_info": [{"name": "Stillbytes", "version": version}],
        "title": title,
        "format": media_type,
        "assertions": [{"label": "c2pa.actions", "data": {"actions": done}}],
    }
    key, chain = _identity()
    told = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
        settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
        with (
            c2pa.Context(settings) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(manifest, context) as builder,
        ):
            builder.sign(signer, media_type, io.BytesIO(content), told)
    except c2pa.C2paError as error:
        raise ExportError(
            said("Content Credentials could not be put into {title}: {why}.", title=title, why=str(error)),
            said(
                "Remove {file} to have a new certificate made, or uninstall c2pa-python to export without.",
                file=_folder(),
            ),
        ) from error
    return told.getvalue()


def _folder() -> Path:
    return paths.home() / "credentials"


def _identity() -> tuple[bytes, bytes]:
    """(private key, certificates) as PEM, made once. Raises ExportError where they cannot be kept."""
    folder = _folder()
    try:
        return (folder / KEY).read_bytes(), (folder / CHAIN).read_bytes()
    except OSError:
        key, chain = _made()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(folder / KEY, key)
        (folder / KEY).chmod(0o600)
        write_atomically(folder / CHAIN, chain)
    except OSError as error:
        raise ExportError(
            said("The certificate cannot be kept in {folder}: {why}.", folder=folder, why=str(error.strerror or error)),
            "Is the folder writable?",
        ) from error
    return key, chain


def _made() -> tuple[bytes, bytes]:
    """A key, and its certificate with that of the authority that is made up for it: C2PA wants no self-signed one
    (Content Credentials specification, "X.509 certificates")."""
    from cryptography import x509  # noqa: PLC0415 - comes with c2pa-python
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Stillbytes on this machine")
    ours, own = (
        x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("Authority", "Stillbytes")
    )
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder(ours, subject, public, x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365 * YEARS))
        return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)

    def usage(sign: bool) -> x509.KeyUsage:
        return x509.KeyUsage(sign, False, False, False, False, not sign, not sign, False, False)

    root = begun(ours, authority.public_key()).add_extension(x509.BasicConstraints(True, 0), True)
    root_signed = root.add_extension(usage(False), True).sign(authority, hashes.SHA256())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    leaf = begun(own, key.public_key()).add_extension(x509.BasicConstraints(False, None), True)
    leaf = leaf.add_extension(usage(True), True).add_extension(issuer, False)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    pem = serialization.Encoding.PEM
    chain = leaf.sign(authority, hashes.SHA256()).public_bytes(pem) + root_signed.public_bytes(pem)
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()), chain
