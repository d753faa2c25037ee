"""What runs on this machine: which models together, with which options, how fast, and why."""

from stillbytes.gpu.plan.combine import Combination
from stillbytes.gpu.plan.flags import Flags
from stillbytes.gpu.plan.machine import Machine, described, found
from stillbytes.gpu.plan.options import ImageOption, LanguageOption, Wish
from stillbytes.gpu.plan.plan import Plan, Rung, Workflow, plan

__all__ = [
    "Combination",
    "Flags",
    "ImageOption",
    "LanguageOption",
    "Machine",
    "Plan",
    "Rung",
    "Wish",
    "Workflow",
    "described",
    "found",
    "plan",
]
