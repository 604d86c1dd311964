"""七·各义务教育学校: what the notice asks of the schools, clause by clause."""

from __future__ import annotations

import pytest
from django.urls import reverse

import factories
from oosc.audit.models import Event
from oosc.cases.actions.assigning import start_verifying
from oosc.cases.actions.opening import Suspicion, raise_suspicion
from oosc.cases.models import Case
from oosc.cases.states import Conclusion, Source, State
from oosc.kernel.refusal import Refused
from oosc.linkage import queries
from oosc.linkage.models import Finding
from oosc.linkage.states import Kind
from oosc.places.models import School

TODAY = factories.TODAY
pytestmark = pytest.mark.django_db


@pytest.mark.clause("XX-3c")
def test_a_pupil_on_the_roll_without_a_home_is_shown_to_the_school(compared, acting):
    ghost = Finding.objects.filter(run=compared, kind=Kind.GHOST, school__isnull=False).first()
    factories.SCHOOLS[ghost.school.code] = (ghost.school.name, "primary", factories.SUBDISTRICT)
    school = acting("school", school_code=ghost.school.code)

    listed = queries.lists_of(compared, school).filter(kind=Kind.GHOST)

    assert ghost in listed
    assert set(listed.values_list("school__code", flat=True)) == {ghost.school.code}
    assert all(finding.reason for finding in listed)


@pytest.mark.clause("XX-3c")
def test_of_another_school_it_sees_none(compared, acting, client_as):
    ghost = Finding.objects.filter(run=compared, kind=Kind.GHOST, school__isnull=False).first()
    other = School.objects.exclude(pk=ghost.school_id).filter(code__startswith="990001").first()
    factories.SCHOOLS[other.code] = (other.name, "primary", factories.SUBDISTRICT)

    page = client_as("school", school_code=other.code).get(
        reverse("linkage:list", args=[compared.pk, Kind.GHOST])
    )

    assert ghost.name not in page.content.decode()


@pytest.mark.clause("XX-2b")
@pytest.mark.clause("XX-3c")
def test_a_school_reports_a_pupil_who_stays_away(make, school_officer):
    away = Suspicion(make.child(), Source.ABSENCE, "reported", "连续五天未到校")

    case = raise_suspicion(away, by=school_officer, on=TODAY)

    assert (case.state, case.source) == (State.SUSPECTED, Source.ABSENCE)
    assert case.school_id == school_officer.school_id


@pytest.mark.clause("XX-3c")
def test_not_a_pupil_of_another_school(make, junior_school_officer):
    away = Suspicion(make.child(), Source.ABSENCE, "reported", "连续五天未到校")

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        raise_suspicion(away, by=junior_school_officer, on=TODAY)

    assert not Case.objects.exists()


@pytest.mark.clause("XX-4")
def test_the_school_signs_for_a_verification_as_the_community_may(case_assigned, school_officer):
    case = start_verifying(case_assigned, by=school_officer, on=TODAY)

    assert case.state == State.VERIFYING
    assert Event.objects.get(verb="case.verifying").post_id == school_officer.post_id


@pytest.mark.clause("XX-4")
def test_a_teacher_visits_together_with_the_community(make, acting):
    pupil = make.child(grade=3, class_name="三年级1班")
    case = make.case(State.ASSIGNED, pupil)

    visit = make.visit(
        case, by=acting("teacher"), visitors=["班主任江晚", "专干梅青"],
        conclusion=Conclusion.NEVER_ENROLLED,
    )  # fmt: skip

    case.refresh_from_db()
    assert (case.state, len(visit.visitors)) == (State.CONFIRMED, 2)


@pytest.mark.clause("XX-4")
def test_a_case_of_its_pupil_is_on_the_schools_list(case_assigned, client_as):
    words = client_as("school").get(reverse("cases:visits")).content.decode()

    assert "林小雨" in words


@pytest.mark.clause("XX-4")
def test_a_school_does_not_verify_what_is_another_schools(
    make, case_assigned, junior_school_officer
):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        make.visit(case_assigned, by=junior_school_officer)
