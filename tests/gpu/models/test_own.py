"""Models that the person brought: told apart by what is in the file, listed beside the declared ones, never touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from drawing import Machine, Shelf
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import ModelError
from stillbytes.generate.painters import choose
from stillbytes.generate.tasks import task_of
from stillbytes.generate.workflows import loras, names, serving
from stillbytes.gpu.estimate import picture
from stillbytes.gpu.models import actions, own, registry
from stillbytes.gpu.models.folders import Folder, ours
from stillbytes.gpu.models.model import DiffusionArchitecture
from stillbytes.gpu.models.own.detect import detect
from stillbytes.gpu.models.safetensors import Header, Tensor
from stillbytes.gpu.models.store import Store

Shapes = Mapping[str, tuple[int, ...]]
BITS = {"F16": 2, "F32": 4, "BF16": 2, "F8_E4M3": 1}


def unet(channels: int, context: int, prefix: str = "model.diffusion_model.") -> Shapes:
    return {
        f"{prefix}input_blocks.0.0.weight": (320, channels, 3, 3),
        f"{prefix}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, context),
    }


WHOLE: Shapes = {"first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3), "cond_stage_model.a.weight": (4, 4)}
WHOLE_XL: Shapes = {"first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3), "conditioner.a.weight": (4, 4)}


def flux(channels: int = 64, prefix: str = "", guided: bool = True) -> Shapes:
    more: Shapes = {f"{prefix}guidance_in.in_layer.weight": (8, 8)} if guided else {}
    return {
        f"{prefix}img_in.weight": (3072, channels),
        f"{prefix}double_blocks.0.img_attn.proj.weight": (8, 8),
        f"{prefix}single_blocks.37.linear1.weight": (8, 8),
        **more,
    }


def ip_adapter(words: int, reads: str, width: int) -> Shapes:
    return {f"image_proj.{reads}.weight": (768, width), "ip_adapter.1.to_k_ip.weight": (320, words)}


FILES: dict[str, tuple[str, Shapes]] = {
    "ip-adapter.safetensors": ("ip-adapter-sd15", ip_adapter(768, "proj", 1024)),
    "ip-adapter-plus.safetensors": ("ip-adapter-sdxl", ip_adapter(2048, "proj_in", 1280)),
    "dream.safetensors": ("sd1.5", {**unet(4, 768), **WHOLE}),
    "dream-inpainting.safetensors": ("sd1.5-inpaint", {**unet(9, 768), **WHOLE}),
    "juggernaut.safetensors": ("sdxl", {**unet(4, 2048), **WHOLE_XL}),
    "juggernaut-inpaint.safetensors": ("sdxl-inpaint", {**unet(9, 2048), **WHOLE_XL}),
    "xl-network.safetensors": ("sdxl", unet(4, 2048, "")),
    "xl-diffusers.safetensors": (
        "sdxl-inpaint",
        {
            "conv_in.weight": (320, 9, 3, 3),
            "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
        },
    ),
    "flux-krea.safetensors": ("flux.1-dev", flux()),
    "flux-schnell.safetensors": ("flux.1-schnell", flux(guided=False)),
    "flux-fill.safetensors": ("flux.1-fill", flux(384, "model.diffusion_model.")),
    "flux1-Kontext-mine.safetensors": ("flux.1-kontext", flux()),
    "klein.safetensors": (
        "flux.2-klein-4b",
        {
            "img_in.weight": (3072, 128),
            "double_blocks.0.img_attn.proj.weight": (8, 8),
            "double_stream_modulation_img.lin.weight": (8, 8),
        },
    ),
    "sd35.safetensors": (
        "sd3.5-large",
        {f"joint_blocks.{n}.context_block.attn.qkv.weight": (8, 8) for n in range(38)},
    ),
    "qwen-edit-mine.safetensors": (
        "qwen-image-edit-2511",
        {"txt_norm.weight": (8,), "transformer_blocks.0.img_mod.1.weight": (8, 8)},
    ),
    "z.safetensors": ("z-image-turbo", {"cap_embedder.1.weight": (3840, 2560)}),
    "grain.safetensors": (
        "sd1.5-lora",
        {"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (4, 768)},
    ),
    "film.safetensors": (
        "sdxl-lora",
        {"unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight": (4, 2048)},
    ),
    "flux-film.safetensors": ("flux.1-lora", {"lora_unet_double_blocks_0_img_attn_proj.lora_down.weight": (4, 3072)}),
    "my-canny.safetensors": (
        "controlnet-canny-sd15",
        {
            "control_model.input_hint_block.0.weight": (16, 3, 3, 3),
            "control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
        },
    ),
    "union.safetensors": (
        "controlnet-union-sdxl",
        {
            "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
            "task_embedding": (6, 320),
            "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
        },
    ),
    "x2.safetensors": ("upscaler", {"conv_first.weight": (64, 12, 3, 3)}),
    "old-x4.safetensors": ("upscaler", {"model.0.weight": (64, 3, 3, 3)}),
}
WRONG: dict[str, tuple[str, Shapes]] = {
    "sd2.safetensors": ("Stable Diffusion 2", {**unet(4, 1024), **WHOLE}),
    "refiner.safetensors": ("the refiner of SDXL", {**unet(4, 1280), **WHOLE_XL}),
    "pix2pix.safetensors": ("8 input channels", {**unet(8, 768), **WHOLE}),
    "bare-sd15.safetensors": ("lacks the text encoder and VAE", unet(4, 768)),
    "flux-depth.safetensors": ("FLUX.1 with 128 input channels", flux(128)),
    "klein-9b.safetensors": ("FLUX.2 of width 4096", {**FILES["klein.safetensors"][1], "img_in.weight": (4096, 128)}),
    "qwen-image.safetensors": ("a name that does not say so", FILES["qwen-edit-mine.safetensors"][1]),
    "lumina.safetensors": ("Lumina 2 of width 2304", {"cap_embedder.1.weight": (2304, 2304)}),
    "lora-of-sd2.safetensors": ("a LoRA of another model", {"x_attn2_to_k.lora_down.weight": (4, 1024)}),
    "ip-adapter-g.safetensors": ("another picture encoder", ip_adapter(2048, "proj", 1280)),
    "ip-adapter-face.safetensors": (
        "for faces",
        {**ip_adapter(768, "proj", 1024), "ip_adapter.0.to_q_lora.down.weight": (4, 320)},
    ),
    "mystery-control.safetensors": ("it is a ControlNet", FILES["my-canny.safetensors"][1]),
    "vae.safetensors": ("nothing in it is known", {"decoder.conv_in.weight": (512, 4, 3, 3)}),
    "empty.safetensors": ("nothing in it is known", {}),
}


def written(path: Path, shapes: Shapes, type: str = "F16") -> Path:
    told: dict[str, object] = {}
    at = 0
    for name, shape in shapes.items():
        size = BITS[type]
        for side in shape:
            size *= side
        told[name] = {"dtype": type, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    header = json.dumps(told).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + at)
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Store:
    return Store((Folder(ours(), "stillbytes"),))


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_is_is_read_from_it(name: str, tmp_path: Path, store: Store) -> None:
    family, shapes = FILES[name]
    model = actions.add(store, written(tmp_path / "mine" / name, shapes), "")
    assert model.family == family
    assert model.precision == "fp16"
    assert store.installed(model)
    assert registry.get(model.id) == model
    assert registry.all_models()[-1] == model
    for id in model.needs:
        assert registry.get(id)
    serves = {one.task for task in model.tasks for one in _serving(task) if one.model == model or model.kind != "lora"}
    assert serves >= set(model.tasks) or model.kind in ("lora", "controlnet", "adapter")
    if isinstance(model.architecture, DiffusionArchitecture):
        assert picture.of(model, registry.get).weights > 0


def _serving(task):  # type: ignore[no-untyped-def]
    return serving(task, lambda model: True)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_of_no_use_is_refused_with_what_would_be(name: str, tmp_path: Path, store: Store) -> None:
    says, shapes = WRONG[name]
    with pytest.raises(ModelError, match=says) as caught:
        actions.add(store, written(tmp_path / name, shapes), "")
    assert "Stable Diffusion 1.5 and XL" in caught.value.remedy
    assert own.models() == ()
    assert not ours().exists()


def test_formats_that_can_hold_programs_are_not_taken(tmp_path: Path, store: Store) -> None:
    (tmp_path / "old.ckpt").write_bytes(b"x" * 100)
    with pytest.raises(ModelError, match="no safetensors file"):
        actions.add(store, tmp_path / "old.ckpt", "")
    (tmp_path / "cut.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(ModelError):
        actions.add(store, tmp_path / "cut.safetensors", "")


def mine(folder: Path, name: str = "dream.safetensors") -> Path:
    return written(folder / "mine" / name, FILES[name][1])


def test_comfyui_sees_it_through_a_link_and_forgetting_leaves_the_file(tmp_path: Path, store: Store) -> None:
    path = mine(tmp_path)
    model = actions.add(store, path, "my-dream")
    link = ours() / "checkpoints" / "dream.safetensors"
    assert link.samefile(path)
    assert store.files(model) == {"checkpoint": link}
    removed = actions.remove(store, model)
    assert (removed.removed, removed.freed) == ((), 0)
    assert removed.kept == ((path, "yours, and only forgotten"),)
    assert path.is_file()
    assert not link.is_symlink()
    with pytest.raises(ModelError):
        registry.get("my-dream")


@pytest.mark.parametrize("kind", ["stillbytes", "comfyui"])
def test_one_that_lies_where_comfyui_looks_needs_no_link(kind: str, tmp_path: Path, store: Store) -> None:
    place = ours() if kind == "stillbytes" else tmp_path / "ComfyUI" / "models"
    path = written(place / "checkpoints" / "dream.safetensors", FILES["dream.safetensors"][1])
    there = Store((Folder(place, kind),))  # type: ignore[arg-type]
    model = actions.add(there, path, "")
    assert not (ours() / "checkpoints" / "dream.safetensors").is_symlink()
    assert there.installed(model)
    actions.remove(there, model)
    assert path.is_file()


def test_a_name_that_is_taken_gets_another_link(tmp_path: Path, store: Store) -> None:
    other = written(ours() / "checkpoints" / "dream.safetensors", FILES["juggernaut.safetensors"][1])
    size = other.stat().st_size
    model = actions.add(store, mine(tmp_path), "my-dream")
    assert model.files[0].name == "checkpoints/my-dream.safetensors"
    assert other.stat().st_size == size
    assert not other.is_symlink()


def test_ids_are_plain_and_nobody_elses(tmp_path: Path, store: Store) -> None:
    for id in ("Dream", "a b", "../x", "x" * 100):
        with pytest.raises(ModelError, match="cannot be an id"):
            actions.add(store, mine(tmp_path), id)
    with pytest.raises(ModelError, match="already"):
        actions.add(store, mine(tmp_path), "sdxl-base-fp16")
    first = actions.add(store, mine(tmp_path), "")
    assert first.id == "dream"
    again = actions.add(store, mine(tmp_path), "better")  # the same file under another name is one model
    assert [model.id for model in own.models()] == [again.id] == ["better"]
    second = actions.add(store, written(tmp_path / "other" / "better.safetensors", FILES["dream.safetensors"][1]), "")
    assert second.id == "better-2"
    with pytest.raises(ModelError, match="already"):
        actions.add(store, mine(tmp_path, "juggernaut.safetensors"), "better")


def test_a_file_that_is_gone_or_was_replaced_is_not_here(tmp_path: Path, store: Store) -> None:
    path = mine(tmp_path)
    model = actions.add(store, path, "")
    path.unlink()
    store.refresh()
    assert not store.installed(model)
    assert registry.get("dream") == model
    actions.remove(store, model)
    assert not (ours() / "checkpoints" / "dream.safetensors").is_symlink()


def test_nobody_is_told_to_download_what_the_person_brought(tmp_path: Path, store: Store) -> None:
    model = actions.add(store, mine(tmp_path, "dream-inpainting.safetensors"), "")
    assert not model.published
    with pytest.raises(ModelError, match="can do “Fill”") as told:
        choose.painter(task_of("fill", {}), cast("Any", Machine(Shelf(set()))))
    assert model.id not in told.value.remedy
    assert "stillbytes models pull" in told.value.remedy


def test_a_damaged_list_costs_what_is_damaged_in_it(tmp_path: Path, store: Store) -> None:
    actions.add(store, mine(tmp_path), "")
    actions.add(store, mine(tmp_path, "x2.safetensors"), "")
    listed = json.loads((ours() / "own.json").read_text())
    del listed[0]["detected"]["family"]
    (ours() / "own.json").write_text(json.dumps([*listed, 7, None]))
    assert [model.id for model in own.models()] == ["x2"]
    (ours() / "own.json").write_text("{")
    assert own.models() == ()
    assert len(registry.all_models()) == len(registry.declared())


def test_an_id_that_is_declared_since_is_the_declared_one(tmp_path: Path, store: Store) -> None:
    actions.add(store, mine(tmp_path), "mine")
    listed = (ours() / "own.json").read_text().replace('"mine"', '"sdxl-base-fp16"')
    (ours() / "own.json").write_text(listed)
    assert registry.get("sdxl-base-fp16") in registry.declared()
    assert len(registry.all_models()) == len(registry.declared())


def test_a_checkpoint_of_ones_own_draws_with_the_adapters_of_its_family(tmp_path: Path, store: Store) -> None:
    model = actions.add(store, mine(tmp_path, "juggernaut-inpaint.safetensors"), "")
    grain = actions.add(store, mine(tmp_path, "film.safetensors"), "")
    actions.add(store, mine(tmp_path, "union.safetensors"), "my-union")
    here = {model.id, grain.id, "my-union", "sdxl-lightning-4step"}
    best, other = serving("fill", lambda model: model.id in here, tier="fast")
    assert best.id == "juggernaut-inpaint+sdxl-lightning-4step"
    assert other.id == "juggernaut-inpaint"
    assert best.beside["union"].id == "my-union"
    assert loras(best, lambda model: model.id in here) == (grain,)


def test_a_file_in_the_hubs_cache_is_seen_under_its_own_name(tmp_path: Path, store: Store) -> None:
    model = registry.get("lcm-lora-sd15")
    (file,) = model.files
    blob = tmp_path / "hub/models--latent-consistency--lcm-lora-sdv1-5/blobs" / (file.sha256 or "")
    blob.parent.mkdir(parents=True)
    with blob.open("wb") as made:
        made.truncate(file.size)
    snapshot = blob.parents[1] / "snapshots/main/pytorch_lora_weights.safetensors"
    snapshot.parent.mkdir(parents=True)
    snapshot.symlink_to(blob)
    there = Store((Folder(ours(), "stillbytes"), Folder(tmp_path / "hub", "hub")))
    assert there.find(file).path == snapshot  # type: ignore[union-attr]
    assert names(there)(file) == "lcm-lora-sdv1-5.safetensors"
    assert (ours() / file.name).samefile(blob)
    assert names(there)(file) == "lcm-lora-sdv1-5.safetensors"  # and again
    actions.remove(there, model)
    assert blob.is_file()
    assert names(store)(registry.get("sd1.5-fp16").files[0]) == "v1-5-pruned-emaonly-fp16.safetensors"  # not here


def test_where_no_link_can_be_made_is_said(tmp_path: Path, store: Store) -> None:
    ours().parent.mkdir(parents=True)
    ours().write_text("a file in the way")
    with pytest.raises(ModelError, match="No link to"):
        actions.add(store, mine(tmp_path), "")


def test_most_of_the_weights_say_the_precision(tmp_path: Path, store: Store) -> None:
    path = written(tmp_path / "f8.safetensors", flux(), "F8_E4M3")
    assert actions.add(store, path, "").precision == "fp8"


@given(
    st.dictionaries(st.sampled_from([n for _, s in FILES.values() for n in s]), st.lists(st.integers(0, 9), max_size=4))
)
def test_any_mixture_of_tensors_is_a_model_or_refused(shapes: dict[str, list[int]]) -> None:
    tensors = tuple(Tensor(name, tuple(shape), "F16", 0, 0) for name, shape in shapes.items())
    try:
        found = detect(Header({}, tensors, 0), "x.safetensors")
    except ModelError as error:
        assert error.remedy
    else:
        assert found.family
        assert replace(found, needs=()).folder
