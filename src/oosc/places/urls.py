from django.urls import path

from oosc.places import school_table_pages, views

app_name = "places"

urlpatterns = [
    path("regions/", views.regions, name="regions"),
    path("regions/export/", views.export_regions, name="export_regions"),
    path("regions/import/", views.import_regions, name="import_regions"),
    path("regions/<uuid:pk>/", views.region, name="region"),
    path("regions/<uuid:pk>/recode/", views.recode, name="recode"),
    path("regions/<uuid:pk>/end/", views.end_region, name="end_region"),
    path("regions/<uuid:pk>/reopen/", views.reopen_region, name="reopen_region"),
    path("regions/<uuid:pk>/aliases/", views.add_alias, name="add_alias"),
    path("aliases/<uuid:pk>/", views.change_alias, name="change_alias"),
    path("aliases/<uuid:pk>/remove/", views.remove_alias, name="remove_alias"),
    path("schools/", views.schools, name="schools"),
    path("schools/export/", views.export_schools, name="export_schools"),
    path("schools/import/", school_table_pages.import_schools, name="import_schools"),
    path("schools/import/example/", school_table_pages.school_example, name="school_example"),
    path("schools/new/", views.new_school, name="new_school"),
    path("schools/<uuid:pk>/", views.school, name="school"),
    path("schools/<uuid:pk>/change/", views.change_school, name="change_school"),
    path("schools/<uuid:pk>/close/", views.close_school, name="close_school"),
    path("schools/<uuid:pk>/reopen/", views.reopen_school, name="reopen_school"),
    path("schools/<uuid:pk>/campuses/", views.add_campus, name="add_campus"),
    path("campuses/<uuid:pk>/", views.change_campus, name="change_campus"),
    path("campuses/<uuid:pk>/remove/", views.remove_campus, name="remove_campus"),
]
