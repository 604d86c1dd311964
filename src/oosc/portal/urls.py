"""All addresses, a room each."""

from django.urls import URLPattern, URLResolver, include, path

from oosc.portal import views

portal = [
    path("", views.home, name="home"),
    path("todo-count/", views.todo_count, name="todo_count"),
    path("healthz", views.healthz, name="healthz"),
    path("text-size/", views.text_size, name="text_size"),
    path("search/", views.search, name="search"),
    path("rooms/", views.rooms, name="rooms"),
    path("system/", views.system, name="system"),
    path("guide/", views.guide, name="guide"),
    path("guide/<slug:name>/", views.guide, name="guide_page"),
    path("notice/", views.notice, name="notice"),
    path("notice/<str:clause>/", views.duty_text, name="duty_text"),
    path("trail/", views.trail, name="trail"),
    path("trail/export/", views.export_trail, name="export_trail"),
    path("trail/verify/", views.verify_trail, name="verify_trail"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((portal, "portal"))),
    path("lists/", include("oosc.lists.urls")),
    path("members/", include("oosc.members.urls")),
    path("places/", include("oosc.places.urls")),
    path("parameters/", include("oosc.parameters.urls")),
    path("jobs/", include("oosc.jobs.urls")),
    path("exports/", include("oosc.exports.urls")),
    path("rosters/", include("oosc.rosters.urls")),
    path("linkage/", include("oosc.linkage.urls")),
    path("children/", include("oosc.children.urls")),
    path("cases/", include("oosc.cases.urls")),
    path("schooling/", include("oosc.schooling.urls")),
]

handler400 = "oosc.portal.views.bad_request"
handler403 = "oosc.portal.views.forbidden"
handler404 = "oosc.portal.views.not_found"
handler500 = "oosc.portal.views.server_error"
