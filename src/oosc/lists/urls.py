from django.urls import path

from oosc.lists import views

app_name = "lists"

urlpatterns = [path("search/", views.search, name="search")]
