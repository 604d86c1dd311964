from django.urls import path

from oosc.children import guardian_pages, merge_pages, request_pages, views

app_name = "children"

urlpatterns = [
    path("", views.list_, name="list"),
    path("register/", views.register, name="register"),
    path("export/", views.export, name="export"),
    path("requests/", request_pages.requests, name="requests"),
    path("requests/several/", request_pages.ask_for_several, name="request_several"),
    path("requests/<uuid:pk>/answer/", request_pages.answer, name="answer"),
    path("requests/<uuid:pk>/withdraw/", request_pages.withdraw, name="withdraw_request"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/correct/", views.correct, name="correct"),
    path("<uuid:pk>/move/", views.move, name="move"),
    path("<uuid:pk>/circumstances/", views.circumstance, name="circumstance"),
    path("<uuid:pk>/tell-apart/", views.tell_apart, name="tell_apart"),
    path("<uuid:pk>/reveal/", views.reveal, name="reveal"),
    path("<uuid:pk>/mask/", views.mask, name="mask"),
    path("<uuid:pk>/request/", request_pages.ask_for_one, name="request"),
    path("<uuid:pk>/guardians/", guardian_pages.add, name="add_guardian"),
    path("guardians/<uuid:pk>/", guardian_pages.change, name="change_guardian"),
    path("guardians/<uuid:pk>/main/", guardian_pages.make_main, name="main_guardian"),
    path("guardians/<uuid:pk>/end/", guardian_pages.end, name="end_guardian"),
    path("guardians/<uuid:pk>/restore/", guardian_pages.restore, name="restore_guardian"),
    path("<uuid:pk>/duplicates/", merge_pages.duplicates, name="duplicates"),
    path("<uuid:pk>/merge/", merge_pages.merge, name="merge"),
    path("merges/<uuid:pk>/undo/", merge_pages.undo, name="undo_merge"),
    path("places/<uuid:pk>/end/", views.end_place, name="end_place"),
    path("circumstances/<uuid:pk>/end/", views.end_circumstance, name="end_circumstance"),
]
