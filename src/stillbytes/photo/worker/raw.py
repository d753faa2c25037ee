"""RAW files through LibRaw. Runs in the worker process only: a damaged file can crash LibRaw."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rawpy
from numpy.typing import NDArray

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.photo.decoded import CameraColour, Decoded
from stillbytes.photo.formats import is_raw
from stillbytes.photo.worker.camera_tags import NEUTRAL_LIGHT, XYZ_SAMPLES, Tags, camera_colour, quad_cell
from stillbytes.photo.worker.opcodes.follow import Trim, follow
from stillbytes.photo.worker.opcodes.lens import Placing

PIXEL_LIMIT = 500_000_000
"""More pixels than any camera has: such a size comes from a damaged or hostile file."""


def open_raw(path: Path) -> rawpy.RawPy:
    """The file with its tags read and its samples not yet unpacked. Raises UnreadablePhoto."""
    raw = rawpy.RawPy()
    try:
        raw.open_file(str(path))
    except rawpy.LibRawError as error:
        raise unreadable(path, error) from error
    sizes = raw.sizes
    if sizes.raw_width * sizes.raw_height > PIXEL_LIMIT or sizes.width < 2 or sizes.height < 2:
        raise UnreadablePhoto(
            said(
                "{photo} claims to be {width} x {height} pixels, which no camera makes.",
                photo=path.name,
                width=sizes.raw_width,
                height=sizes.raw_height,
            ),
            "The file is damaged.",
        )
    return raw


def unreadable(path: Path, error: Exception) -> UnreadablePhoto:
    """The error for a person when LibRaw gave up."""
    if not is_raw(path):  # it was asked because the file does not begin as its name promises
        return UnreadablePhoto(
            said("{photo} holds no picture of the kind that its name promises.", photo=path.name),
            "Check that it was copied whole, and that it was not renamed.",
        )
    detail = error.args[0] if error.args else error
    text = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
    return UnreadablePhoto(
        said("{photo} cannot be read as a RAW file ({why}).", photo=path.name, why=text),
        "Check that it was copied whole; if the camera is newer than this program, convert it to DNG first.",
    )


def decode_raw(path: Path) -> Decoded:
    """Unpack the sensor's samples. Raises UnreadablePhoto.

    Bayer sensors: the mosaic itself, untouched. All others, but quad Bayer, become layout "rgb":
    - files that hold RGB (linear DNG, sRAW, Foveon): their samples, untouched but for unequal black levels, which
      are subtracted;
    - monochrome sensors: the one plane three times;
    - X-Trans: LibRaw's demosaicer, working on samples multiplied by the as-shot white balance because it judges
      edges by colour; the multipliers are divided out again, so what comes back is linear camera RGB without white
      balance, black at 0 and every channel saturating at 65535;
    - quad Bayer sensors (DNG): the sums of their squares of 2x2 sites of one colour, a Bayer mosaic of half the size;
    - other colour filters (CYGM, RGBE, SuperCCD): LibRaw's rendering in linear CIE XYZ.
    Samples may be a view into LibRaw's memory, which lives as long as the view does.
    """
    return unpacked(path, open_raw(path))


def unpacked(path: Path, raw: rawpy.RawPy) -> Decoded:
    """The samples of a file that open_raw has opened, as decode_raw describes them. Raises UnreadablePhoto."""
    try:
        with ThreadPoolExecutor(1) as beside:
            tags = beside.submit(Tags, path)
            raw.unpack()
        black = _black(raw)
        asked = follow(path, raw, _saturation(raw, float(black.max())), black)
        quad, colour = quad_cell(tags.result()), camera_colour(tags.result(), raw)
        decoded = _quad(raw, quad, colour, asked.trim) if quad else _decoded(raw, colour, asked.trim)
        sizes = raw.sizes
        placing = Placing((sizes.height, sizes.width), crop_box(sizes, asked.trim), sizes.flip)
        embedded, remarks = asked.lens(placing)
        return replace(decoded, embedded=embedded, remarks=remarks) if embedded or remarks else decoded
    except rawpy.LibRawError as error:
        raise unreadable(path, error) from error


def _black(raw: rawpy.RawPy) -> NDArray[np.float32]:
    """Of each plane, or of the sites of the 2x2 cell at the visible area's corner."""
    levels = np.array(raw.black_level_per_channel, np.float32)
    if raw.raw_type == rawpy.RawType.Stack:
        return levels[:3]
    cell = _bayer_cell(raw)
    return levels[:1] if cell is None else np.asarray(levels[cell], np.float32)


def _decoded(raw: rawpy.RawPy, colour: CameraColour, trim: Trim | None) -> Decoded:
    if raw.raw_type == rawpy.RawType.Stack:
        return _stack(raw, colour, trim)
    if raw.num_colors == 1:
        return _monochrome(raw, trim)
    cell = _bayer_cell(raw)
    if cell is None:
        return _x_trans(raw, colour, trim) if _is_x_trans(raw) else _rendered(raw)
    return _bayer(raw, cell, colour, trim)


def upright(samples: NDArray[Any], flip: int) -> NDArray[Any]:
    """A view of `samples` (rows, columns, ...) as LibRaw's flip says: bit 0 mirrors, bit 1 flips, bit 2 transposes."""
    if flip & 2:
        samples = samples[::-1]
    if flip & 1:
        samples = samples[:, ::-1]
    if flip & 4:
        samples = samples.swapaxes(0, 1)
    return samples


def crop_box(sizes: rawpy.ImageSizes, trim: Trim | None = None) -> tuple[int, int, int, int]:
    """(top, left, height, width) of what the camera means to be the picture, within the visible area.

    A crop that keeps less than half of either side is a digital zoom that a photographer may want to undo, and one
    that leaves the area is nonsense: the whole visible area is used then. trim: what the file leaves of that.
    """
    top, left, height, width = _crop(sizes)
    if trim is None:
        return top, left, height, width
    first, side = max(top, trim[0]), max(left, trim[1])
    rows, columns = min(top + height, trim[2]) - first, min(left + width, trim[3]) - side
    return (first, side, rows, columns) if rows >= 8 and columns >= 8 else (top, left, height, width)


def _crop(sizes: rawpy.ImageSizes) -> tuple[int, int, int, int]:
    top, left = sizes.crop_top_margin - sizes.top_margin, sizes.crop_left_margin - sizes.left_margin
    height, width = sizes.crop_height, sizes.crop_width
    inside = 0 <= top <= sizes.height - height and 0 <= left <= sizes.width - width
    if inside and 2 * height >= sizes.height and 2 * width >= sizes.width:
        return top, left, height, width
    return 0, 0, sizes.height, sizes.width


def _bayer_cell(raw: rawpy.RawPy) -> NDArray[np.int_] | None:
    """Colour index of each site of the 2x2 cell at the visible area's corner, or None if it is not a Bayer sensor."""
    sizes = raw.sizes
    if raw.num_colors != 3 or abs(sizes.pixel_aspect - 1) > 0.01 or min(sizes.width, sizes.height) < 8:
        return None
    if (sizes.iwidth, sizes.iheight) != (sizes.width, sizes.height):  # Fuji's diagonal sensors
        return None
    top, left = sizes.top_margin, sizes.left_margin
    colours = np.array([[raw.raw_color(top + y, left + x) for x in range(8)] for y in range(8)])
    cell = colours[:2, :2]
    names = sorted(chr(raw.color_desc[index]) for index in cell.flat if index < len(raw.color_desc))
    if names != ["B", "G", "G", "R"] or not np.array_equal(colours, np.tile(cell, (4, 4))):
        return None
    return cell


def _bayer(raw: rawpy.RawPy, cell: NDArray[np.int_], colour: CameraColour, trim: Trim | None = None) -> Decoded:
    top, left, height, width = crop_box(raw.sizes, trim)
    flip = raw.sizes.flip
    samples = upright(raw.raw_image_visible[top : top + height, left : left + width], flip)
    rows, columns = (np.arange(2) + start for start in (top, left))
    turned = _turned(cell[np.ix_(rows % 2, columns % 2)], height, width, flip)
    levels = raw.black_level_per_channel
    black = tuple(float(levels[index]) for index in turned)
    return Decoded(
        layout="bayer",
        samples=samples,
        pattern="".join(chr(raw.color_desc[index]) for index in turned),
        black=(black[0], black[1], black[2], black[3]),
        white=_saturation(raw, max(black)),
        colour=colour,
    )


def _turned(cell: NDArray[Any], height: int, width: int, flip: int) -> NDArray[Any]:
    """(4,): what stands at the corner of a mosaic of that size, whose 2x2 cell is given, after `upright`."""
    # Which site of the unturned cell stands at each corner: mirroring an even side swaps the two sites.
    sites = np.stack(np.meshgrid(np.arange(2), np.arange(2), indexing="ij"), -1)
    if flip & 2:
        sites[..., 0] = (height - 1 - sites[..., 0]) % 2
    if flip & 1:
        sites[..., 1] = (width - 1 - sites[..., 1]) % 2
    if flip & 4:
        sites = sites.swapaxes(0, 1)
    return np.asarray(cell[sites[..., 0], sites[..., 1]].ravel())


def _quad(raw: rawpy.RawPy, cell: str, colour: CameraColour, trim: Trim | None = None) -> Decoded:
    """cell: see `quad_cell`. Sums have the noise of a quarter of the variance, relative to saturation."""
    top, left, height, width = crop_box(raw.sizes, trim)
    first, side = -(-top // 2), -(-left // 2)
    rows, columns = (top + height) // 2 - first, (left + width) // 2 - side
    sites = raw.raw_image_visible[2 * first : 2 * (first + rows), 2 * side : 2 * (side + columns)]
    sums = np.zeros((rows, columns), np.uint32)
    for y, x in np.ndindex(2, 2):
        sums += sites[y::2, x::2]
    levels = [float(level) for level in raw.black_level_per_channel[:3]]
    white = _saturation(raw, max(levels))
    shift = max(0, (int(4 * white)).bit_length() - 16)
    scale = 4 / (1 << shift)
    samples = upright(np.minimum(sums >> shift, 65535).astype(np.uint16), raw.sizes.flip)
    letters = np.array(list(cell)).reshape(2, 2)[np.ix_((np.arange(2) + first) % 2, (np.arange(2) + side) % 2)]
    pattern = "".join(_turned(letters, rows, columns, raw.sizes.flip))
    black = [levels["RGB".index(letter)] * scale for letter in pattern]
    noise = tuple((slope / 4, offset / 4) for slope, offset in colour.noise_profile)
    return Decoded(
        layout="bayer",
        samples=samples,
        pattern=pattern,
        black=(black[0], black[1], black[2], black[3]),
        white=white * scale,
        colour=replace(colour, noise_profile=noise),
    )


def _saturation(raw: rawpy.RawPy, black: float) -> float:
    """The level at which samples clip: the camera's own statement where it is plausible, else LibRaw's table."""
    known = float(raw.white_level)
    measured = [float(level) for level in raw.camera_white_level_per_channel or () if level > 0]
    if measured and 0.5 * known < min(measured) <= known:
        known = min(measured)
    return known if known > black else black + 1


def _stack(raw: rawpy.RawPy, colour: CameraColour, trim: Trim | None = None) -> Decoded:
    top, left, height, width = crop_box(raw.sizes, trim)
    samples = raw.raw_image_visible[top : top + height, left : left + width, :3]
    levels = [float(level) for level in raw.black_level_per_channel[:3]]
    white = _saturation(raw, max(levels))
    if len(set(levels)) > 1:
        offsets = np.array(levels, np.uint16)
        samples = np.maximum(samples, offsets) - offsets
        white, levels = white - max(levels), [0.0]
    black = levels[0]
    return Decoded(
        layout="rgb",
        samples=upright(samples, raw.sizes.flip),
        black=(black, black, black, black),
        white=white,
        colour=colour,
    )


def _monochrome(raw: rawpy.RawPy, trim: Trim | None = None) -> Decoded:
    top, left, height, width = crop_box(raw.sizes, trim)
    plane = raw.raw_image_visible[top : top + height, left : left + width]
    black = float(raw.black_level_per_channel[0])
    return Decoded(
        layout="rgb",
        samples=np.repeat(upright(plane, raw.sizes.flip)[..., None], 3, axis=2),
        black=(black, black, black, black),
        white=_saturation(raw, black),
        colour=NEUTRAL_LIGHT,
    )


def _is_x_trans(raw: rawpy.RawPy) -> bool:
    pattern = raw.raw_pattern
    return pattern is not None and pattern.shape == (6, 6) and raw.num_colors == 3


def _x_trans(raw: rawpy.RawPy, colour: CameraColour, trim: Trim | None = None) -> Decoded:
    sizes = raw.sizes  # LibRaw's rendering forgets the flip
    neutral = np.array(colour.neutral or (1.0, 1.0, 1.0))
    gains = neutral.min() / neutral  # the largest is 1: nothing that the sensor recorded is clipped
    rgb = raw.postprocess(
        output_color=rawpy.ColorSpace.raw,
        output_bps=16,
        gamma=(1, 1),
        no_auto_bright=True,
        adjust_maximum_thr=0,
        highlight_mode=rawpy.HighlightMode.Ignore,
        user_wb=[*(float(g) for g in gains), float(gains[1])],
        user_flip=0,
    )
    for plane, gain in enumerate(gains):
        np.minimum(np.rint(rgb[..., plane] / np.float32(gain)), 65535, out=rgb[..., plane], casting="unsafe")
    top, left, height, width = crop_box(sizes, trim)
    samples = upright(rgb[top : top + height, left : left + width], sizes.flip)
    return Decoded(layout="rgb", samples=samples, white=65535.0, colour=colour)


def _rendered(raw: rawpy.RawPy) -> Decoded:
    flip = raw.sizes.flip
    rgb = raw.postprocess(
        output_color=rawpy.ColorSpace.XYZ,
        output_bps=16,
        gamma=(1, 1),
        no_auto_bright=True,
        use_camera_wb=True,
        user_flip=0,
    )
    return Decoded(layout="rgb", samples=upright(rgb, flip), white=65535.0, colour=XYZ_SAMPLES)
