from django.urls import path

from oosc.linkage import views
from oosc.linkage.states import Kind

app_name = "linkage"

urlpatterns = [
    path("", views.runs, name="runs"),
    path("start/", views.start, name="start"),
    path("suspected/", views.newest_list, {"kind": Kind.SUSPECTED}, name="suspected"),
    path("explained/", views.newest_list, {"kind": Kind.EXPLAINED}, name="explained"),
    path("found/", views.newest_list, {"kind": Kind.FOUND}, name="found"),
    path("ghosts/", views.newest_list, {"kind": Kind.GHOST}, name="ghosts"),
    path("duplicates/", views.newest_list, {"kind": Kind.DUPLICATE}, name="duplicates"),
    path("unregistered/", views.newest_list, {"kind": Kind.UNREGISTERED}, name="unregistered"),
    path("review/", views.review, name="review"),
    path("review/<uuid:pk>/", views.decide, name="decide"),
    path("review/<uuid:pk>/undo/", views.undo, name="undo"),
    path("pairs/", views.newest_pairs, name="pairs"),
    path("batches/<uuid:pk>/", views.batch, name="batch"),
    path("batches/<uuid:pk>/withdraw/", views.withdraw_batch, name="withdraw_batch"),
    path("<uuid:pk>/", views.run, name="run"),
    path("<uuid:pk>/manifest/", views.manifest, name="manifest"),
    path("<uuid:pk>/compare/", views.compare, name="compare"),
    path("<uuid:pk>/compare/export/", views.export_changes, name="export_changes"),
    path("<uuid:pk>/pairs/", views.pairs_of_run, name="pairs_of_run"),
    path("<uuid:pk>/pairs/export/", views.export_pairs, name="export_pairs"),
    path("<uuid:pk>/raise/", views.raise_cases, name="raise"),
    path("<uuid:pk>/<str:kind>/", views.run_list, name="list"),
    path("<uuid:pk>/<str:kind>/export/", views.export_list, name="export"),
]
