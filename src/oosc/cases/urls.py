from django.urls import path

from oosc.cases import views

app_name = "cases"

urlpatterns = [
    path("", views.ledger, name="ledger"),
    path("export/", views.export, name="export"),
    path("seal/", views.seal, name="seal"),
    path("assign/", views.assign_many, name="assign_many"),
    path("visits/", views.visits, name="visits"),
    path("approvals/", views.approvals, name="approvals"),
    path("reports/", views.reports, name="reports"),
    path("reports/child/<uuid:child_pk>/", views.report_child, name="report_child"),
    path("reports/<uuid:pk>/", views.report, name="report"),
    path("reports/<uuid:pk>/answer/", views.answer, name="answer"),
    path("reports/<uuid:pk>/print/", views.report_print, name="report_print"),
    path("evidence/<uuid:pk>/", views.evidence_file, name="evidence_file"),
    path("evidence/<uuid:pk>/take-back/", views.take_back, name="take_back"),
    path("raise/<uuid:child_pk>/", views.raise_case, name="raise"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/assign/", views.assign, name="assign"),
    path("<uuid:pk>/start/", views.start, name="start"),
    path("<uuid:pk>/visit/", views.visit, name="visit"),
    path("<uuid:pk>/evidence/", views.add_evidence, name="add_evidence"),
    path("<uuid:pk>/rule-out/", views.rule_out, name="rule_out"),
    path("<uuid:pk>/approve/", views.approve, name="approve"),
    path("<uuid:pk>/send-back/", views.send_back, name="send_back"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:pk>/report/", views.open_report, name="open_report"),
    path("visit/<uuid:pk>/print/", views.visit_print, name="visit_print"),
]
