"""A small catalogue as Lightroom Classic keeps them."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from pathlib import Path

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


EDIT = """s = {
  AlreadyApplied = false, ProcessVersion = "15.4", Version = "18.0", CameraProfile = "Adobe Color",
  Exposure2012 = 0.75, Contrast2012 = -12, WhiteBalance = "Custom", Temperature = 5600, Tint = 7,
  CropLeft = 0.1, CropTop = 0.2, CropRight = 0.9, CropBottom = 0.8, CropAngle = 0, HasCrop = true,
  ToneCurvePV2012 = { 0, 0, 64, 58, 255, 255 }, ToneCurveName2012 = "Custom", HDREditMode = 1,
  Look = { Name = "Modern 04", Amount = 1, Parameters = { ProcessVersion = "15.4" } },
  MaskGroupBasedCorrections = { { What = "Correction", CorrectionAmount = 1, CorrectionActive = true,
    CorrectionName = "Sky", CorrectionSyncID = "0123456789ABCDEF0123456789ABCDEF", LocalExposure2012 = -0.25,
    CorrectionMasks = { { What = "Mask/Image", MaskActive = true, MaskSubType = 2, MaskInverted = false, MaskValue = 1,
      MaskBlendMode = 0, ReferencePoint = "0.500000 0.500000", MaskSyncID = "00112233445566778899AABBCCDDEEFF" } } } },
  RetouchInfo = { "centerX = 0.5, centerY = 0.5, radius = 0.01" },
}"""
TABLES = """
CREATE TABLE AgLibraryRootFolder (id_local INTEGER PRIMARY KEY, absolutePath, name);
CREATE TABLE AgLibraryFolder (id_local INTEGER PRIMARY KEY, pathFromRoot, rootFolder INTEGER);
CREATE TABLE AgLibraryFile (id_local INTEGER PRIMARY KEY, baseName, extension, folder INTEGER);
CREATE TABLE Adobe_images (id_local INTEGER PRIMARY KEY, rootFile INTEGER, rating, pick, colorLabels, orientation,
  masterImage INTEGER, copyName, developSettingsIDCache INTEGER);
CREATE TABLE Adobe_imageDevelopSettings (id_local INTEGER PRIMARY KEY, image INTEGER, text);
CREATE TABLE AgLibraryKeyword (id_local INTEGER PRIMARY KEY, name, parent INTEGER);
CREATE TABLE AgLibraryKeywordImage (id_local INTEGER PRIMARY KEY, image INTEGER, tag INTEGER);
CREATE TABLE AgLibraryCollection (id_local INTEGER PRIMARY KEY, name, creationId);
CREATE TABLE AgLibraryCollectionImage (id_local INTEGER PRIMARY KEY, collection INTEGER, image INTEGER);
CREATE TABLE AgLibraryIPTC (id_local INTEGER PRIMARY KEY, image INTEGER, caption, copyright);
"""


def make_catalogue(folder: Path) -> Path:
    """A catalogue of four photos: edited, only rated, gone, and a virtual copy of the first."""
    photos = folder / "photos"
    photos.mkdir()
    for name in ("a", "b"):
        (photos / f"{name}.png").write_bytes(PNG)
    packed = struct.pack(">I", len(EDIT)) + zlib.compress(EDIT.replace("0.75", "1.25").encode())
    with sqlite3.connect(folder / "Photos.lrcat") as db:
        db.executescript(TABLES)
        db.execute("INSERT INTO AgLibraryRootFolder VALUES (1, ?, 'root')", (f"{folder}/",))
        db.execute("INSERT INTO AgLibraryFolder VALUES (1, 'photos/', 1)")
        for number, name in enumerate(("a", "b", "gone"), 1):
            db.execute("INSERT INTO AgLibraryFile VALUES (?, ?, 'png', 1)", (number, name))
        db.executemany(
            "INSERT INTO Adobe_images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (1, 1, 4.0, 1.0, "Red", "AB", None, None, 12), (2, 2, 2, -1, "", "AB", None, None, None),
                (3, 3, None, 0, "", "AB", None, None, 13), (4, 1, None, 0, "", "AB", 1, "Darker", 11),
            ],
        )  # fmt: skip
        older = EDIT.replace("0.75", "-3")
        db.executemany(
            "INSERT INTO Adobe_imageDevelopSettings VALUES (?, ?, ?)",
            [(11, 4, older), (12, 1, EDIT), (13, 3, packed), (14, 1, older)],
        )
        db.executemany(
            "INSERT INTO AgLibraryKeyword VALUES (?, ?, ?)", [(1, None, None), (2, "places", 1), (3, "sea", 2)]
        )
        db.execute("INSERT INTO AgLibraryKeywordImage VALUES (1, 1, 3)")
        kinds = [(1, "Best", "com.adobe.ag.library.collection"), (2, "Smart", "com.adobe.ag.library.smart_collection")]
        db.executemany("INSERT INTO AgLibraryCollection VALUES (?, ?, ?)", kinds)
        db.executemany("INSERT INTO AgLibraryCollectionImage VALUES (?, ?, ?)", [(1, 1, 1), (2, 1, 3), (3, 2, 1)])
        db.execute("INSERT INTO AgLibraryIPTC VALUES (1, 1, 'At dusk', 'Mine')")
    db.close()
    return folder / "Photos.lrcat"
