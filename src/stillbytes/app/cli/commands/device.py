"""`stillbytes device`: what draws pictures on this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import click

from stillbytes.app.cli.output import json_option, print_json
from stillbytes.core.device import Device, chosen


@click.command("device")
@click.argument("wanted", type=click.Choice(get_args(Device)), required=False)
@json_option()
def choose_device(wanted: Device | None, as_json: bool) -> int:
    """What draws pictures: the processor (cpu), or a graphics device (opencl), which is tried first.

    Without a choice, only tell. With the first use of a device its kernels are compiled, which needs
    `pip install 'stillbytes[device]'` and takes a while. Pictures are the same to within 1/255.
    """
    from stillbytes.core import preferences  # noqa: PLC0415 - loads slowly
    from stillbytes.develop.device import opencl  # noqa: PLC0415 - asks the drivers

    if wanted is not None:
        if wanted != "cpu":
            from stillbytes.gpu.drawing import draw_on  # noqa: PLC0415 - only where a device is wanted

            draw_on(wanted)
        preferences.change(device=wanted)
    draws, devices = chosen(), opencl.devices()
    if as_json:
        print_json({"device": draws, "devices": [asdict(device) for device in devices]})
        return 0
    best = devices[0].name if devices else "no device is there, so the processor"
    print("The processor draws." if draws == "cpu" else f"opencl draws: {best}.")
    for device in devices:
        print(f"opencl: {device.name} ({device.platform}), {opencl.MEMORY[device.kind]}, {device.mib} MiB")
    return 0


def command() -> click.Command:
    return choose_device
