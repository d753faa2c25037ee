# ruff: noqa: E501 - lines as files have them
"""Writes the 40 sidecars beside it, as Lightroom Classic lays them out: every field of process version 2012 and later
that Adobe's documentation of the crs: namespace names, in the ranges of its panels, in each syntax that RDF allows.

    python tests/data/lightroom/make.py

No file of a program of Adobe's was copied; the values are drawn by a generator with a fixed seed.
"""

from __future__ import annotations

import random
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

COUNT = 40
COLOURS = ("Red", "Orange", "Yellow", "Green", "Aqua", "Blue", "Purple", "Magenta")
RANGES = {
    "Contrast2012": (-100, 100), "Highlights2012": (-100, 100), "Shadows2012": (-100, 100),
    "Whites2012": (-100, 100), "Blacks2012": (-100, 100), "Texture": (-100, 100), "Clarity2012": (-100, 100),
    "Dehaze": (-100, 100), "Vibrance": (-100, 100), "Saturation": (-100, 100),
    "ParametricShadows": (-100, 100), "ParametricDarks": (-100, 100), "ParametricLights": (-100, 100),
    "ParametricHighlights": (-100, 100), "ParametricShadowSplit": (10, 30), "ParametricMidtoneSplit": (40, 60),
    "ParametricHighlightSplit": (70, 90), "Sharpness": (0, 150), "SharpenDetail": (0, 100),
    "SharpenEdgeMasking": (0, 100), "LuminanceSmoothing": (0, 100), "LuminanceNoiseReductionDetail": (0, 100),
    "LuminanceNoiseReductionContrast": (0, 100), "ColorNoiseReduction": (0, 100),
    "ColorNoiseReductionDetail": (0, 100), "ColorNoiseReductionSmoothness": (0, 100),
    "SplitToningShadowHue": (0, 360), "SplitToningShadowSaturation": (0, 100), "SplitToningHighlightHue": (0, 360),
    "SplitToningHighlightSaturation": (0, 100), "SplitToningBalance": (-100, 100), "ColorGradeMidtoneHue": (0, 360),
    "ColorGradeMidtoneSat": (0, 100), "ColorGradeShadowLum": (-100, 100), "ColorGradeMidtoneLum": (-100, 100),
    "ColorGradeHighlightLum": (-100, 100), "ColorGradeBlending": (0, 100), "ColorGradeGlobalHue": (0, 360),
    "ColorGradeGlobalSat": (0, 100), "ColorGradeGlobalLum": (-100, 100), "PostCropVignetteAmount": (-100, 100),
    "PostCropVignetteMidpoint": (0, 100), "PostCropVignetteFeather": (0, 100), "PostCropVignetteRoundness": (-100, 100),
    "PostCropVignetteStyle": (1, 3), "PostCropVignetteHighlightContrast": (0, 100), "GrainAmount": (0, 100),
    "GrainSize": (0, 100), "GrainFrequency": (0, 100), "AutoLateralCA": (0, 1), "LensProfileEnable": (0, 1),
    "LensManualDistortionAmount": (-100, 100), "VignetteAmount": (-100, 100), "VignetteMidpoint": (0, 100),
    "DefringePurpleAmount": (0, 20), "DefringePurpleHueLo": (20, 50), "DefringePurpleHueHi": (60, 90),
    "DefringeGreenAmount": (0, 20), "DefringeGreenHueLo": (30, 50), "DefringeGreenHueHi": (60, 80),
    "PerspectiveUpright": (0, 5), "PerspectiveVertical": (-100, 100), "PerspectiveHorizontal": (-100, 100),
    "PerspectiveAspect": (-100, 100), "PerspectiveScale": (50, 150), "ShadowTint": (-100, 100),
    "RedHue": (-100, 100), "RedSaturation": (-100, 100), "GreenHue": (-100, 100), "GreenSaturation": (-100, 100),
    "BlueHue": (-100, 100), "BlueSaturation": (-100, 100), "LensProfileDistortionScale": (0, 200),
    "LensProfileVignettingScale": (0, 200), "CurveRefineSaturation": (0, 200), "HDREditMode": (0, 1),
    "SDRBrightness": (-100, 100), "SDRContrast": (-100, 100), "SDRClarity": (-100, 100), "SDRHighlights": (-100, 100),
    "SDRShadows": (-100, 100), "SDRWhites": (-100, 100), "SDRBlend": (-100, 100),
    **{f"{kind}Adjustment{colour}": (-100, 100) for kind in ("Hue", "Saturation", "Luminance") for colour in COLOURS},
    **{f"GrayMixer{colour}": (-100, 100) for colour in COLOURS},
}  # fmt: skip
SIGNED = {"Contrast2012", "Highlights2012", "Shadows2012", "Whites2012", "Blacks2012", "Clarity2012", "Texture",
          "Dehaze", "Vibrance", "Saturation"}  # fmt: skip
WHITES = ("As Shot", "Auto", "Daylight", "Cloudy", "Shade", "Tungsten", "Fluorescent", "Flash", "Custom")
MASKS = (
    'crs:What="Mask/Gradient" crs:ZeroX="{a}" crs:ZeroY="{b}" crs:FullX="{b}" crs:FullY="{c}"',
    'crs:What="Mask/CircularGradient" crs:Top="0.2" crs:Left="0.25" crs:Bottom="0.7" crs:Right="0.8" crs:Angle="{d}" '
    'crs:Midpoint="50" crs:Roundness="0" crs:Feather="50" crs:Flipped="true"',
    'crs:What="Mask/Image" crs:MaskSubType="{e}" crs:MaskDigest="{f}" crs:ReferencePoint="{a} {b}"',
    'crs:What="Mask/Unheard" crs:Something="{a}"',
)


class Writer:
    """One sidecar. style: "attributes", "elements", or "several" descriptions of one namespace each."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.style = ("attributes", "elements", "several")[seed % 3]
        self.simple: dict[str, str] = {}
        self.arrays: list[str] = []

    def write(self, number: int) -> str:
        draw = self.random
        for name, (low, high) in RANGES.items():
            if number == 0 or draw.random() < 0.7:
                value = draw.randint(low, high)
                self.simple[f"crs:{name}"] = f"+{value}" if name in SIGNED and value > 0 else str(value)
        self._white()
        self.simple |= {
            "crs:Exposure2012": f"{draw.uniform(-5, 5):+.2f}", "crs:SharpenRadius": f"+{draw.uniform(0.5, 3):.1f}",
            "crs:PerspectiveRotate": f"{draw.uniform(-10, 10):.1f}", "crs:PerspectiveX": f"{draw.uniform(-9, 9):.2f}",
            "crs:PerspectiveY": f"{draw.uniform(-9, 9):.2f}", "crs:ConvertToGrayscale": str(draw.random() < 0.2),
            "crs:OverrideLookVignette": "False", "crs:ToneCurveName2012": "Custom",
            "crs:LensProfileSetup": "LensDefaults", "crs:UprightVersion": "151388160",
            "crs:CameraProfile": draw.choice(["Adobe Standard", "Camera Vivid", "Adobe Color"]),
            "crs:CameraProfileDigest": "54650A341B5B5CCAE8442D0B43A92BCE", "crs:GrainSeed": "1000",
            "crs:RawFileName": f"IMG_{number:04}.NEF", "crs:Version": "18.0", "crs:CompatibleVersion": "262144",
            "crs:ProcessVersion": draw.choice(["6.7", "10.0", "11.0", "15.4"]), "crs:HasSettings": "True",
            "crs:HasCrop": "False", "crs:AlreadyApplied": "False", "xmp:Rating": str(draw.randint(0, 5)),
            "xmp:Label": draw.choice(["Red", "Gelb", ""]), "xmp:CreatorTool": "Adobe Lightroom Classic 15.6",
            "tiff:Orientation": str(draw.choice([1, 3, 6, 8])), "photoshop:SidecarForExtension": "NEF",
            "exif:ExposureTime": "1/250", "aux:Lens": "50.0 mm f/1.4 <G>", "unheard:Of": "a & b", "xmpDM:pick": "1",
        }  # fmt: skip
        self._crop()
        self._curves()
        self._points()
        self._look()
        self._masks()
        self.arrays += [
            _array("dc:subject", ["sea", "dusk & dawn"], "Bag"),
            _array("lr:hierarchicalSubject", ["places|sea"], "Bag"),
            _array("dc:title", ["A title"], "Alt"),
            "<crs:RetouchAreas><rdf:Seq><rdf:li><rdf:Description crs:SpotType='heal' crs:SourceState=\"sourceSetExplicitly\">"
            "<crs:Masks><rdf:Seq><rdf:li crs:What='Mask/Ellipse' crs:X='0.3' crs:Y=\"0.4\"/></rdf:Seq></crs:Masks>"
            "</rdf:Description></rdf:li></rdf:Seq></crs:RetouchAreas>",
            '<xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved" stEvt:changed="/metadata"/></rdf:Seq></xmpMM:History>',
        ]
        return self._document()

    def _white(self) -> None:
        white = self.random.choice(WHITES)
        temperature, tint = self.random.randint(2000, 12000), self.random.randint(-150, 150)
        tinted = f"+{tint}" if tint > 0 else str(tint)
        self.simple |= {"crs:WhiteBalance": white, "crs:Temperature": str(temperature), "crs:Tint": tinted}

    def _crop(self) -> None:
        draw = self.random
        if draw.random() < 0.6:
            corners = [draw.uniform(*ends) for ends in ((0.15, 0.3), (0.15, 0.3), (0.7, 0.85), (0.7, 0.85))]
            names = ("CropLeft", "CropTop", "CropRight", "CropBottom")
            self.simple |= {f"crs:{n}": f"{c:.6f}".rstrip("0") for n, c in zip(names, corners, strict=True)}
            self.simple |= {"crs:CropAngle": f"{draw.uniform(-8, 8):.4f}", "crs:CropConstrainToWarp": "0"}
            self.simple["crs:HasCrop"] = "True"

    def _curves(self) -> None:
        for channel in ("", "Red", "Green", "Blue"):
            xs = sorted(self.random.sample(range(1, 255), self.random.randint(0, 4)))
            points = [(0, 0), *((x, min(255, max(0, x + self.random.randint(-30, 30)))) for x in xs), (255, 255)]
            self.arrays.append(_array(f"crs:ToneCurvePV2012{channel}", [f"{x}, {y}" for x, y in points], "Seq"))

    def _points(self) -> None:
        if self.random.random() < 0.4:
            numbers = [self.random.uniform(0, 6), *(self.random.uniform(0.1, 0.9) for _ in range(2))]
            numbers += [self.random.uniform(-0.9, 0.9) for _ in range(3)] + [0.5, 0.0, 1 / 3, 2 / 3, 1.0]
            numbers += [0.0, 0.2, 0.6, 1.0, 0.0, 0.3, 0.7, 1.0]
            self.arrays.append(_array("crs:PointColors", [", ".join(f"{v:.6f}" for v in numbers)], "Seq"))
            self.arrays.append(_array("crs:ColorVariance", ["0.100000"], "Seq"))

    def _look(self) -> None:
        name = self.random.choice(["Adobe Color", "Adobe Landscape", "Modern 04", ""])
        if name:
            self.arrays.append(
                f'<crs:Look><rdf:Description crs:Name="{name}" crs:Amount="1" crs:UUID="B952C231111CD8E0ECCF14B86BAA7077" '
                'crs:SupportsAmount="false"><crs:Group><rdf:Alt><rdf:li xml:lang="x-default">Profiles</rdf:li></rdf:Alt>'
                '</crs:Group><crs:Parameters><rdf:Description crs:Version="18.0" crs:ProcessVersion="15.4"/>'
                "</crs:Parameters></rdf:Description></crs:Look>"
            )

    def _masks(self) -> None:
        draw = self.random
        corrections = []
        for number in range(draw.choice([0, 0, 1, 2, 3])):
            values = {key: f"{draw.uniform(0.1, 0.9):.6f}" for key in "abc"}
            values |= {"d": f"{draw.uniform(0, 90):.2f}", "e": str(draw.choice([1, 2]))}
            values["f"] = f"{draw.getrandbits(128):032X}"
            mask = draw.choice(MASKS).format(**values)
            corrections.append(
                f'<rdf:li><rdf:Description crs:What="Correction" crs:CorrectionAmount="{draw.choice(["1", "0.5"])}" '
                f'crs:CorrectionActive="true" crs:CorrectionName="Mask {number + 1}" '
                f'crs:CorrectionSyncID="{draw.getrandbits(128):032X}" crs:LocalExposure2012="{draw.uniform(-1, 1):.6f}" '
                f'crs:LocalContrast2012="{draw.uniform(-1, 1):.6f}" crs:LocalDefringe="0" crs:LocalMoire="0.1">'
                f'<crs:CorrectionMasks><rdf:Seq><rdf:li {mask} crs:MaskActive="true" crs:MaskValue="1" '
                f'crs:MaskBlendMode="0" crs:MaskInverted="false" crs:MaskSyncID="{draw.getrandbits(128):032X}"/>'
                "</rdf:Seq></crs:CorrectionMasks></rdf:Description></rdf:li>"
            )
        if corrections:
            body = "\n     ".join(corrections)
            self.arrays.append(
                f"<crs:MaskGroupBasedCorrections>\n    <rdf:Seq>\n     {body}\n    </rdf:Seq>\n"
                "   </crs:MaskGroupBasedCorrections>"
            )

    def _document(self) -> str:
        end = "\r\n" if self.random.random() < 0.15 else "\n"
        head = '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00        ">'
        body = "\n".join(self._descriptions())
        text = f'{head}\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n{body}\n </rdf:RDF>\n</x:xmpmeta>'
        if self.random.random() < 0.4:
            packet = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            padding = (" " * 20 + "\n") * 3
            text = f'{packet}\n{text}\n{padding}<?xpacket end="w"?>'
        return text.replace("\n", end)

    def _descriptions(self) -> list[str]:
        spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
        elements = "\n".join(f"   {array}" for array in self.arrays)
        if self.style == "attributes":
            held = "\n".join(f"   {name}={quoteattr(value)}" for name, value in self.simple.items())
            return [f'  <rdf:Description rdf:about=""\n    {spaces}\n{held}>\n{elements}\n  </rdf:Description>']
        if self.style == "elements":
            held = "\n".join(f"   <{name}>{escape(value)}</{name}>" for name, value in self.simple.items())
            return [f'  <rdf:Description rdf:about="" {spaces}>\n{held}\n{elements}\n  </rdf:Description>']
        parts = []
        for prefix, uri in SPACES.items():
            mine = {name: value for name, value in self.simple.items() if name.startswith(f"{prefix}:")}
            if mine:
                held = "\n".join(f"   {name}={quoteattr(value)}" for name, value in mine.items())
                parts.append(f'  <rdf:Description rdf:about="" xmlns:{prefix}="{uri}"\n{held}/>')
        parts.append(f'  <rdf:Description rdf:about=""\n    {spaces}>\n{elements}\n  </rdf:Description>')
        return parts


SPACES = {
    "xmp": "http://ns.adobe.com/xap/1.0/", "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/", "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/", "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "dc": "http://purl.org/dc/elements/1.1/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/", "lr": "http://ns.adobe.com/lightroom/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/", "unheard": "http://unheard.example/1.0/",
}  # fmt: skip


def _array(name: str, items: list[str], kind: str) -> str:
    language = ' xml:lang="x-default"' if kind == "Alt" else ""
    lines = "".join(f"\n     <rdf:li{language}>{escape(item)}</rdf:li>" for item in items)
    return f"<{name}>\n    <rdf:{kind}>{lines}\n    </rdf:{kind}>\n   </{name}>"


def main() -> None:
    for number in range(COUNT):
        path = Path(__file__).with_name(f"{number:02}.xmp")
        path.write_bytes(Writer(number).write(number).encode())


if __name__ == "__main__":
    main()
