"""How models that edit by instruction are told what to do: tasks put into sentences."""

from __future__ import annotations

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.edge import Latent, Model, Vae
from stillbytes.generate.workflows.graph import MASKED, Drawing

KEEP = "Keep everything else exactly as it is."


def instruction(drawing: Drawing) -> str:
    """What the drawing asks for, as a sentence.

    >>> instruction(Drawing(task="remove", width=64, height=64, picture="a", mask="b", prompt="the bin"))
    'Remove the bin and continue the background behind it. Keep everything else exactly as it is.'
    """
    prompt = drawing.prompt.strip()
    match drawing.task:
        case "remove":
            thing = prompt or "what stands in the middle"
            return f"Remove {thing} and continue the background behind it. {KEEP}"
        case "fill":
            return prompt or f"Continue the surroundings into the gap. {KEEP}"
        case "expand":
            return f"Continue the picture into its empty borders. {prompt}".strip()
        case "restyle":
            style = prompt or ("the style of the second picture" if drawing.reference else "another style")
            return f"Draw the picture in {style}. Keep its composition, people and things."
    return prompt


def beginning(drawing: Drawing, model: Model, vae: Vae) -> tuple[Model, Latent]:
    """The picture that is edited as a latent; where there is a mask, only what is under it is drawn anew."""
    latent = nodes.vae_encode(nodes.load_image(drawing.picture).image, vae)
    if drawing.task not in MASKED:
        return model, latent
    return nodes.differential_diffusion(model), nodes.set_latent_noise_mask(latent, nodes.load_mask(drawing.mask))
