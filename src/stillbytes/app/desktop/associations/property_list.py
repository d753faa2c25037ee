"""For macOS: what a bundle's Info.plist says of the files that it opens."""

from __future__ import annotations

import plistlib
from typing import Any

from stillbytes import __version__
from stillbytes.app.desktop.associations import ID, NAME, Association, associations

_SYSTEM_TYPES = {
    "image/x-adobe-dng": "com.adobe.raw-image",
    "image/jpeg": "public.jpeg",
    "image/tiff": "public.tiff",
    "image/png": "public.png",
    "image/heif": "public.heif",
    "image/avif": "public.avif",
    "image/webp": "org.webmproject.webp",
}
"""Uniform type identifiers that the system declares; RAW files of makers are found by their extensions."""


def document_types() -> list[dict[str, Any]]:
    """CFBundleDocumentTypes. Offered, but not the standard for anything."""
    return [_document_type(one) for one in associations()] + [
        {
            "CFBundleTypeName": "Folder",
            "CFBundleTypeRole": "Viewer",
            "LSHandlerRank": "None",
            "LSItemContentTypes": ["public.folder"],
        }
    ]


def property_list() -> bytes:
    """The whole Info.plist."""
    return plistlib.dumps(
        {
            "CFBundleIdentifier": ID,
            "CFBundleName": NAME,
            "CFBundleDisplayName": NAME,
            "CFBundlePackageType": "APPL",
            "CFBundleExecutable": "stillbytes-app",
            "CFBundleIconFile": "stillbytes.icns",
            "CFBundleVersion": __version__,
            "CFBundleShortVersionString": __version__,
            "CFBundleInfoDictionaryVersion": "6.0",
            "LSApplicationCategoryType": "public.app-category.photography",
            "LSMinimumSystemVersion": "13.0",
            "LSMultipleInstancesProhibited": True,
            "NSHighResolutionCapable": True,
            "CFBundleDocumentTypes": document_types(),
        }
    )


def _document_type(one: Association) -> dict[str, Any]:
    described: dict[str, Any] = {
        "CFBundleTypeName": one.says,
        "CFBundleTypeRole": "Editor",
        "LSHandlerRank": "Alternate",
        "CFBundleTypeExtensions": list(one.extensions),
    }
    if one.mime in _SYSTEM_TYPES:
        described["LSItemContentTypes"] = [_SYSTEM_TYPES[one.mime]]
    return described
