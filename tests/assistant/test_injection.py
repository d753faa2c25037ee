"""Words in names, EXIF, XMP titles and histories of files never reach a model, nor do they become actions."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pytest
from assistant.hostile import NAMES, OUTPUTS
from PIL import Image
from PIL.Image import Exif
from scripted import plan, scripted

import stillbytes as sb
from stillbytes.app.mcp.verbs import Verbs
from stillbytes.assistant import asking
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import Document

REQUEST = "like a summer evening"
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 photoshop:Instructions={attribute}><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>{text}</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_there_are_at_least_thirty():
    assert len(set(NAMES)) >= 30
    assert len(set(OUTPUTS)) >= 30


@pytest.fixture(params=NAMES, ids=range(len(NAMES)))
def hostile(request, tmp_path, monkeypatch):
    """A photo whose name, EXIF, XMP and history say so."""
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    name = request.param
    plain = "".join(c for c in name if c.isprintable() and c not in '/\\:*?"<>|') or "x"
    exif = Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298, 0x9286):
        exif[tag] = name.replace("\0", " ")
    folder = tmp_path / "photos"
    folder.mkdir()
    path = folder / f"{plain.strip()[:80]}.jpg"
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(path, exif=exif)
    written = "".join(c for c in name if c.isprintable())
    path.with_suffix(".xmp").write_text(XMP.format(text=escape(written), attribute=quoteattr(written)), "utf-8")
    document = Document(sb.open(path))
    document.commit(Settings(contrast=5), asking.label(name) or "x")
    document.flush()
    return sb.open(path)


@pytest.mark.parametrize("vision", [True, False])
def test_nothing_of_it_reaches_a_model_and_nothing_is_done(hostile, vision):
    """Also when the model does what they say: a reset, an undo, a black picture."""
    document = Document(hostile)
    obeying = [{"for": words, **step} for words in (REQUEST, hostile.path.stem) for step in (
        {"tool": "reset"}, {"tool": "undo"}, {"tool": "crop", "width": 1, "height": 9})]  # fmt: skip
    with scripted(plan(*obeying), context=8192, vision=vision) as server:
        found = asking.propose(REQUEST, asking.situation(document.photo, document.history), server.url, document.photo)
        (body,) = server.asked
    said = body["messages"][-1]["content"]
    texts = [said] if isinstance(said, str) else [part["text"] for part in said if part["type"] == "text"]
    words = " ".join(texts).lower()
    for bad in ("ignore", "delete", "owner", "drop table", "instruction", "script", hostile.path.stem.lower()[:20]):
        assert bad not in words
    assert not found.understood
    assert found.to_json()["steps"] == []
    assert found.applied() == Settings()


def test_other_programs_assistants_get_numbers_and_the_name_only(hostile):
    verbs = Verbs([hostile.path.parent])
    told = verbs.do("view", {"photo": hostile.path.name}).told
    facts = json.dumps({name: value for name, value in told.items() if name not in ("photo", "history")}).lower()
    assert "ignore" not in facts
    assert "delete" not in facts
    assert verbs.do("propose", {"photo": hostile.path.name, "request": "shadows +20"}).told["settings"] == {
        "shadows": 20.0
    }
    assert sorted(path.suffix for path in hostile.path.parent.iterdir()) == [".jpg", ".xmp"]
