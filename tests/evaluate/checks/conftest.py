"""Every finding that is made here can be said in Chinese."""

import pytest
from chinese import left_in_english

from imgpipe._common.texts import Text
from imgpipe.evaluate.checks.entry import Check
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.results import Finding


@pytest.fixture(autouse=True)
def _said_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message keeps its template, and no English is left of it but names."""
    look = Check.findings

    def findings(check: Check, evidence: Evidence) -> list[Finding]:
        found = look(check, evidence)
        for each in found:
            assert isinstance(each.message, Text), (check.code, each.message)
            assert each.message.template, (check.code, each.message)
            assert left_in_english(each.message) == [], (check.code, each.message)
        return found

    monkeypatch.setattr(Check, "findings", findings)
