"""What runs on this machine: which models together, with which options, how fast, and why."""

from stillbytes.gpu.plan.combine import Combination
from stillbytes.gpu.plan.here import Asked, asked, here, varied
from stillbytes.gpu.plan.machine import Machine, described, found
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, Wish
from stillbytes.gpu.plan.plan import Plan, Rung, Workflow, plan
from stillbytes.gpu.plan.programs import Programs

__all__ = [
    "Asked",
    "Combination",
    "ImageOption",
    "LanguageOption",
    "Machine",
    "Plan",
    "Programs",
    "Rung",
    "Wish",
    "Workflow",
    "asked",
    "described",
    "found",
    "here",
    "plan",
    "varied",
]
