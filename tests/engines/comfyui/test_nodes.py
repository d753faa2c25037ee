"""The declared nodes against the node list of a real ComfyUI 0.3.64 with the two node packs that we use."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from stillbytes.core.errors import EngineError
from stillbytes.engines.comfyui import nodes, object_info, packs
from stillbytes.engines.comfyui.declare import Declaration
from stillbytes.engines.comfyui.nodes import DECLARED
from stillbytes.engines.comfyui.object_info import ObjectInfo

DATA = Path(__file__).parent / "data" / "object_info.json.gz"
WHOLE = Path(__file__).parents[4] / "shared" / "reference" / "comfyui" / "object_info.json.gz"
NEWER = {"EmptyFlux2LatentImage", "Flux2Scheduler"}
DESCRIBED: dict[str, Any] = {
    # As ComfyUI of 2026, ComfyUI-nunchaku and ComfyUI-SAM2 describe them in their sources; no server had them.
    "SAM3_Detect": {
        "input": {
            "required": {
                "model": ["MODEL"],
                "image": ["IMAGE"],
                "threshold": ["FLOAT", {"default": 0.5, "min": 0.0, "max": 1.0}],
                "refine_iterations": ["INT", {"default": 2, "min": 0, "max": 5}],
                "individual_masks": ["BOOLEAN", {"default": False}],
            },
            "optional": {
                "conditioning": ["CONDITIONING"],
                "bboxes": ["BOUNDING_BOX", {"forceInput": True}],
                "positive_coords": ["STRING", {"forceInput": True}],
                "negative_coords": ["STRING", {"forceInput": True}],
            },
        },
        "output": ["MASK", "BOUNDING_BOX"],
    },
    "NunchakuFluxDiTLoader": {
        "input": {
            "required": {
                "model_path": [["svdq-int4_r32-flux.1-fill-dev.safetensors"]],
                "cache_threshold": ["FLOAT", {"default": 0, "min": 0, "max": 1, "step": 0.001}],
                "attention": [["nunchaku-fp16", "flash-attention2"], {"default": "nunchaku-fp16"}],
                "cpu_offload": [["auto", "enable", "disable"], {"default": "auto"}],
                "device_id": ["INT", {"default": 0, "min": 0, "max": 0, "step": 1, "lazy": True}],
                "data_type": [["bfloat16", "float16"], {"default": "bfloat16"}],
            },
            "optional": {"i2f_mode": [["enabled", "always"], {"default": "enabled"}]},
        },
        "output": ["MODEL"],
    },
    "NunchakuFluxLoraLoader": {
        "input": {
            "required": {
                "model": ["MODEL"],
                "lora_name": [["grain.safetensors"]],
                "lora_strength": ["FLOAT", {"default": 1.0, "min": -100.0, "max": 100.0, "step": 0.01}],
            }
        },
        "output": ["MODEL"],
    },
    "SAM2ModelLoader (segment anything2)": {
        "input": {"required": {"model_name": [["sam2_hiera_tiny", "sam2_1_hiera_small.pt", "sam2_1_hiera_large.pt"]]}},
        "output": ["SAM2_MODEL"],
    },
    "GroundingDinoModelLoader (segment anything2)": {
        "input": {"required": {"model_name": [["GroundingDINO_SwinT_OGC (694MB)", "GroundingDINO_SwinB (938MB)"]]}},
        "output": ["GROUNDING_DINO_MODEL"],
    },
    "GroundingDinoSAM2Segment (segment anything2)": {
        "input": {
            "required": {
                "sam_model": ["SAM2_MODEL", {}],
                "grounding_dino_model": ["GROUNDING_DINO_MODEL", {}],
                "image": ["IMAGE", {}],
                "prompt": ["STRING", {}],
                "threshold": ["FLOAT", {"default": 0.3, "min": 0, "max": 1.0, "step": 0.01}],
            }
        },
        "output": ["IMAGE", "MASK"],
    },
}


def described() -> ObjectInfo:
    """A server that has these, too."""
    told = json.loads(gzip.decompress(DATA.read_bytes()))
    for name, node in DESCRIBED.items():
        told[name] = {"name": name, "display_name": name, "output_node": False, **node}
    return object_info.parse(told)


def real(path: Path = DATA) -> ObjectInfo:
    return object_info.parse(gzip.decompress(path.read_bytes()))


@pytest.fixture(scope="module")
def server() -> ObjectInfo:
    return real()


def drift(declared: Declaration, server: ObjectInfo) -> list[str]:
    """How the declaration differs from the server's node, in words; nothing when the server takes what a call gives."""
    there = server[declared.class_type]
    found = [f"no input {name}: {there.inputs.keys()}" for name in declared.inputs if name not in there.inputs] + [
        f"{name} is required there" for name, i in there.inputs.items() if i.required and name not in declared.inputs
    ]
    gives = [edge.type for edge in declared.outputs]
    if gives != [output.type for output in there.outputs]:
        found.append(f"gives {gives}, there {there.outputs}")
    for name, ours in declared.inputs.items():
        theirs = there.inputs.get(name)
        if theirs is None:
            continue
        if ours.type != theirs.type:
            found.append(f"{name} is {ours.type}, there {theirs.type}")
        if theirs.required and not ours.required and ours.default is None:
            found.append(f"{name} may be left out here, not there")
        if theirs.choices is not None and not set(ours.choices) <= set(theirs.choices):
            found.append(f"{name} offers {ours.choices}, there {theirs.choices}")
        if ours.default is not None and theirs.default is not None and ours.default != theirs.default:
            found.append(f"{name} is {ours.default} by default, there {theirs.default}")
    return found


@pytest.mark.parametrize("class_type", sorted(set(DECLARED) - NEWER - set(DESCRIBED)))
def test_a_declared_node_is_what_the_real_server_has(class_type: str, server: ObjectInfo) -> None:
    found = drift(DECLARED[class_type], server)
    assert found == (["filename_prefix is stillbytes by default, there ComfyUI"] if class_type == "SaveImage" else [])


@pytest.mark.parametrize("class_type", sorted(DESCRIBED))
def test_a_node_that_no_server_here_has_is_declared_as_its_source_describes_it(class_type: str) -> None:
    assert drift(DECLARED[class_type], described()) == []


@pytest.mark.skipif(not WHOLE.exists(), reason="needs the whole reference list")
def test_the_reduced_list_says_what_the_whole_one_says() -> None:
    whole = real(WHOLE)
    for class_type in set(DECLARED) & set(whole):
        assert drift(DECLARED[class_type], whole) == drift(DECLARED[class_type], real())


def test_nodes_that_the_reference_lacks_say_since_when_or_from_which_pack(server: ObjectInfo) -> None:
    lacking = {name for name in DECLARED if name not in server}
    assert lacking == NEWER | set(DESCRIBED)
    assert all(DECLARED[name].since or DECLARED[name].pack for name in lacking)
    for declared in DECLARED.values():
        assert not declared.pack or packs.giving(declared.class_type) is not None, declared


def test_drift_is_noticed(server: ObjectInfo) -> None:
    declared = DECLARED["VAEDecode"]
    changed: dict[str, Any] = json.loads(gzip.decompress(DATA.read_bytes()))
    changed["VAEDecode"]["input"]["required"]["vae2"] = ["VAE"]
    changed["VAEDecode"]["input"]["required"]["samples"] = ["IMAGE"]
    assert drift(declared, server) == []
    assert drift(declared, object_info.parse(changed)) == [
        "vae2 is required there",
        "samples is LATENT, there IMAGE",
    ]


def test_every_function_gives_a_node_of_its_class() -> None:
    for name in nodes.__all__:
        if name != "DECLARED":
            assert callable(getattr(nodes, name))
    assert len(DECLARED) == len(nodes.__all__) - 1


def test_a_value_that_an_input_can_never_take_is_refused_where_it_is_written() -> None:
    picture, mask = nodes.load_image("a.png")
    with pytest.raises(EngineError, match="GrowMask takes INT for expand, not 'wide'"):
        nodes.grow_mask(mask, "wide")  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="GrowMask takes MASK for mask, not what flows as IMAGE"):
        nodes.grow_mask(picture, 3)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="SolidMask takes FLOAT for value, not nan"):
        nodes.solid_mask(float("nan"), 8, 8)
    with pytest.raises(EngineError, match="GrowMask takes INT for expand, not True"):
        nodes.grow_mask(mask, True)
