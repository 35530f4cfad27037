"""Runs the validators that a budget allows, cheapest first, and judges what they found."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from autoglm_core.config import Settings
from autoglm_core.protocols import PreparedValidator, SpecialValidator, Validator
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task

_log = logging.getLogger(__name__)


class Runner:
    """The ``ValidatorRunner`` of the program: the same cost at the same time, dearer ones only if needed."""

    def __init__(self, validators: Sequence[Validator], settings: Settings) -> None:
        self._validators = sorted(validators, key=lambda validator: validator.cost)
        self._settings = settings

    async def run(self, task: Task, draft: Draft, cost: Cost) -> tuple[Report, ...]:
        """Reports of all validators up to ``cost``, in rising cost.

        Once a cost rejects the draft, the dearer validators are reports with ``skipped`` set. So is one that
        breaks or is switched off. Cancelling stops those that run.
        """
        reports: list[Report] = []
        allowed = (each for each in self._validators if each.cost <= cost and _concerns(each, task))
        for _, same_cost in groupby(allowed, key=lambda validator: validator.cost):
            against = self.rejecting(tuple(reports))
            if against:
                names = " and ".join(dict.fromkeys(finding.validator for finding in against))
                verb = "rejects" if len({finding.validator for finding in against}) == 1 else "reject"
                reports += [Report(v.name, skipped=f"not run: {names} already {verb}") for v in same_cost]
                continue
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(self._check(validator, task, draft)) for validator in same_cost]
            reports += [check.result() for check in running]
        return tuple(reports)

    async def prepare(self, task: Task, cost: Cost) -> None:
        """Have the validators up to ``cost`` look at the document without a draft. One that breaks is logged."""
        able = [v for v in self._validators if v.cost <= cost and isinstance(v, PreparedValidator)]
        able = [v for v in able if _concerns(v, task) and self._settings.validator(v.name).enabled]
        async with asyncio.TaskGroup() as group:
            for validator in able:
                group.create_task(self._prepare(validator, task))

    def rejecting(self, reports: tuple[Report, ...]) -> tuple[Finding, ...]:
        """The introduced findings as bad as the setting ``rejects`` of their validator, or worse."""
        return tuple(f for report in reports for f in report.findings if f.introduced and self._rejects(f))

    def _rejects(self, finding: Finding) -> bool:
        least = self._settings.validator(finding.validator).rejects
        return least != "never" and finding.severity >= Severity[least.upper()]

    async def _prepare(self, validator: PreparedValidator, task: Task) -> None:
        try:
            await validator.prepare(task)
        except Exception:  # noqa: BLE001 - the boundary of a validator: its check will break too, and be reported
            _log.exception("The validator %s broke on %s", validator.name, task.document.path)

    async def _check(self, validator: Validator, task: Task, draft: Draft) -> Report:
        if not self._settings.validator(validator.name).enabled:
            return Report(validator.name, skipped="switched off in the settings")
        started = time.monotonic()
        try:
            report = await validator.check(task, draft)
        except Exception as error:  # noqa: BLE001 - the boundary of a validator: one that breaks stops no other
            _log.exception("The validator %s broke on %s", validator.name, draft.document.path)
            report = Report(validator.name, skipped=f"broke: {type(error).__name__}: {error}")
        return replace(report, seconds=time.monotonic() - started)


def _concerns(validator: Validator, task: Task) -> bool:
    return not isinstance(validator, SpecialValidator) or task.kind in validator.kinds
