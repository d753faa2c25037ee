"""What a person wants to have measured: models by name or file, or those that the plan for this machine chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import ModelError
from stillbytes.core.preferences import Preferences
from stillbytes.engines.engine import Loadable
from stillbytes.gpu.bench_picture import Parts
from stillbytes.gpu.estimate.diffusion import ImageSettings
from stillbytes.gpu.estimate.llm import Settings
from stillbytes.gpu.measured import Measured
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.actions import damaged, where, with_needs
from stillbytes.gpu.models.model import DiffusionArchitecture, LanguageArchitecture, Model
from stillbytes.gpu.models.store import Store
from stillbytes.gpu.plan.commands import language_options, of_settings
from stillbytes.gpu.plan.here import here
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, image_key, language_key
from stillbytes.gpu.plan.settle import Settled, settle
from stillbytes.gpu.telemetry import Memory

STEPS_ON_PROCESSOR = 4
"""On a processor a step may take a minute; a few tell how long it takes."""
USUAL_STEPS, USUAL_SIDE = 20, 512
"""For a checkpoint of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Words:
    """A language model. known_as, key: what measurements call it and its options."""

    title: str
    known_as: str
    key: str
    model: Loadable


@dataclass(frozen=True, slots=True)
class Paints:
    """An image model with all that it needs; the first of models is itself. option: the plan's, None for a file of
    which nothing is known. whole: whether `steps` are as many as usual."""

    title: str
    known_as: str
    key: str
    models: tuple[Loadable, ...]
    parts: Parts
    settings: ImageSettings
    steps: int
    whole: bool
    option: ImageOption | None = None


Subject = Words | Paints


def subjects(
    names: Sequence[str], choices: Preferences, store: Store, memory: Memory, known: Measured
) -> list[Subject]:
    """Those named, each a model's name or a file; without a name the best that are installed, as far as there are any.

    Raises ModelError for one that is not known or not here.
    """
    installed = [model for model in registry.all_models() if store.installed(model)]
    usable = [model for model in installed if not any(map(damaged, store.files(model).values()))]
    settled = settle(usable, here(choices, known, memory), known, store.files)
    chooser = _Chooser(store, settled, on_card=memory.kind == "card")
    if names:
        return [chooser.named(name) for name in names]
    return chooser.best(choices.llama.model)


@dataclass(frozen=True, slots=True)
class _Chooser:
    store: Store
    settled: Settled
    on_card: bool

    def named(self, name: str) -> Subject:
        path = Path(name).expanduser()
        if path.is_file():
            return self._file(path.absolute())
        model = registry.find(name)
        if isinstance(model.architecture, LanguageArchitecture | DiffusionArchitecture):
            where(self.store, model)
            return self._declared(model)
        raise ModelError(f"{model.title} is neither a language nor an image model.", "Name one of those.")

    def best(self, preferred: str | None) -> list[Subject]:
        """The pair that the plan chooses; of what is in no pair the first. A damaged model is not among them."""
        languages, images = self.settled.languages, self.settled.images
        pair = self.settled.best
        chosen = [preferred] if preferred in languages else list(languages)[:1]
        if pair is not None and pair.language is not None and pair.language.model and preferred not in languages:
            chosen = [pair.language.model.id]
        painting = list(images)[:1]
        if pair is not None and pair.image is not None and pair.image.model:
            painting = [pair.image.model.id]
        return [self._declared(registry.get(id)) for id in (*chosen, *painting) if id is not None]

    def _declared(self, model: Model) -> Subject:
        option = self.settled.option(model.id)
        if isinstance(option, LanguageOption):
            loadable = Loadable(model.id, option.files, language_options(option, on_card=self.on_card))
            return Words(model.title, option.known_as, option.key, loadable)
        if isinstance(option, ImageOption):
            return self._image(model, option)
        wrong = next(filter(None, map(damaged, self.store.files(model).values())), "it cannot be planned for")
        raise ModelError(f"{model.title}: {wrong}", f"`stillbytes models verify {model.id}` says more.")

    def _image(self, model: Model, option: ImageOption) -> Paints:
        needed = [other for other in with_needs([model]) if other.id != model.id]
        files = {other.id: where(self.store, other) for other in (model, *needed)}
        architecture = model.architecture
        assert isinstance(architecture, DiffusionArchitecture)
        own, vaes = files[model.id], [files[one.id] for one in needed if one.kind == "vae"]
        parts = Parts(
            model.family,
            model.precision,
            own.get("checkpoint"),
            own.get("diffusion"),
            tuple(path for one in needed if one.kind == "text-encoder" for path in files[one.id].values()),
            next((path for vae in vaes for path in vae.values()), None),
            architecture.latent_channels,
            architecture.guided,
        )
        steps = architecture.steps if self.on_card else min(architecture.steps, STEPS_ON_PROCESSOR)
        models = tuple(Loadable(id, of) for id, of in files.items())
        whole = steps == architecture.steps
        return Paints(model.title, option.known_as, option.key, models, parts, option.settings, steps, whole, option)

    def _file(self, path: Path) -> Subject:
        """A file that may be a declared model's, and otherwise is taken as what its ending says."""
        for id in (*self.settled.languages, *self.settled.images):
            if path.resolve() in [file.resolve() for file in self.store.files(registry.get(id)).values()]:
                return self._declared(registry.get(id))
        if path.suffix == ".gguf":
            settings = Settings()
            loadable = Loadable(path.stem, {"model": path}, of_settings(settings, on_card=self.on_card))
            return Words(path.stem, path.stem, language_key(settings), loadable)
        if path.suffix in (".safetensors", ".ckpt"):
            drawn = ImageSettings(width=USUAL_SIDE, height=USUAL_SIDE)
            steps = USUAL_STEPS if self.on_card else STEPS_ON_PROCESSOR
            models = (Loadable(path.stem, {"checkpoint": path}),)
            parts = Parts(path.stem, "", path)
            return Paints(path.stem, path.stem, image_key(drawn, "warm"), models, parts, drawn, steps, self.on_card)
        raise ModelError(f"{path} is neither a GGUF file nor a checkpoint.", "Name a .gguf or .safetensors file.")
