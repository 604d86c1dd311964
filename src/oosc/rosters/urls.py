from django.urls import path

from oosc.rosters import list_pages, views

app_name = "rosters"

urlpatterns = [
    path("", views.rosters, name="list"),
    path("due/", list_pages.due, name="due"),
    path("due/export/", list_pages.export_due, name="export_due"),
    path("destruction/", list_pages.destruction, name="destruction"),
    path("destruction/approve/", list_pages.destroy, name="destroy"),
    path("destruction/export/", list_pages.export_destroyed, name="export_destroyed"),
    path("export/", views.export_rosters, name="export_rosters"),
    path("receive/", views.receive, name="receive"),
    path("templates/", views.templates, name="templates"),
    path("templates/<slug:kind>/", views.template, name="template"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/check/", views.check, name="check"),
    path("<uuid:pk>/progress/", views.progress, name="progress"),
    path("<uuid:pk>/check-again/", views.check_again, name="check_again"),
    path("<uuid:pk>/accept/", views.accept, name="accept"),
    path("<uuid:pk>/discard/", views.discard, name="discard"),
    path("<uuid:pk>/correct/", views.correct, name="correct"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:pk>/receipt/", views.hand_over, name="receipt"),
    path("<uuid:pk>/receipt.pdf", views.hand_over_pdf, name="receipt_pdf"),
    path("<uuid:pk>/marked/", views.marked, name="marked"),
    path("<uuid:pk>/failed/", views.failed, name="failed"),
    path("<uuid:pk>/problems/", list_pages.problems, name="problems"),
    path("<uuid:pk>/problems/export/", list_pages.export_problems, name="export_problems"),
    path("<uuid:pk>/<slug:which>/rows/", list_pages.changes, name="changes"),
    path("<uuid:pk>/<slug:which>/export/", list_pages.export_changes, name="export_changes"),
]
