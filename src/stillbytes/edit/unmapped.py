"""What Adobe's programs do to a picture by fields that have no counterpart here: named, so that it can be told.

Fields and their defaults as Adobe's XMP documentation of the crs: namespace and sidecars that others published have
them. A field that an operation declares is no longer looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from stillbytes.edit import fields, profiles
from stillbytes.edit.corrections.names import ALL as CORRECTIONS
from stillbytes.edit.corrections.structure import Node, parsed
from stillbytes.edit.xmp import Packet


@dataclass(frozen=True, slots=True)
class Feature:
    """label: in words. effect: fields by which it does something, with the value at which each does nothing where that
    is not one of NEUTRAL. details: a pattern of fields that say how, and do nothing alone. old: only of processes
    before 2012, whose fields later ones keep without using them. needs: a field without which it does nothing."""

    label: str
    effect: dict[str, str]
    details: str = ""
    old: bool = False
    needs: str = ""


def _fields(names: str, neutral: str = "") -> dict[str, str]:
    return dict.fromkeys(names.split(), neutral)


FEATURES = (
    Feature("the parametric curve", _fields("ParametricShadows ParametricDarks ParametricLights ParametricHighlights"),
            "Parametric(Shadow|Midtone|Highlight)Split"),
    Feature("the saturation of the curve", {"CurveRefineSaturation": "100"}),
    Feature("grain", _fields("GrainAmount"), "Grain(Size|Frequency|Seed)"),
    Feature("defringe", _fields("DefringePurpleAmount DefringeGreenAmount Defringe"),
            "Defringe(Purple|Green)Hue(Lo|Hi)"),
    Feature("chromatic aberration", _fields("AutoLateralCA ChromaticAberrationR ChromaticAberrationB")),
    Feature("the lens profile", _fields("LensProfileEnable"), "LensProfile.*"),
    Feature("lens vignetting by hand", _fields("VignetteAmount"), "VignetteMidpoint"),
    Feature("perspective", _fields("PerspectiveVertical PerspectiveHorizontal PerspectiveRotate PerspectiveAspect "
            "PerspectiveX PerspectiveY") | {"PerspectiveScale": "100"}, "CropConstrainTo(Warp|UnitSquare)"),
    Feature("upright", _fields("PerspectiveUpright"), "Upright.*|AllowPerspective"),
    Feature("white balance relative to the picture", _fields("IncrementalTemperature IncrementalTint")),
    Feature("removed spots", _fields("RetouchAreas RetouchInfo")),
    Feature("red eyes", _fields("RedEyeInfo")),
    Feature("lens blur", _fields("LensBlur"), "DepthMapInfo|DepthBasedCorrections"),
    Feature("HDR", _fields("HDREditMode"), "HDR.*|SDR.*"),
    Feature("enhanced detail", _fields("EnhanceDetailsAlreadyApplied EnhanceDenoiseAlreadyApplied "
            "EnhanceSuperResolutionAlreadyApplied"), "Enhance.*"),
    Feature("automatic settings", _fields("AutoTone AutoExposure AutoContrast AutoShadows AutoBrightness")),
    Feature("brightness, recovery and fill light of older processes", _fields("Shadows Brightness FillLight "
            "HighlightRecovery"), old=True),
    Feature("the parametric tone curve of older processes", {"ToneCurve": ""}, old=True),
)  # fmt: skip
NEUTRAL = {"", "0", "false", "none", "linear", "default", "as shot", "[]", "{}"}
"""Values that a field may have without doing anything."""
_ABOUT = (
    "PresetType", "Cluster", "UUID", "SupportsAmount", "SupportsAmount2", "SupportsColor", "SupportsMonochrome",
    "SupportsHighDynamicRange", "SupportsNormalDynamicRange", "SupportsSceneReferred", "SupportsOutputReferred",
    "RequiresRGBTables", "ShowInPresets", "ShowInQuickActions", "CameraModelRestriction", "Copyright", "ContactInfo",
    "Name", "ShortName", "SortName", "Group", "Description", "Parameters", "CompatibleVersion", "CameraProfileDigest",
    "ToneCurveName", "ToneCurveName2012", "OverrideLookVignette", "AutoToneDigest", "AutoToneDigestNoSat",
    "ToggleStyleDigest", "ToggleStyleAmount", "DefaultAutoGray", "DefaultAutoTone", "DefaultsSpecificToSerial",
    "DefaultsSpecificToISO", "CropUnit", "CropWidth", "CropHeight", "RawFileName", "AutoGrayscaleMix",
    "CropConstrainAspectRatio", "AutoWhiteVersion",
)  # fmt: skip
ABOUT = {f"crs:{name}" for name in _ABOUT}
"""Fields that tell of the file or the preset and do nothing to the picture."""
_ZERO = re.compile(r"[+-]?0*\.?0*")
_INERT = re.compile("|".join(f"(?:{f.details})" for f in FEATURES if f.details))


def unmapped(packet: Packet) -> list[str]:
    """In words, what does something in Adobe's programs and has no counterpart here; by name where there is no word."""
    names = {name.removeprefix("crs:") for name in packet.names("crs") - fields.known() - ABOUT - set(CORRECTIONS)}
    old = fields.process(packet) < fields.FIRST_PROCESS and packet.text("crs:ProcessVersion") is not None
    found = []
    for feature in FEATURES:
        mine = names & feature.effect.keys()
        acts = any(_acts(packet, name, feature.effect[name]) for name in mine)
        needed = not feature.needs or _acts(packet, feature.needs, "")
        if acts and needed and (old or not feature.old):
            found.append(feature.label)
        names -= feature.effect.keys()
    found += _looks(packet, names)
    return found + sorted(name for name in names if not _INERT.fullmatch(name) and _acts(packet, name, ""))


def told(labels: Collection[str]) -> str:
    """For a person; empty when there is nothing to tell."""
    return f"Not taken over: {', '.join(labels)}." if labels else ""


def _looks(packet: Packet, names: set[str]) -> list[str]:
    """A look has a name of its own. It and the camera profile are taken out of `names`."""
    found = []
    look = _value(packet, "Look")
    name = str(look.get("Name", "")).strip() if isinstance(look, dict) else ""
    if look and name.casefold() not in profiles.PLAIN and name.casefold() not in profiles.NAMES:
        found.append(f"the look {name[:60]}")
    names -= {"Look", "CameraProfile"}
    return found


def _value(packet: Packet, name: str) -> Node | None:
    """None if it is not there."""
    text = packet.text(f"crs:{name}")
    if text is not None:
        return text
    element = packet.element(f"crs:{name}")
    return None if element is None else parsed(element)


def _acts(packet: Packet, name: str, neutral: str) -> bool:
    value = _value(packet, name)
    if not isinstance(value, str):
        return _filled(value)
    text = value.strip().lower()
    return not (text in NEUTRAL or _ZERO.fullmatch(text) or (neutral and _equal(text, neutral)))


def _filled(value: Node | None) -> bool:
    """Whether a structure holds anything that could act: LensBlur says by `Active` that it does not."""
    if isinstance(value, dict):
        return str(value.get("Active", "true")).lower() not in ("false", "0") and bool(value)
    return bool(value)


def _equal(text: str, neutral: str) -> bool:
    try:
        return float(text) == float(neutral)
    except ValueError:
        return text == neutral.lower()
