from django.urls import path

from oosc.schooling import views

app_name = "schooling"

urlpatterns = [
    path("enrolled/", views.enrolled, name="enrolled"),
    path("not-enrolled/", views.not_enrolled, name="not_enrolled"),
    path("<str:kind>/export/", views.export, name="export"),
    path("seal/", views.seal, name="seal"),
    path("sealed/", views.sealed, name="sealed"),
    path("sealed/<uuid:pk>/", views.sealed_roster, name="sealed_roster"),
    path("sealed/<uuid:pk>/export/", views.export_sealed, name="export_sealed"),
    path("sealed/<uuid:pk>/correct/", views.correct_sealed, name="correct_sealed"),
    path("children/<uuid:pk>/status/", views.set_status, name="set_status"),
]
