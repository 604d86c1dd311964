from django.urls import path

from oosc.children import views

app_name = "children"

urlpatterns = [
    path("", views.list_, name="list"),
    path("register/", views.register, name="register"),
    path("requests/", views.requests, name="requests"),
    path("requests/<uuid:pk>/answer/", views.answer, name="answer"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/correct/", views.correct, name="correct"),
    path("<uuid:pk>/move/", views.move, name="move"),
    path("<uuid:pk>/circumstances/", views.circumstance, name="circumstance"),
    path("<uuid:pk>/tell-apart/", views.tell_apart, name="tell_apart"),
    path("<uuid:pk>/reveal/", views.reveal, name="reveal"),
    path("<uuid:pk>/mask/", views.mask, name="mask"),
    path("<uuid:pk>/request/", views.request_reveal, name="request"),
    path("places/<uuid:pk>/end/", views.end_place, name="end_place"),
    path("circumstances/<uuid:pk>/end/", views.end_circumstance, name="end_circumstance"),
]
