"""The licences that our models come under, each with what it means for a photographer who is paid."""

from __future__ import annotations

from stillbytes.gpu.models.model import Licence

APACHE_2 = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0", commercial=True)
MIT = Licence("MIT", "https://opensource.org/license/mit", commercial=True)
BSD_3 = Licence("BSD-3-Clause", "https://opensource.org/license/bsd-3-clause", commercial=True)
AGPL_3 = Licence("AGPL-3.0-only", "https://www.gnu.org/licenses/agpl-3.0.html", commercial=True)
"""It binds who passes the model on, not what is made with it."""
GPL_3 = Licence("GPL-3.0-only", "https://www.gnu.org/licenses/gpl-3.0.html", commercial=True)
"""It binds who passes the model on, not what is made with it."""
CC_BY_4 = Licence("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", commercial=True)
CC_BY_NC_4 = Licence("CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/", commercial=False)
CC_BY_NC_SA_4 = Licence("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/", commercial=False)
LLAMA_31 = Licence("Llama 3.1 Community", "https://www.llama.com/llama3_1/license/", commercial=True)
LLAMA_32 = Licence("Llama 3.2 Community", "https://www.llama.com/llama3_2/license/", commercial=True)
GEMMA = Licence("Gemma Terms of Use", "https://ai.google.dev/gemma/terms", commercial=True)
LFM_1 = Licence("LFM Open License 1.0", "https://www.liquid.ai/lfm-license", commercial=True)
"""Free for firms with under ten million dollars of yearly revenue."""
OPENRAIL_PP = Licence(
    "CreativeML Open RAIL++-M",
    "https://github.com/Stability-AI/generative-models/blob/main/model_licenses/LICENSE-SDXL1.0",
    commercial=True,
)
OPENRAIL = Licence(
    "CreativeML Open RAIL-M", "https://github.com/CompVis/stable-diffusion/blob/main/LICENSE", commercial=True
)
STABILITY = Licence("Stability AI Community", "https://stability.ai/license", commercial=True)
"""Free for those with under one million dollars of yearly revenue."""
FLUX_DEV = Licence(
    "FLUX [dev] Non-Commercial", "https://github.com/black-forest-labs/flux/tree/main/model_licenses", commercial=False
)
"""The model may be run for non-commercial purposes only, whatever is then done with its pictures."""
SEGFORMER = Licence("NVIDIA SegFormer", "https://github.com/NVlabs/SegFormer/blob/master/LICENSE", commercial=False)
"""For research and evaluation only."""
MIT_CELEBA = Licence(
    "MIT, trained on CelebAMask-HQ",
    "https://github.com/switchablenorms/CelebAMask-HQ#dataset-agreement",
    commercial=False,
)
"""The weights are published under MIT; the photographs that they were trained on are for non-commercial research."""
SAM = Licence("SAM License", "https://github.com/facebookresearch/sam3/blob/main/LICENSE", commercial=True)
UNKNOWN = Licence("not stated", "https://github.com/occ-ai/obs-backgroundremoval", commercial=False)
"""Nobody says what may be done with it: it is never downloaded, and only used where somebody brought it."""
WTFPL = Licence("WTFPL", "http://www.wtfpl.net/about/", commercial=True)
