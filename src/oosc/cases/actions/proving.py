"""Files and numbers that prove what a case says."""

from __future__ import annotations

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.cases import moving, pictures
from oosc.cases.models import Case, Evidence
from oosc.cases.states import EvidenceKind, State
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.vault import files


@transaction.atomic
def add_evidence(
    case: Case,
    *,
    by: Acting,
    kind: EvidenceKind,
    file: bytes = b"",
    number: str = "",
    note: str = "",
) -> Evidence:
    """Put a file or a number into the case."""
    case = moving.locked(case)
    require(by, Permission.CASE_VERIFY, case)
    if case.state in (State.CLOSING, State.CLOSED):
        raise Refused("个案已申请销号，不能再补证据。要补的，请先请审批人退回。")
    if not file and not number.strip():
        raise Refused("请选择文件，或填写编号。")
    key, media_type = "", ""
    if file:
        data, media_type = pictures.clean(file)
        key = files.store(data, media_type)
    evidence = Evidence.objects.create(
        case=case,
        round=case.round,
        kind=kind,
        file_key=key,
        media_type=media_type,
        number=number.strip(),
        note=note.strip(),
        added_by_id=by.post_id,
        added_at=clock.now(),
    )
    trail.record("case.evidence_added", case, by=by, evidence=evidence.pk, kind=kind.value)
    return evidence


@transaction.atomic
def take_back_evidence(evidence: Evidence, *, by: Acting) -> None:
    """Take a piece of evidence out of account; it stays in the file, marked."""
    case = moving.locked(evidence.case)
    require(by, Permission.CASE_VERIFY, case)
    if case.state in (State.CLOSING, State.CLOSED):
        raise Refused("个案已申请销号，证据不能撤下。请先请审批人退回。")
    evidence.withdrawn_at = clock.now()
    evidence.save(update_fields=["withdrawn_at"])
    trail.record("case.evidence_withdrawn", case, by=by, evidence=evidence.pk)
