"""Where each kind of source is: the one place that knows addresses, and the variables that change them.

STILLBYTES_HUB (or HF_ENDPOINT): the model hub, or a mirror of it. STILLBYTES_RELEASES: where releases of repositories
are. STILLBYTES_NPM, STILLBYTES_PYPI: a package registry to ask directly instead of through the package client.
HF_TOKEN: for models whose licence has to be accepted on the hub first.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.model import GitHub, HuggingFace, Local, Npm, PyPi, Source, Zipped

HUB = "https://huggingface.co"
RELEASES = "https://github.com"


def hub() -> str:
    return _address("STILLBYTES_HUB", "HF_ENDPOINT") or HUB


def releases() -> str:
    return _address("STILLBYTES_RELEASES") or RELEASES


def npm() -> str | None:
    """The registry to ask directly, None to go through the package client."""
    return _address("STILLBYTES_NPM")


def pypi() -> str | None:
    """The package index to ask directly, None to go through the package client."""
    return _address("STILLBYTES_PYPI")


def address(source: HuggingFace | GitHub) -> str:
    """The URL of a file that can be downloaded as it is."""
    match source:
        case HuggingFace(repository, path, revision):
            return f"{hub()}/{quote(repository)}/resolve/{quote(revision, safe='')}/{quote(path)}"
        case GitHub(repository, tag, asset):
            return f"{releases()}/{quote(repository)}/releases/download/{quote(tag, safe='')}/{quote(asset)}"


def page(source: Source) -> str:
    """Where a person can read about it; empty when there is no such page."""
    match source:
        case HuggingFace(repository):
            return f"{hub()}/{repository}"
        case GitHub(repository):
            return f"{releases()}/{repository}"
        case Zipped(archive):
            return page(archive)
        case Local(path):
            return path
        case _:
            return ""


def described(source: Source) -> str:
    """For people: where a file comes from."""
    match source:
        case HuggingFace(repository, path):
            return said("{repository} ({path}) on the model hub", repository=repository, path=path)
        case GitHub(repository, tag, asset):
            return said("release {tag} of {repository} ({asset})", tag=tag, repository=repository, asset=asset)
        case Npm(package, version):
            return said("the npm package {package} {version}", package=package, version=version)
        case PyPi(package, version):
            return said("the Python package {package} {version}", package=package, version=version)
        case Zipped(archive):
            return described(archive)
        case Local(path):
            return said("this computer ({path})", path=path)


def headers(source: Source) -> dict[str, str]:
    """What a request for it has to carry. The token goes to the hub only, never along with a redirect elsewhere."""
    token = _token() if isinstance(source, HuggingFace) else ""
    return {"Authorization": f"Bearer {token}"} if token else {}


def _token() -> str:
    if told := os.environ.get("HF_TOKEN", "").strip():
        return told
    home = os.environ.get("HF_HOME")
    place = Path(home).expanduser() if home else Path.home() / ".cache" / "huggingface"
    try:
        return (place / "token").read_text(encoding="ascii", errors="ignore").strip()[:500]
    except OSError:
        return ""


def _address(*variables: str) -> str | None:
    for variable in variables:
        if told := os.environ.get(variable, "").strip():
            if not told.startswith(("http://", "https://")):
                raise ModelError(
                    said("{variable} is {told!r}, which is no address.", variable=variable, told=told),
                    "Set it to https://..., or unset it.",
                )
            return told.rstrip("/")
    return None
