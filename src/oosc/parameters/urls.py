from django.urls import path

from oosc.parameters import views

app_name = "parameters"

urlpatterns = [
    path("", views.parameters, name="list"),
    path("calendar/", views.this_year, name="calendar"),
    path("calendar/<int:number>/", views.year, name="year"),
    path("calendar/<int:number>/restore/", views.restore_year, name="restore_year"),
    path("values/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<str:code>/", views.parameter, name="detail"),
]
