from django.urls import path

from oosc.cases.views import case, evidence, ledger, reports, visits

app_name = "cases"

urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("export/", ledger.export, name="export"),
    path("seal/", ledger.seal, name="seal"),
    path("assign/", ledger.assign_many, name="assign_many"),
    path("visits/", visits.visits, name="visits"),
    path("approvals/", case.approvals, name="approvals"),
    path("reports/", reports.reports, name="reports"),
    path("reports/export/", reports.export_reports, name="export_reports"),
    path("reports/child/<uuid:child_pk>/", reports.report_child, name="report_child"),
    path("reports/<uuid:pk>/", reports.report, name="report"),
    path("reports/<uuid:pk>/answer/", reports.answer, name="answer"),
    path("reports/<uuid:pk>/annul/", reports.annul, name="annul_report"),
    path("reports/<uuid:pk>/print/", reports.report_print, name="report_print"),
    path("evidence/<uuid:pk>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<uuid:pk>/take-back/", evidence.take_back, name="take_back"),
    path("raise/<uuid:child_pk>/", case.raise_case, name="raise"),
    path("<uuid:pk>/", case.detail, name="detail"),
    path("<uuid:pk>/assign/", case.assign, name="assign"),
    path("<uuid:pk>/reassign/", case.reassign, name="reassign"),
    path("<uuid:pk>/hand-back/", case.hand_back, name="hand_back"),
    path("<uuid:pk>/recheck/", case.recheck, name="recheck"),
    path("<uuid:pk>/start/", case.start, name="start"),
    path("<uuid:pk>/visit/", visits.visit, name="visit"),
    path("<uuid:pk>/evidence/", evidence.add_evidence, name="add_evidence"),
    path("<uuid:pk>/rule-out/", case.rule_out, name="rule_out"),
    path("<uuid:pk>/approve/", case.approve, name="approve"),
    path("<uuid:pk>/send-back/", case.send_back, name="send_back"),
    path("<uuid:pk>/withdraw/", case.withdraw, name="withdraw"),
    path("<uuid:pk>/report/", reports.open_report, name="open_report"),
    path("visit/<uuid:pk>/correct/", visits.correct_visit, name="correct_visit"),
    path("visit/<uuid:pk>/print/", visits.visit_print, name="visit_print"),
]
