"""What a plan promises: it fits, says why, and names only options that the engines have."""

from __future__ import annotations

from pathlib import Path

import pytest
from gpu.models.files import language_model

from stillbytes.core.errors import ModelError, Refused, StillbytesError
from stillbytes.engines.llama.program import Program, parse_help
from stillbytes.gpu.measured import Measured, Run
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import Model
from stillbytes.gpu.plan import Machine, Plan, Programs, Wish, described, plan
from stillbytes.gpu.plan.machine import mebibytes
from stillbytes.gpu.plan.masks import masks
from stillbytes.gpu.plan.programs import COMFYUI, LLAMA, Comfy


def machine(card: str = "RTX 3060", ram: str = "32GB") -> Machine:
    return described(card, None, ram, "nvme")


@pytest.fixture(scope="module")
def twelve() -> Plan:
    return plan(machine())


def value_after(line: tuple[str, ...], option: str) -> str:
    return line[line.index(option) + 1]


def test_on_12_gb_a_language_and_an_image_model_live_together(twelve: Plan) -> None:
    assert twelve.chosen.arrangement == "together"
    assert twelve.chosen.language is not None and twelve.chosen.image is not None
    assert twelve.generation is not None and twelve.generation.value > 30
    assert twelve.fill is not None and twelve.fill.value < 30


@pytest.mark.parametrize("card", ["RTX 3060", "RTX 3060 8GB", "RTX 4070", "RTX 5090", "RTX 3060 Laptop", "RX 7900 XTX"])
def test_nothing_in_a_plan_exceeds_the_room_even_when_estimates_are_low(card: str) -> None:
    made = plan(machine(card))
    room = made.machine.room_mib
    for c in made.combinations:
        parts = [option.peak.most for option in (c.language, c.image) if option]
        assert max(parts) <= room
        if c.arrangement == "together":
            assert c.memory.most <= room


def test_a_language_model_is_never_partly_on_the_processor(twelve: Plan) -> None:
    assert value_after(twelve.llama, "--n-gpu-layers") == "all"
    assert value_after(twelve.llama, "--fit") == "off"
    for c in twelve.combinations:
        assert c.language is not None and c.language.settings.layers is None


def test_no_image_model_is_planned_that_streams_its_weights(twelve: Plan) -> None:
    assert all(c.image is None or not c.image.estimate.streamed for c in twelve.combinations)


def test_eight_gigabytes_make_them_take_turns_with_the_seconds_said() -> None:
    made = plan(machine("RTX 3060 8GB"), Wish(llm="qwen3.5-4b", image="realvisxl"))
    assert made.chosen.arrangement == "taking turns"
    assert made.chosen.to_image is not None and 0.5 < made.chosen.to_image.value < 5
    assert "turns" in " ".join(made.reasons)


def test_little_host_memory_means_reading_from_the_disk_again() -> None:
    wish = Wish(llm="qwen3-8b-q4_k_m", image="flux.1-fill-q4_k_s")
    rich, poor = plan(machine(ram="64GB"), wish), plan(described("RTX 3060", None, "12GB", "hdd"), wish)
    assert (rich.chosen.arrangement, poor.chosen.arrangement) == ("taking turns", "one at a time")
    assert rich.chosen.to_image is not None and poor.chosen.to_image is not None
    assert poor.chosen.to_image.value > 10 * rich.chosen.to_image.value
    assert "disk" in " ".join(poor.reasons)


def test_a_wish_is_met_in_the_best_precision_that_fits() -> None:
    made = plan(machine(), Wish(llm="none", image="flux fill"))
    assert made.chosen.image is not None and made.chosen.image.picture.precision != "fp8"
    assert not made.llama


def test_a_model_that_is_not_declared_is_planned_and_said_to_be_a_guess() -> None:
    made = plan(machine(), Wish(llm="Somebodys-13B Q5_K_M", image="none"))
    assert made.chosen.language is not None
    assert made.chosen.language.weights.origin == "inferred from the parameter count"
    assert any("13 billion" in note for note in made.notes)


def test_a_smaller_context_comes_before_refusing() -> None:
    made = plan(described(None, "7GB", "32GB"), Wish(llm="Llama-2-7B Q4_K_M", image="none", context=8192))
    assert made.chosen.language is not None
    assert made.chosen.language.settings.context < 8192 or made.chosen.language.settings.cache_keys == "q4_0"
    assert made.chosen.language.steps


def test_the_ladder_gives_up_more_for_more_and_ends_with_a_refusal(twelve: Plan) -> None:
    saved = [rung.saves for rung in twelve.ladder[:-1]]
    assert saved == sorted(saved) and len(saved) >= 2
    assert "refuse" in twelve.ladder[-1].step
    assert all("processor" not in rung.step for rung in twelve.ladder)


def test_what_cannot_fit_is_refused_with_what_is_missing() -> None:
    with pytest.raises(Refused, match=r"needs up to .* GB"):
        plan(machine(), Wish(llm="Llama-3.3-70B Q4_K_M", image="none"))


def test_an_unknown_model_brings_near_misses() -> None:
    with pytest.raises(ModelError) as error:
        plan(machine(), Wish(llm="quen"))
    assert "qwen" in error.value.remedy
    with pytest.raises(ModelError, match="not a language model"):
        plan(machine(), Wish(llm="sdxl-base"))


def test_only_options_that_the_engine_has_are_used(twelve: Plan) -> None:
    told = "-m, --model FILE\n--gpu-layers N\n-c, --ctx-size N\n--flash-attn\n--host HOST\n--port PORT"
    old = Program(Path("old-server"), "an old build", parse_help(told))
    comfy = Comfy("old", ("py", "main.py"), frozenset({"--listen", "--cpu"}))
    made = plan(machine(), programs=Programs(old, comfy, {}))
    assert {word for word in made.llama if word.startswith("-")} <= old.options.keys()
    assert value_after(made.llama, "--gpu-layers") == "999"  # it does not know "all"
    assert [word for word in made.comfyui if word.startswith("--")] == ["--listen"]
    assert {word for word in twelve.llama if word.startswith("-")} <= LLAMA.options.keys()
    assert {word for word in twelve.comfyui if word.startswith("--")} <= COMFYUI.flags


def test_an_engine_that_is_not_there_is_said_to_be_assumed(twelve: Plan) -> None:
    assert any("11434" in note for note in twelve.notes)
    installed = plan(machine(), programs=Programs(assumed={}))
    assert not any("Not installed" in note for note in installed.notes)


def test_without_a_card_everything_is_planned_for_the_processor_and_it_is_said() -> None:
    made = plan(described(None, "0", "16GB"))
    assert value_after(made.llama, "--n-gpu-layers") == "0"
    assert "--cpu" in made.comfyui
    assert any("processor" in note for note in made.notes)


def test_a_card_of_unknown_name_is_planned_by_its_memory_alone() -> None:
    made = plan(described(None, "12GB", "32GB"))
    assert made.generation is None and made.fill is None
    assert made.chosen.memory.most <= made.machine.room_mib
    assert any("not named" in note for note in made.notes)


def test_measurements_replace_estimates() -> None:
    run = Run(
        engine="llama.cpp",
        version="1",
        model="Qwen3-8B-Q4_K_M",
        settings="c8192 q8_0",
        values={"peak_mib": 7000.0, "generation": 41.0, "prompt": 900.0},
    )
    made = plan(machine(), Wish(llm="qwen3-8b-q4_k_m", image="none"), measured=Measured(runs=(run,)))
    assert made.generation is not None
    assert (made.generation.value, made.generation.basis) == (41.0, "measured here")
    assert made.chosen.memory.value == 7000.0
    assert made.chosen.language is not None and made.chosen.language.prompt is not None
    assert made.chosen.language.prompt.value == 900.0


def test_measured_steps_and_pictures_replace_estimates() -> None:
    wish = Wish(llm="none", image="sdxl-inpaint-fp16")
    option = plan(machine(), wish).chosen.image
    assert option is not None and option.step is not None and option.step.basis == "estimate"
    values = {"step_s": 0.75, "seconds": 17.5, "peak_mib": option.peak.value + 500}
    run = Run(engine="ComfyUI", version="1", model=option.known_as, settings=option.key, values=values)
    made = plan(machine(), wish, measured=Measured(runs=(run,))).chosen.image
    assert made is not None and made.step is not None and made.seconds is not None
    assert (made.step.value, made.seconds.value, made.peak.value) == (0.75, 17.5, values["peak_mib"])
    assert {made.step.basis, made.seconds.basis, made.peak.basis} == {"measured here"}


def test_every_number_of_a_plan_says_its_basis(twelve: Plan) -> None:
    for c in twelve.combinations:
        for figure in (
            c.memory,
            c.to_image,
            c.to_language,
            c.language and c.language.generation,
            c.image and c.image.seconds,
        ):
            assert figure is None or figure.basis


@pytest.mark.parametrize(("text", "mib"), [("12GB", 12288), ("12", 12288), ("8192 MiB", 8192), ("0.5 TB", 524288)])
def test_amounts_are_read_as_people_write_them(text: str, mib: int) -> None:
    assert mebibytes(text) == mib


@pytest.mark.parametrize("text", ["", "much", "-3GB", "12 parsecs"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(StillbytesError, match="not an amount"):
        mebibytes(text)


def test_a_file_that_is_here_is_measured_by_its_own_table_and_named_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(language_model())
    made = plan(machine(), Wish(llm="qwen3-4b-q4_k_m", image="none"), files=lambda model: {"model": file})
    assert made.chosen.language is not None
    assert made.chosen.language.weights.origin == "the file's tensor table"
    assert value_after(made.llama, "--model") == str(file)


def test_a_damaged_file_is_passed_over_and_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF garbage")
    made = plan(machine(), Wish(llm="qwen3-4b-q4_k_m", image="none"), files=lambda model: {"model": file})
    assert made.chosen.language is not None
    assert made.chosen.language.weights.origin == "the model registry"
    assert "broken.gguf" in made.chosen.language.weights.note


def test_masks_on_the_processor_leave_the_card_alone_and_it_is_said(twelve: Plan) -> None:
    language, image = twelve.chosen.language, twelve.chosen.image
    assert language is not None and image is not None
    assert not twelve.masks.on_card and twelve.masks.memory.value > 500
    assert twelve.chosen.memory.value == pytest.approx(language.peak.value + image.peak.value)
    assert any("Masks are made on the processor" in reason for reason in twelve.reasons)


def test_masks_that_share_the_memory_are_in_every_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = plan(described(None, "0", "32GB"), Wish(image="none"))
    assert processor.chosen.language is not None
    assert processor.chosen.memory.value == pytest.approx(
        processor.chosen.language.peak.value + processor.masks.memory.value
    )
    monkeypatch.setattr("stillbytes.gpu.plan.masks.on_device", lambda: True)
    card = plan(machine("RTX 4090"), Wish(llm="qwen3-8b-q4_k_m", image="none"))
    assert card.chosen.language is not None and card.masks.on_card
    assert card.chosen.memory.value == pytest.approx(card.chosen.language.peak.value + card.masks.memory.value)
    with pytest.raises(Refused, match="to plan with"):
        plan(machine(), Wish(llm="qwen3-14b-q4_k_m", image="none"))


def test_the_best_installed_network_of_each_task_is_counted_and_the_largest_tells() -> None:
    def installed(model: Model) -> bool:
        return model.id in ("isnet-small", "birefnet-lite")

    before, counted = masks(), masks(installed)
    lite = registry.get("birefnet-lite").title
    assert lite in counted.models and lite not in counted.missing and set(before.missing) == set(before.models)
    assert counted.memory.value > 2500 > before.memory.value


def test_measured_seconds_to_load_replace_estimates() -> None:
    wish = Wish(llm="qwen3.5-4b-q4_k_m", image="realvisxl")
    eight = machine("RTX 3060 8GB")
    before = plan(eight, wish).chosen
    assert before.language is not None and before.to_language is not None
    option = before.language
    run = Run(
        engine="llama.cpp",
        version="1",
        model=option.known_as,
        settings=option.key,
        values={"peak_mib": option.peak.value, "reload_s": 1.25},
    )
    after = plan(eight, wish, measured=Measured(runs=(run,))).chosen
    assert after.to_language is not None and after.to_language.basis == "measured here"
    assert after.to_language.value == 1.25 != before.to_language.value
